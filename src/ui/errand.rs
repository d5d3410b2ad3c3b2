//! What takes its time, done beside the loop: changes by the user's hand, copying, sending again.

use tokio::task::JoinSet;

use super::{
    action::Errand,
    app::Session,
    clipboard::{self, Copied},
    curl, replay,
};
use crate::{
    event::{Edit, Seq},
    outbound::Outbound,
    store::{ReadError, Store, deliveries::Inspected},
};

/// Most errands at a time.
const MOST: usize = 16;

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
        // One that panicked has said so itself.
        Some(done.unwrap_or_else(|_| Outcome::Said("that went wrong; see the log".to_owned())))
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
            let seq = match errand {
                Errand::CopyBody(seq) | Errand::CopyCommand(seq) | Errand::Replay(seq, _) => seq,
            };
            let inspected = match delivery(&store, seq).await {
                Ok(Some(inspected)) => inspected,
                Ok(None) => return Outcome::Said(format!("#{} is not there", seq.0)),
                Err(error) => return Outcome::Said(error.to_string()),
            };
            let copying = clipboard::Place {
                folder: store.folder(),
                seq,
            };
            match errand {
                Errand::CopyBody(_) => copying.body(&inspected, &session.secret),
                Errand::CopyCommand(_) => copying.command(curl::command(&inspected, &session)),
                Errand::Replay(_, to) => {
                    Outcome::Said(replay::run(&inspected, &session, &to, &outbound).await)
                }
            }
        });
        true
    }
}

/// Reads a delivery where blocking is no harm.
async fn delivery(store: &Store, seq: Seq) -> Result<Option<Inspected>, ReadError> {
    let store = store.clone();
    let read = tokio::task::spawn_blocking(move || store.delivery(seq));
    // One that panicked has said so itself.
    read.await.unwrap_or(Ok(None))
}
