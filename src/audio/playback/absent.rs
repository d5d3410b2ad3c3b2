//! The handle of a build without playback: it keeps what the user sets, plays nothing, and says so.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{
    device::Device,
    kept::Source,
    status::{LOUDEST, State, Status, put},
};
use crate::event::{Passage, SoundChunk, Uid};

/// Whatever is asked of it.
pub(super) const AT_FIRST: State = State::Missing;

/// There are none to play on.
///
/// # Errors
/// None here.
pub fn devices() -> Result<Vec<Device>, String> {
    Ok(Vec::new())
}

/// Plays nothing. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Playback {
    status: watch::Sender<Status>,
}

impl Playback {
    /// Loudest volume, in percent.
    pub const LOUDEST: u8 = LOUDEST;

    /// Starts nothing.
    ///
    /// # Errors
    /// None here.
    pub fn start(_source: Arc<dyn Source>) -> std::io::Result<Self> {
        Ok(Self::default())
    }

    #[cfg(test)]
    pub(crate) fn deaf(_source: Arc<dyn Source>) -> Self {
        Self::default()
    }

    /// Drops the chunk.
    pub fn feed(&self, _chunk: &SoundChunk) {}

    /// Changes nothing.
    pub fn set_listening(&self, _listening: bool) {}

    /// Changes nothing.
    pub fn toggle(&self) {}

    /// Plays nothing.
    pub fn play(&self, _words: &Passage) {}

    /// Changes nothing.
    pub fn live(&self) {}

    /// Changes nothing.
    pub fn toggle_pause(&self) {}

    /// Changes nothing.
    pub fn seek(&self, _by: SignedDuration, _now: Timestamp) {}

    /// Nothing is heard.
    #[must_use]
    pub fn place(&self) -> Option<(Uid, Timestamp)> {
        None
    }

    /// Changes nothing.
    pub fn choose_wearer(&self, _uid: Option<&Uid>) {}

    /// Keeps which device was asked for.
    pub fn choose_device(&self, name: Option<&str>) {
        self.set(|status| put(&mut status.wanted, name.map(Arc::from)));
    }

    /// Keeps how loud it would be, in percent, at most [`Playback::LOUDEST`].
    pub fn set_volume(&self, percent: u8) {
        self.set(|status| put(&mut status.volume, percent.min(LOUDEST)));
    }

    /// Makes it louder or softer by so many percent.
    pub fn change_volume(&self, percent: i8) {
        let volume = self.status.borrow().volume;
        self.set_volume(volume.saturating_add_signed(percent));
    }

    /// Keeps whether it would be silent.
    pub fn mute(&self, muted: bool) {
        self.set(|status| put(&mut status.muted, muted));
    }

    /// Makes it silent if it is not, or the other way round.
    pub fn toggle_mute(&self) {
        let muted = self.status.borrow().muted;
        self.mute(!muted);
    }

    /// What was set, and every change of it.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    fn set(&self, change: impl FnOnce(&mut Status) -> bool) {
        self.status.send_if_modified(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::playback::kept::Nothing;

    #[test]
    fn it_says_that_there_is_no_playback() {
        let playback = Playback::start(Arc::new(Nothing)).unwrap();
        playback.set_listening(true);
        assert_eq!(playback.status().borrow().state, State::Missing);
    }
}
