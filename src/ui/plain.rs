//! The dashboard without a screen: what is new as lines of text, for screen readers, terminals that can do nothing else, and
//! pipes. Nothing is drawn, coloured or ever changed.

mod narrator;

use std::io::{self, Write};

use jiff::{Timestamp, tz::TimeZone};
use tokio::{
    sync::watch,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

use super::{
    Clock, Origin,
    app::{REST, next, until},
};
use crate::{feed::Viewer, losses::Losses, monitor::Monitor, rules::Failing};
pub(in crate::ui) use narrator::Narrator;

/// What is told and where it comes from.
#[derive(Debug)]
pub struct Plain {
    /// Where what is new comes from.
    pub viewer: Viewer,
    /// What was lost.
    pub losses: watch::Receiver<Losses>,
    /// Which actions of rules fail.
    pub failing: watch::Receiver<Failing>,
    /// Where what comes is from.
    pub origin: Origin,
    /// The model of what was heard.
    pub monitor: Monitor,
    /// Where the user is.
    pub time_zone: TimeZone,
    /// What time it is.
    pub clock: Clock,
}

impl Plain {
    /// Writes a greeting, then what comes, until `shutdown`. While `out` takes nothing, nothing is read either: what was missed
    /// is read from the store.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub async fn run(
        mut self,
        greeting: Vec<String>,
        out: impl Write + Send + 'static,
        shutdown: CancellationToken,
    ) -> io::Result<()> {
        let mut narrator = Narrator::new(self.monitor, self.time_zone);
        let mut lines = greeting;
        lines.extend(narrator.begin(self.clock.now()));
        let mut out = Some(out);
        // A store that cannot be read now is read again later; deliveries are taken meanwhile.
        let mut resting = None;
        loop {
            if let Some(writer) = out.take() {
                let text = text(&lines);
                lines.clear();
                let written = tokio::task::spawn_blocking(move || write(writer, &text));
                tokio::select! {
                    // Whoever reads may have stopped; that must not hold up the end.
                    () = shutdown.cancelled() => return Ok(()),
                    written = written => out = Some(written??),
                }
            }
            let now = self.clock.now();
            let due = narrator.next_look(now).map(|at| wait(at, now));
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                () = until(due) => {}
                Ok(()) = self.failing.changed() => {
                    narrator.set_failing(self.failing.borrow_and_update().clone());
                }
                Ok(()) = self.origin.changed() => {
                    let now = self.clock.now();
                    lines.extend(match &mut self.origin {
                        Origin::Omi(link) => narrator.tell_link(&link.borrow_and_update(), now),
                        Origin::Staged(staged) => {
                            narrator.tell_staged(*staged.borrow_and_update(), now)
                        }
                    });
                }
                Ok(()) = self.losses.changed() => {
                    narrator.count_losses(*self.losses.borrow_and_update());
                }
                news = next(&mut self.viewer, resting) => {
                    resting = news.is_err().then(|| Instant::now() + REST);
                    lines.extend(match news {
                        Ok(news) => narrator.tell(news, self.clock.now()),
                        Err(error) => narrator.trouble(&error.to_string(), self.clock.now()),
                    });
                }
            }
            lines.extend(narrator.look(self.clock.now()));
        }
    }
}

fn wait(at: Timestamp, now: Timestamp) -> Instant {
    let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    Instant::now() + wait
}

fn text(lines: &[String]) -> String {
    lines
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect()
}

fn write<W: Write>(mut out: W, text: &str) -> io::Result<W> {
    if !text.is_empty() {
        out.write_all(text.as_bytes())?;
        out.flush()?;
    }
    Ok(out)
}
