//! Hearing the wearer: a handle for everyone, and a thread that alone talks to the sound card.
//!
//! ```text
//! feed ─► Deck: feeder ──ring──► Callback: player ─► sound card
//!           └──── a new player when the rate changes ─┘
//!         device thread: opens, looks whether the card still asks, opens again, says how it does
//! ```
//!
//! Off until asked. The device thread is never waited for: with a hung sound server, opening or closing a device may take for
//! ever. What is fed does not pass through it, so nothing else hangs with it.
//!
//! ALSA prints to stderr when it finds no device, on the threads of cpal too; while the screen is up, stderr is hushed
//! ([`crate::ui::terminal`]).

#[cfg(feature = "playback")]
mod callback;
#[cfg(feature = "playback")]
mod deck;
#[cfg(feature = "playback")]
mod device;
mod status;
#[cfg(feature = "playback")]
mod wearer;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, Ordering},
    mpsc::{SyncSender, sync_channel},
};

use tokio::sync::watch;

use crate::event::SoundChunk;
pub use status::{State, Status};

/// Plays what it is fed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Playback {
    shared: Arc<Shared>,
    /// Wakes the device thread; it ends with the last handle.
    bell: SyncSender<()>,
}

/// What the handles, the device thread and the device share.
#[derive(Debug)]
struct Shared {
    wanted: Arc<Wanted>,
    status: watch::Sender<Status>,
    #[cfg(feature = "playback")]
    deck: std::sync::Mutex<deck::Deck>,
}

/// What the user wants; read by the device without a lock.
#[derive(Debug)]
struct Wanted {
    listening: AtomicBool,
    muted: AtomicBool,
    /// Percent.
    volume: AtomicU8,
}

impl Playback {
    /// Loudest volume, in percent.
    pub const LOUDEST: u8 = 150;

    /// Starts the device thread, which sleeps until someone listens.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let (bell, rings) = sync_channel(1);
        let shared = Arc::new(Shared::new());
        #[cfg(feature = "playback")]
        {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name("sound".to_owned())
                .spawn(move || device::run(&shared, &rings))?;
        }
        #[cfg(not(feature = "playback"))]
        drop(rings);
        Ok(Self { shared, bell })
    }

    /// Plays a chunk, if someone listens and a device is there. Waits for nothing: what does not fit is dropped and counted.
    pub fn feed(&self, chunk: &SoundChunk) {
        #[cfg(feature = "playback")]
        if self.shared.wanted.listening.load(Ordering::Relaxed) {
            self.shared.deck().feed(chunk, std::time::Instant::now());
        }
        #[cfg(not(feature = "playback"))]
        let _ = chunk;
    }

    /// Begins or ends listening. Without the feature `playback`, it changes nothing.
    pub fn set_listening(&self, listening: bool) {
        self.shared.status.send_if_modified(|status| {
            let change =
                status.state != State::Missing && listening == (status.state == State::Off);
            if change {
                let wanted = &self.shared.wanted.listening;
                wanted.store(listening, Ordering::Relaxed);
                status.state = if listening {
                    State::Waiting
                } else {
                    State::Off
                };
            }
            change
        });
        // Rung already, or nobody is there to hear it.
        let _ = self.bell.try_send(());
    }

    /// Begins to listen, or ends it.
    pub fn toggle(&self) {
        let off = self.shared.status.borrow().state == State::Off;
        self.set_listening(off);
    }

    /// Sets how loud it is, in percent, at most [`Playback::LOUDEST`].
    pub fn set_volume(&self, percent: u8) {
        let percent = percent.min(Self::LOUDEST);
        self.shared.wanted.volume.store(percent, Ordering::Relaxed);
        self.shared
            .status
            .send_if_modified(|status| std::mem::replace(&mut status.volume, percent) != percent);
    }

    /// Makes it louder or softer by so many percent.
    pub fn change_volume(&self, percent: i8) {
        let volume = self.shared.status.borrow().volume;
        self.set_volume(volume.saturating_add_signed(percent));
    }

    /// Makes it silent, or as loud again as it was.
    pub fn mute(&self, muted: bool) {
        self.shared.wanted.muted.store(muted, Ordering::Relaxed);
        self.shared
            .status
            .send_if_modified(|status| std::mem::replace(&mut status.muted, muted) != muted);
    }

    /// How it does, and every change of it.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.shared.status.subscribe()
    }
}

impl Shared {
    fn new() -> Self {
        let status = Status::default();
        Self {
            wanted: Arc::new(Wanted {
                listening: AtomicBool::new(false),
                muted: AtomicBool::new(status.muted),
                volume: AtomicU8::new(status.volume),
            }),
            status: watch::Sender::new(status),
            #[cfg(feature = "playback")]
            deck: std::sync::Mutex::default(),
        }
    }

    /// The lock is held for as long as it takes to copy a chunk, and never while a device is asked anything.
    #[cfg(feature = "playback")]
    fn deck(&self) -> std::sync::MutexGuard<'_, deck::Deck> {
        self.deck
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(feature = "playback")]
impl Wanted {
    /// What samples are to be multiplied by.
    fn gain(&self) -> f32 {
        if self.muted.load(Ordering::Relaxed) || !self.listening.load(Ordering::Relaxed) {
            return 0.0;
        }
        f32::from(self.volume.load(Ordering::Relaxed)) / 100.0
    }
}

#[cfg(test)]
mod tests;
