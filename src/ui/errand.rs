//! What takes its time, done beside the loop: changes by the user's hand, copying, sending again.

use tokio::task::JoinSet;

use super::{
    action::Errand,
    app::Session,
    clipboard::{self, Copied},
    curl,
    replay::{self, Planned},
};
use crate::{event::Edit, outbound::Outbound, store::Store};

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
}

/// What came of an errand.
#[derive(Debug)]
pub(super) enum Outcome {
    /// What is kept has changed.
    Edited,
    /// Something to be told.
    Said(String),
    /// Something for the clipboard.
    Copied(Copied),
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
        }
    }

    /// What came of the next one that is done; None if none is running.
    pub(super) async fn done(&mut self) -> Option<Outcome> {
        let done = self.running.join_next().await?;
        Some(done.unwrap_or_else(|_| Outcome::Said(WRONG.to_owned())))
    }

    /// Makes a change.
    pub(super) fn edit(&mut self, edit: Edit) {
        let store = self.store.clone();
        self.running.spawn(async move {
            match store.edit(edit).await {
                Ok(true) => Outcome::Edited,
                Ok(false) => Outcome::Said("that line is no longer there".to_owned()),
                Err(error) => Outcome::Said(format!("not kept: {error}")),
            }
        });
    }

    /// Sets out on an errand; false if there are too many already.
    pub(super) fn start(&mut self, errand: Errand) -> bool {
        if self.running.len() >= MOST {
            return false;
        }
        let (store, session) = (self.store.clone(), self.session.clone());
        let outbound = self.outbound.clone();
        self.running.spawn(async move {
            let for_it = session.clone();
            let prepare = move || prepare(&store, &for_it, errand);
            match tokio::task::spawn_blocking(prepare).await {
                Ok(Prepared::Done(outcome)) => outcome,
                Ok(Prepared::Send(planned)) => {
                    Outcome::Said(replay::send(*planned, &session, &outbound).await)
                }
                Err(_) => Outcome::Said(WRONG.to_owned()),
            }
        });
        true
    }
}

/// What is left of an errand once all is read.
enum Prepared {
    Done(Outcome),
    Send(Box<Planned>),
}

/// Does what may block or takes long: bodies may have many megabytes.
fn prepare(store: &Store, session: &Session, errand: Errand) -> Prepared {
    let (Errand::CopyBody(seq) | Errand::CopyCommand(seq) | Errand::Replay(seq, _)) = errand;
    let say = |word: String| Prepared::Done(Outcome::Said(word));
    let inspected = match store.delivery(seq) {
        Ok(Some(inspected)) => inspected,
        Ok(None) => return say(format!("#{} is not there", seq.0)),
        Err(error) => return say(error.to_string()),
    };
    let copying = clipboard::Place {
        folder: store.folder(),
        seq,
    };
    match errand {
        Errand::CopyBody(_) => Prepared::Done(copying.body(&inspected, &session.secret)),
        Errand::CopyCommand(_) => {
            Prepared::Done(copying.command(curl::command(&inspected, session)))
        }
        Errand::Replay(_, to) => match replay::planned(&inspected, session, &to) {
            Ok(planned) => Prepared::Send(planned.into()),
            Err(error) => say(format!("#{} not sent: {error}", seq.0)),
        },
    }
}
