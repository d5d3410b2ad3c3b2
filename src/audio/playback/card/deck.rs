//! Where sound meets the device: the feeder of what is being played, and the way to give the device a player for it.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use rtrb::{Consumer, Producer, RingBuffer};

use super::{clock::Marks, wearer::Wearer};
use crate::{
    audio::{
        playback::kept::Stretch,
        player::{Feeder, Player, pair},
    },
    event::{SoundChunk, Uid},
};

/// Players that may wait to be taken, or to be dropped; each comes with a change of the rate.
const PLAYERS: usize = 4;

/// Seconds of kept sound that are read ahead.
const AHEAD: f64 = 2.0;

/// Fed by everyone, plugged by the device thread.
#[derive(Debug)]
pub(super) struct Deck {
    /// The zero of arrivals.
    began: Instant,
    line: Option<Line>,
    feeder: Option<Feeder>,
    marks: Marks,
    wearer: Option<Wearer>,
    /// Who is to be heard; None: whoever comes first.
    chosen: Option<Uid>,
    mode: Mode,
    /// How much later words stand in the kept sound than by their own clock.
    shift: SignedDuration,
    /// Tells one kept reel from the next.
    ticket: u64,
    /// What feeders counted that are no more.
    past: Tally,
}

/// What the deck plays.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Mode {
    Live,
    /// Kept sound of a wearer; how far it was heard when the device went.
    Kept(Uid, Timestamp),
    /// Where it goes on; None: live.
    Paused(Option<(Uid, Timestamp)>),
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

/// What a reel may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Another one plays, or none.
    Over,
    /// There is room for more.
    Feed,
    /// Enough waits to be heard.
    Wait,
    /// No device is there, or it is a new one: go on from here.
    From(Timestamp),
}

impl Default for Deck {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            line: None,
            feeder: None,
            marks: Marks::default(),
            wearer: None,
            chosen: None,
            mode: Mode::Live,
            shift: SignedDuration::ZERO,
            ticket: 0,
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
        if let Some(heard) = self.heard_now()
            && let Mode::Kept(_, from) = &mut self.mode
        {
            *from = heard.max(*from);
        }
        self.retire();
        self.line = None;
        self.wearer = None;
    }

    /// Takes a chunk that arrives now.
    pub(super) fn feed(&mut self, chunk: &SoundChunk, now: Instant) {
        let Some(pcm) = chunk.pcm.as_ref().filter(|_| self.mode == Mode::Live) else {
            return;
        };
        let Some(line) = &mut self.line else { return };
        while line.spent.pop().is_ok() {}
        if self
            .chosen
            .as_ref()
            .is_some_and(|chosen| *chosen != chunk.uid)
            || !Wearer::hears(&mut self.wearer, &chunk.uid, chunk.duration(), now)
        {
            return;
        }
        if !self.is_fed_at(chunk.rate) && !self.change(chunk.rate, pcm.len()) {
            self.past.dropped += chunk.duration().as_secs_f64();
            return;
        }
        if let Some(feeder) = &mut self.feeder {
            let before = feeder.left();
            feeder.push(pcm, now.saturating_duration_since(self.began));
            let fed = feeder.left().saturating_sub(before);
            self.marks.follow_live(fed, chunk.arrived);
        }
    }

    /// Plays kept sound from now on. Returns what its reel is known by.
    pub(super) fn play_kept(&mut self, uid: Uid, from: Timestamp) -> u64 {
        self.cut();
        self.mode = Mode::Kept(uid, from);
        self.ticket += 1;
        self.ticket
    }

    /// The words that the reel of a ticket plays were found in the sound.
    pub(super) fn found(&mut self, ticket: u64, at: Timestamp, shift: SignedDuration) {
        if ticket == self.ticket
            && let Mode::Kept(_, from) = &mut self.mode
        {
            *from = at;
            self.shift = shift;
        }
    }

    /// Plays what arrives from now on.
    pub(super) fn play_live(&mut self) {
        if self.mode != Mode::Live {
            self.cut();
            self.mode = Mode::Live;
            self.shift = SignedDuration::ZERO;
            self.ticket += 1;
        }
    }

    /// Goes silent, and remembers where.
    pub(super) fn pause(&mut self) {
        if !matches!(self.mode, Mode::Paused(_)) {
            let place = self.place();
            self.pause_at(place);
        }
    }

    /// Is silent until it goes on there.
    pub(super) fn pause_at(&mut self, place: Option<(Uid, Timestamp)>) {
        self.cut();
        self.mode = Mode::Paused(place);
        self.ticket += 1;
    }

    /// Whose sound is heard, or goes on, and from when.
    pub(super) fn place(&mut self) -> Option<(Uid, Timestamp)> {
        match self.mode.clone() {
            Mode::Live => {
                let uid = self.wearer.as_ref()?.uid().clone();
                Some((uid, self.heard_now()?))
            }
            Mode::Kept(uid, from) => Some((uid, self.heard_now().unwrap_or(from))),
            Mode::Paused(place) => place,
        }
    }

    /// The same by the clock of the words.
    pub(super) fn words(&mut self) -> Option<(Uid, Timestamp)> {
        let (uid, at) = self.place()?;
        Some((uid, at.saturating_sub(self.shift).unwrap_or(at)))
    }

    /// Only this wearer's live sound is heard from now on.
    pub(super) fn choose(&mut self, uid: Option<Uid>) {
        if self.chosen != uid {
            self.chosen = uid;
            self.wearer = None;
            if self.mode == Mode::Live {
                self.cut();
            }
        }
    }

    /// What the reel of a ticket may do now.
    pub(super) fn turn(&mut self, ticket: u64) -> Turn {
        let Mode::Kept(_, from) = self.mode else {
            return Turn::Over;
        };
        if ticket != self.ticket {
            return Turn::Over;
        }
        if self.line.is_none() {
            return Turn::From(from);
        }
        match &self.feeder {
            Some(feeder) if feeder.left() as f64 > AHEAD * f64::from(feeder.rate()) => Turn::Wait,
            Some(_) => Turn::Feed,
            None => Turn::From(from),
        }
    }

    /// Takes a stretch of the reel of a ticket; false if it is not for it.
    pub(super) fn fill(&mut self, ticket: u64, stretch: &Stretch) -> bool {
        if ticket != self.ticket || !matches!(self.mode, Mode::Kept(..)) {
            return false;
        }
        let Some(line) = &mut self.line else {
            return false;
        };
        while line.spent.pop().is_ok() {}
        let samples = &stretch.samples;
        if !self.is_fed_at(stretch.rate) && !self.change(stretch.rate, samples.len()) {
            return false;
        }
        if let Some(feeder) = &mut self.feeder {
            let fed = feeder.fill(samples);
            self.marks.follow(fed, stretch.end());
        }
        true
    }

    /// Whether there is a device.
    pub(super) fn is_plugged(&self) -> bool {
        self.line.is_some()
    }

    /// Whether everything that was fed is heard.
    pub(super) fn is_heard(&self) -> bool {
        self.feeder.as_ref().is_none_or(Feeder::is_heard)
    }

    /// Whether something sounds now.
    pub(super) fn playing(&self) -> bool {
        self.feeder.as_ref().is_some_and(Feeder::playing)
    }

    /// From being recorded to being heard, about, in seconds. Of live sound.
    pub(super) fn delay(&self) -> f64 {
        match self.mode {
            Mode::Live => self.feeder.as_ref().map_or(0.0, Feeder::delay),
            _ => 0.0,
        }
    }

    /// What was counted since the start, of live sound.
    pub(super) fn tally(&self) -> Tally {
        let Some(feeder) = self.feeder.as_ref().filter(|_| self.mode == Mode::Live) else {
            return self.past;
        };
        Tally {
            underruns: self.past.underruns + feeder.underruns(),
            dropped: self.past.dropped + feeder.dropped(),
            skipped: self.past.skipped + feeder.skipped(),
        }
    }

    fn heard_now(&mut self) -> Option<Timestamp> {
        let feeder = self.feeder.as_ref()?;
        self.marks.heard(feeder.left(), feeder.rate())
    }

    fn is_fed_at(&self, rate: u32) -> bool {
        self.feeder
            .as_ref()
            .is_some_and(|feeder| feeder.rate() == rate)
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

    /// Lets what sounds fade away.
    fn cut(&mut self) {
        if let Some(feeder) = &self.feeder {
            feeder.stop();
        }
        self.retire();
    }

    fn retire(&mut self) {
        self.past = self.tally();
        self.feeder = None;
        self.marks = Marks::default();
    }
}
