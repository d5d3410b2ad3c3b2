//! What the device calls, many times a second: pops samples, fills silence, and waits for nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use cpal::{FromSample, SizedSample};

use super::{Wanted, deck::Socket};
use crate::audio::player::Player;

/// Frames of one channel that are made at a time.
const BLOCK: usize = 256;

/// How far the gain moves from one frame to the next: 10 ms at 48 kHz from silence to 100 %. A step would click.
const SLEW: f32 = 1.0 / 480.0;

/// When the device last called. (Its errors are told far too often to mean anything.)
#[derive(Debug)]
pub(super) struct Heartbeat {
    began: Instant,
    /// Milliseconds from the beginning.
    last: AtomicU64,
}

impl Heartbeat {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    pub(super) fn beat(&self) {
        let now = self.began.elapsed().as_millis() as u64;
        self.last.store(now, Ordering::Relaxed);
    }

    /// How long it has not called.
    pub(super) fn silence(&self) -> Duration {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.began.elapsed().saturating_sub(last)
    }
}

/// Fills the device's buffers.
pub(super) struct Callback {
    socket: Socket,
    player: Option<Player>,
    wanted: Arc<Wanted>,
    gain: f32,
    heartbeat: Arc<Heartbeat>,
    mono: [f32; BLOCK],
}

impl Callback {
    pub(super) fn new(socket: Socket, wanted: Arc<Wanted>, heartbeat: Arc<Heartbeat>) -> Self {
        Self {
            socket,
            player: None,
            wanted,
            gain: 0.0,
            heartbeat,
            mono: [0.0; BLOCK],
        }
    }

    /// Fills a buffer of interleaved frames.
    pub(super) fn fill<T: SizedSample + FromSample<f32>>(
        &mut self,
        data: &mut [T],
        channels: usize,
    ) {
        self.heartbeat.beat();
        let wanted = self.wanted.gain();
        for block in data.chunks_mut(BLOCK * channels) {
            self.change_player();
            let mono = &mut self.mono[..block.len().div_ceil(channels)];
            match &mut self.player {
                Some(player) => player.pull(mono),
                None => mono.fill(0.0),
            }
            for (frame, sample) in block.chunks_mut(channels).zip(mono) {
                self.gain += (wanted - self.gain).clamp(-SLEW, SLEW);
                frame.fill(T::from_sample((*sample * self.gain).clamp(-1.0, 1.0)));
            }
        }
    }

    /// Takes the next player once the present one has played all it was given.
    fn change_player(&mut self) {
        let busy = self.player.as_ref().is_some_and(|player| !player.is_idle());
        if busy || self.socket.spent.is_full() {
            return;
        }
        if let Ok(next) = self.socket.players.pop()
            && let Some(spent) = self.player.replace(next)
        {
            // There was room.
            let _ = self.socket.spent.push(spent);
        }
    }
}

#[cfg(test)]
mod tests;
