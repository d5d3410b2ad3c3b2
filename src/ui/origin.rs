//! Where what comes is from: Omi, or what is played in its place.

use tokio::sync::watch;

use crate::tunnel::Link;

/// Where what comes is from, as it is now and will be.
#[derive(Debug, Clone)]
pub enum Origin {
    /// Omi, and how it reaches us.
    Omi(watch::Receiver<Link>),
    /// What is played to a listener that nobody else is to reach.
    Staged(watch::Receiver<Staged>),
}

/// What is played in place of what Omi posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staged {
    /// A simulated wearer.
    Demo,
    /// What was delivered once.
    Replay,
    /// That, to its end.
    Replayed,
}

impl Origin {
    /// What is played, if anything is.
    #[must_use]
    pub fn staged(&self) -> Option<Staged> {
        match self {
            Self::Omi(_) => None,
            Self::Staged(staged) => Some(*staged.borrow()),
        }
    }

    /// Waits until it is another.
    pub(super) async fn changed(&mut self) -> Result<(), watch::error::RecvError> {
        match self {
            Self::Omi(link) => link.changed().await,
            Self::Staged(staged) => staged.changed().await,
        }
    }
}

impl Staged {
    /// What it is, in a word or two.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Replay => "replay",
            Self::Replayed => "replayed",
        }
    }

    /// What it becomes when all is played.
    #[must_use]
    pub fn ended(self) -> Self {
        match self {
            Self::Demo => Self::Demo,
            Self::Replay | Self::Replayed => Self::Replayed,
        }
    }
}
