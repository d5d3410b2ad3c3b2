//! Where arrivals meet the device: the feeder of what is being played, and the way to give the device a player for it.

use std::time::Instant;

use rtrb::{Consumer, Producer, RingBuffer};

use super::wearer::Wearer;
use crate::{
    audio::player::{Feeder, Player, pair},
    event::SoundChunk,
};

/// Players that may wait to be taken, or to be dropped; each comes with a change of the rate.
const PLAYERS: usize = 4;

/// Fed by everyone, plugged by the device thread.
#[derive(Debug)]
pub(super) struct Deck {
    /// The zero of arrivals.
    began: Instant,
    line: Option<Line>,
    feeder: Option<Feeder>,
    wearer: Option<Wearer>,
    /// What feeders counted that are no more.
    past: Tally,
}

/// What was counted; in seconds but for the first.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) underruns: u64,
    pub(super) dropped: f64,
    pub(super) skipped: f64,
}

/// To an open device.
#[derive(Debug)]
struct Line {
    rate: u32,
    players: Producer<Player>,
    spent: Consumer<Player>,
}

/// The other end of a line.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) players: Consumer<Player>,
    /// Players go back, because to drop one takes time that the device does not have.
    pub(super) spent: Producer<Player>,
}

impl Default for Deck {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            line: None,
            feeder: None,
            wearer: None,
            past: Tally::default(),
        }
    }
}

impl Deck {
    /// From now on, everything is for a device of this rate. Returns what the device needs.
    pub(super) fn plug(&mut self, rate: u32) -> Socket {
        self.unplug();
        let (players, taken) = RingBuffer::new(PLAYERS);
        let (spent, returned) = RingBuffer::new(PLAYERS);
        self.line = Some(Line {
            rate,
            players,
            spent: returned,
        });
        Socket {
            players: taken,
            spent,
        }
    }

    /// There is no device: what is fed is not played.
    pub(super) fn unplug(&mut self) {
        self.retire();
        self.line = None;
        self.wearer = None;
    }

    /// Takes a chunk that arrives now.
    pub(super) fn feed(&mut self, chunk: &SoundChunk, now: Instant) {
        let Some(pcm) = &chunk.pcm else { return };
        let Some(line) = &mut self.line else { return };
        while line.spent.pop().is_ok() {}
        if !Wearer::hears(&mut self.wearer, &chunk.uid, chunk.duration(), now) {
            return;
        }
        let same = |feeder: &Feeder| feeder.rate() == chunk.rate;
        if !self.feeder.as_ref().is_some_and(same) && !self.change(chunk.rate, pcm.len()) {
            self.past.dropped += chunk.duration().as_secs_f64();
            return;
        }
        if let Some(feeder) = &mut self.feeder {
            feeder.push(pcm, now.saturating_duration_since(self.began));
        }
    }

    /// Whether something sounds now.
    pub(super) fn playing(&self) -> bool {
        self.feeder.as_ref().is_some_and(Feeder::playing)
    }

    /// From being recorded to being heard, about, in seconds.
    pub(super) fn delay(&self) -> f64 {
        self.feeder.as_ref().map_or(0.0, Feeder::delay)
    }

    /// What was counted since the start.
    pub(super) fn tally(&self) -> Tally {
        let Some(feeder) = &self.feeder else {
            return self.past;
        };
        Tally {
            underruns: self.past.underruns + feeder.underruns(),
            dropped: self.past.dropped + feeder.dropped(),
            skipped: self.past.skipped + feeder.skipped(),
        }
    }

    /// Goes on with a feeder and a player of another rate; false if that cannot be.
    fn change(&mut self, rate: u32, chunk: usize) -> bool {
        let Some(line) = &mut self.line else {
            return false;
        };
        let (feeder, player) = match pair(rate, line.rate, chunk) {
            Ok(pair) => pair,
            Err(error) => {
                tracing::warn!("cannot play {rate} Hz at {} Hz: {error}", line.rate);
                return false;
            }
        };
        let taken = line.players.push(player).is_ok();
        if taken {
            self.retire();
            self.feeder = Some(feeder);
        }
        taken
    }

    fn retire(&mut self) {
        self.past = self.tally();
        self.feeder = None;
    }
}
