//! What a rule does. One file for each sort that takes more than a line.

mod body;
mod file;
mod kind;
mod notify;
mod post;
mod program;

use std::{panic::AssertUnwindSafe, path::PathBuf, time::Duration};

use futures_util::FutureExt as _;
use jiff::tz::TimeZone;

use super::{RuleEvent, Template, queue::Job};
use crate::{
    event::{Edit, LineId},
    outbound::Outbound,
    secret::Keyring,
    store::Store,
};
pub use body::{Body, Json};
pub use file::FileName;
pub use kind::ActionKind;
pub(super) use notify::missing_notifier;
pub use post::{Address, Headers, Post};

/// Something that is done.
#[derive(Debug, Clone)]
pub enum Action {
    /// A program is run, with the event on its standard input.
    Run(Program),
    /// The event is posted.
    Post(Post),
    /// A line is added to a file.
    File(FileName, Option<Template>),
    /// The desktop shows a notification.
    Notify(Template),
    /// The line gets a star.
    Star,
    /// The terminal of the dashboard rings.
    Ring,
}

/// A program. No shell has a part in it.
#[derive(Debug, Clone)]
pub struct Program {
    /// The program; looked for as a shell would unless there is a slash in it.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    /// How long it may run.
    pub timeout: Duration,
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It will not be tried again.
    Permanent(String),
    /// It may pass: what comes after waits, too.
    Transient(String),
    /// It may pass, or be about this event only: it is tried again for some hours, in which what comes after waits.
    Refused(String),
}

/// What doing takes. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub(super) store: Store,
    pub(super) outbound: Outbound,
    pub(super) bell: tokio::sync::watch::Sender<u64>,
    /// Shown nowhere, whatever a program says.
    pub(super) keys: Keyring,
}

impl Failure {
    /// What was wrong, in words.
    pub(super) fn why(&self) -> &str {
        let (Self::Permanent(why) | Self::Transient(why) | Self::Refused(why)) = self;
        why
    }
}

impl Action {
    /// Its sort.
    #[must_use]
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::Run(_) => ActionKind::Run,
            Self::Post(_) => ActionKind::Post,
            Self::File(..) => ActionKind::File,
            Self::Notify(_) => ActionKind::Notify,
            Self::Star => ActionKind::Star,
            Self::Ring => ActionKind::Ring,
        }
    }

    /// What it does for an event, in words.
    #[must_use]
    pub fn told(&self, event: &RuleEvent, zone: &TimeZone) -> String {
        match self {
            Self::Run(program) => format!("run {}", program.path.display()),
            Self::Post(post) => post.told(event, zone),
            Self::File(name, line) => {
                let path = name.path(event, zone);
                match line {
                    Some(line) => {
                        format!("write {:?} to {}", line.fill(event, zone), path.display())
                    }
                    None => format!("write it to {}", path.display()),
                }
            }
            Self::Notify(text) => format!("notify {:?}", text.fill(event, zone)),
            Self::Star => "star the line".to_owned(),
            Self::Ring => "ring".to_owned(),
        }
    }

    /// Whether it may be done for several events at once.
    pub(super) fn is_concurrent(&self) -> bool {
        matches!(self, Self::Run(_))
    }

    /// Does it. Whatever goes wrong in here, what comes after is done.
    pub(super) async fn perform(&self, job: &Job, context: &Context) -> Result<(), Failure> {
        caught(Box::pin(self.attempt(job, context))).await
    }

    async fn attempt(&self, job: &Job, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Run(program) => {
                let event = job.event()?;
                program
                    .run(&job.rule, event.kind(), &job.json, &context.keys)
                    .await
            }
            Self::Post(post) => post.send(job, &context.outbound).await,
            Self::File(name, line) => {
                let (name, line) = (name.clone(), line.clone());
                let event = job.event()?;
                let json = job.json.clone();
                let written = move || name.append(line.as_ref(), &event, &json);
                let written = tokio::task::spawn_blocking(written).await;
                written.unwrap_or_else(|_| Err(panicked()))
            }
            Self::Notify(text) => notify::show(text, &job.rule, &job.event()?, &context.keys).await,
            Self::Star => star(job, &context.store).await,
            Self::Ring => {
                context.bell.send_modify(|rung| *rung += 1);
                Ok(())
            }
        }
    }
}

/// A panic is a failure like others: the job is given up, not the action.
async fn caught(attempt: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let done = AssertUnwindSafe(attempt).catch_unwind().await;
    done.unwrap_or_else(|_| Err(panicked()))
}

fn panicked() -> Failure {
    Failure::Permanent("it panicked".to_owned())
}

async fn star(job: &Job, store: &Store) -> Result<(), Failure> {
    let Some(line) = job.event()?.number("id") else {
        return Ok(());
    };
    match store.edit(Edit::Star(LineId(line), true)).await {
        // Where a memory has replaced it meanwhile, there is nothing to star.
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::Transient(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_like_others() {
        let done = caught(async { panic!("as the test wants it") }).await;
        assert_eq!(done, Err(panicked()));
    }
}
