//! What takes its time, done beside the loop: changes by the user's hand, copying, sending again.

use std::sync::{Arc, Weak};

use tokio::task::JoinSet;

use super::{Session, action::Errand, clipboard::Place, excerpt, outcome::Outcome};
use crate::{
    event::{Edit, Seq},
    export::{
        order::Order,
        out::{Count, OutError},
        watch::{Progress, Watch},
    },
    outbound::Outbound,
    replay::{self, Planned, curl},
    store::{Store, deliveries::Inspected},
    text,
};

/// Most errands at a time.
const MOST: usize = 16;

/// What is told of an errand that panicked.
const WRONG: &str = "that went wrong; the log says why";

/// Errands that are being done.
#[derive(Debug)]
pub struct Errands {
    store: Store,
    session: Session,
    outbound: Outbound,
    running: JoinSet<Outcome>,
    /// Looks after the export that is under way, if there is one.
    export: Weak<Watch>,
}

impl Errands {
    /// None yet; they change and read a store.
    #[must_use]
    pub fn new(store: Store, session: Session) -> Self {
        Self {
            store,
            session,
            outbound: Outbound::new(),
            running: JoinSet::new(),
            export: Weak::new(),
        }
    }

    /// The same, with an export under way: no other one begins, and no file is written.
    #[cfg(test)]
    pub(super) fn exporting(mut self, watch: &Arc<Watch>) -> Self {
        self.export = Arc::downgrade(watch);
        self
    }

    /// What came of the next one that is done; None if none is running.
    pub(super) async fn done(&mut self) -> Option<Outcome> {
        let done = self.running.join_next().await?;
        Some(done.unwrap_or_else(|_| Outcome::Said(WRONG.to_owned())))
    }

    /// How far the export is; None if none is under way.
    pub(super) fn progress(&self) -> Option<Progress> {
        Some(self.export.upgrade()?.progress())
    }

    /// Sets out on an errand; false if there are too many already, or it is a second export.
    pub(super) fn start(&mut self, errand: Errand) -> bool {
        match errand {
            Errand::StopExport => self.stop_export(),
            _ if self.running.len() >= MOST => return false,
            Errand::Export(_) if self.progress().is_some() => return false,
            Errand::Export(order) => self.export(order),
            Errand::Edit(edit) => self.edit(edit),
            Errand::Copy(excerpt, zone) => {
                self.read(move |store, _| Prepared::Done(excerpt::copied(store, excerpt, &zone)));
            }
            Errand::CopyBody(seq) => self.read(move |store, session| {
                of_delivery(store, seq, |inspected, place| {
                    Prepared::Done(place.body(inspected, &session.keys.get()))
                })
            }),
            Errand::CopyCommand(seq) => {
                self.read(move |store, session| command(store, session, seq));
            }
            Errand::Replay(seq, to) => {
                self.read(move |store, session| plan(store, session, seq, &to));
            }
        }
        true
    }

    fn edit(&mut self, edit: Edit) {
        let store = self.store.clone();
        self.running.spawn(async move {
            match store.edit(edit).await {
                Ok(true) => Outcome::Edited,
                // Names and ticks are kept whatever is there.
                Ok(false) => Outcome::Said("that line is no longer there".to_owned()),
                Err(error) => Outcome::Said(format!("not kept: {error}")),
            }
        });
    }

    fn export(&mut self, order: Order) {
        let watch = Arc::new(Watch::default());
        self.export = Arc::downgrade(&watch);
        let store = self.store.clone();
        self.running.spawn(async move {
            let export = move || export(&store, &order, &watch);
            let done = tokio::task::spawn_blocking(export).await;
            done.unwrap_or_else(|_| Outcome::Said(WRONG.to_owned()))
        });
    }

    /// Ends the export early.
    fn stop_export(&self) {
        if let Some(watch) = self.export.upgrade() {
            watch.stop();
        }
    }

    /// Reads something, which may block or take long: bodies may have many megabytes; then does what is left to do.
    fn read(&mut self, prepare: impl FnOnce(&Store, &Session) -> Prepared + Send + 'static) {
        let (store, session) = (self.store.clone(), self.session.clone());
        let outbound = self.outbound.clone();
        self.running.spawn(async move {
            let for_it = session.clone();
            let prepare = move || prepare(&store, &for_it);
            match tokio::task::spawn_blocking(prepare).await {
                Ok(Prepared::Done(outcome)) => outcome,
                Ok(Prepared::Send(planned)) => {
                    Outcome::Said(replay::send(*planned, &session.keys.get(), &outbound).await)
                }
                Err(_) => Outcome::Said(WRONG.to_owned()),
            }
        });
    }
}

/// Nothing is left of an export that is not over when the dashboard ends.
impl Drop for Errands {
    fn drop(&mut self) {
        self.stop_export();
    }
}

/// Takes away what is ordered, and tells where it is.
fn export(store: &Store, order: &Order, watch: &Watch) -> Outcome {
    let done = store
        .archive()
        .map_err(OutError::from)
        .and_then(|archive| order.fulfil(&archive, watch));
    Outcome::Said(match done {
        Ok(count) => told(&count),
        Err(error) => format!("no export: {error}"),
    })
}

/// `3 actions: ~/exports/all actions.md`; a long name may be cut, how much it was must not.
fn told(count: &Count) -> String {
    let mut told = text::counted(count.things, count.noun);
    if let Some(lines) = count.lines {
        told = format!("{told}, {}", text::counted(lines, "lines"));
    }
    let Some(made) = &count.made else {
        return told;
    };
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let within = home.and_then(|home| made.strip_prefix(home).ok());
    match within {
        Some(within) => format!("{told}: ~/{}", within.display()),
        None => format!("{told}: {}", made.display()),
    }
}

/// What is left of an errand once all is read.
enum Prepared {
    Done(Outcome),
    Send(Box<Planned>),
}

fn command(store: &Store, session: &Session, seq: Seq) -> Prepared {
    of_delivery(store, seq, |inspected, place| {
        match curl::command(inspected, &session.local, &session.keys.get()) {
            Ok(command) => Prepared::Done(place.command(command)),
            Err(error) => say(format!("#{} not copied: {error}", seq.0)),
        }
    })
}

fn plan(store: &Store, session: &Session, seq: Seq, to: &str) -> Prepared {
    of_delivery(store, seq, |inspected, _| {
        match replay::plan(inspected, &session.local, &session.keys.get(), to) {
            Ok(planned) => Prepared::Send(planned.into()),
            Err(error) => say(format!("#{} not sent: {error}", seq.0)),
        }
    })
}

/// Reads a delivery for what is done with it.
fn of_delivery(
    store: &Store,
    seq: Seq,
    then: impl FnOnce(&Inspected, &Place) -> Prepared,
) -> Prepared {
    match store.delivery(seq) {
        Ok(Some(inspected)) => then(&inspected, &Place::delivery(store.folder(), seq)),
        Ok(None) => say(format!("#{} is not there", seq.0)),
        Err(error) => say(error.to_string()),
    }
}

fn say(word: String) -> Prepared {
    Prepared::Done(Outcome::Said(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_was_exported_is_told_before_where_it_is() {
        let count = Count {
            things: 1,
            noun: "conversations",
            lines: Some(9),
            made: Some("/elsewhere/Conversation (4).md".into()),
        };
        let expected = "1 conversation, 9 lines: /elsewhere/Conversation (4).md";
        assert_eq!(told(&count), expected);
    }
}
