//! Hearing the wearer: a handle for everyone, and a thread that alone talks to the sound card.
//!
//! Off until asked. The device thread is never waited for without limit: with a hung sound server, opening or closing a
//! device may take for ever.

#[cfg(feature = "playback")]
mod device;

use std::{
    sync::mpsc::{SyncSender, sync_channel},
    time::Duration,
};

use tokio::sync::watch;

use crate::event::SoundChunk;

/// Commands and chunks that may wait for the device thread.
const WAITING: usize = 64;

/// How playback does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// What it does.
    pub state: State,
    /// From arriving to being heard, about, in tenths of a second.
    pub behind: Duration,
    /// Percent.
    pub volume: u8,
    /// How often nothing was left to play.
    pub underruns: u64,
    /// Samples that found no room in the player.
    pub overflowed: u64,
    /// Chunks that were not played because the device thread was too slow.
    pub dropped: u64,
}

impl Default for Status {
    fn default() -> Self {
        let state = if cfg!(feature = "playback") {
            State::Off
        } else {
            State::Missing
        };
        Self {
            state,
            behind: Duration::ZERO,
            volume: 80,
            underruns: 0,
            overflowed: 0,
            dropped: 0,
        }
    }
}

/// What playback does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody listens.
    Off,
    /// Someone listens, and nothing has arrived yet.
    Waiting,
    /// It sounds.
    Playing,
    /// There is no sound card, or it is gone; it is looked for again.
    NoDevice,
    /// This program was built without playback.
    Missing,
}

/// Plays what it is fed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Playback {
    commands: SyncSender<Command>,
    status: watch::Sender<Status>,
}

/// What the device thread is asked to do.
#[derive(Debug)]
#[cfg_attr(not(feature = "playback"), expect(dead_code, reason = "nobody plays"))]
enum Command {
    Play {
        chunk: SoundChunk,
        at: std::time::Instant,
    },
    Listen(bool),
    Volume(u8),
}

impl Playback {
    /// Loudest volume, in percent.
    pub const LOUDEST: u8 = 150;

    /// Starts the device thread, which sleeps until someone listens.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let (commands, receiver) = sync_channel(WAITING);
        let status = watch::Sender::new(Status::default());
        #[cfg(feature = "playback")]
        {
            let status = status.clone();
            std::thread::Builder::new()
                .name("sound".to_owned())
                .spawn(move || device::run(&receiver, &status))?;
        }
        #[cfg(not(feature = "playback"))]
        drop(receiver);
        Ok(Self { commands, status })
    }

    /// Plays a chunk, if someone listens. Waits for nothing: what the device thread has no room for is dropped and counted.
    pub fn feed(&self, chunk: &SoundChunk) {
        let status = *self.status.borrow();
        if matches!(status.state, State::Off | State::Missing) || chunk.pcm.is_none() {
            return;
        }
        let command = Command::Play {
            chunk: chunk.clone(),
            at: std::time::Instant::now(),
        };
        if self.commands.try_send(command).is_err() {
            self.status.send_modify(|status| status.dropped += 1);
        }
    }

    /// Begins or ends listening.
    pub fn toggle(&self) {
        let state = self.status.borrow().state;
        let listen = state == State::Off;
        if state != State::Missing && self.commands.try_send(Command::Listen(listen)).is_ok() {
            let state = if listen { State::Waiting } else { State::Off };
            self.status.send_modify(|status| status.state = state);
        }
    }

    /// Makes it louder or softer by so many percent.
    pub fn change_volume(&self, percent: i8) {
        let volume = self
            .status
            .borrow()
            .volume
            .saturating_add_signed(percent)
            .min(Self::LOUDEST);
        if self.commands.try_send(Command::Volume(volume)).is_ok() {
            self.status.send_modify(|status| status.volume = volume);
        }
    }

    /// How it does, and every change of it.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }
}
