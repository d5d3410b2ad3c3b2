//! Reads kept sound ahead of what is heard, on a thread that may hang with a disk; nobody waits for it.

use std::{
    fmt::Debug,
    io,
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use super::{Shared, deck::Turn};
use crate::{
    audio::playback::kept::{Reel, Source, Stretch},
    event::{Passage, Uid},
    sync,
};

/// How often is looked whether more is needed.
const LOOK: Duration = Duration::from_millis(50);

/// Sound begins so much before the words that are to be heard.
const LEAD_IN: SignedDuration = SignedDuration::from_millis(300);

/// Sound that begins so much later than it was asked for is other sound.
const LATE: SignedDuration = SignedDuration::from_secs(10);

/// A gap up to this is heard as silence; a longer one is passed over.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// After a gap longer than this, it is another matter.
const END: SignedDuration = SignedDuration::from_mins(10);

/// Samples a second that are faded at a gap.
const FADE: u32 = 200;

/// How a reel ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// All of it was heard.
    Heard,
    /// Nothing is kept of that time.
    NotKept,
}

/// What is to be played.
pub(super) struct Order {
    pub(super) ticket: u64,
    pub(super) start: Start,
}

impl Order {
    /// When it begins in the sound; of words that is to be found out first, and told to the deck. May block.
    fn find(&self, source: &dyn Source, shared: &Shared) -> Timestamp {
        match &self.start {
            Start::Sound(_, at) => *at,
            Start::Words(words) => {
                let shift = source.shift(words);
                let from = words.at.saturating_add(shift - LEAD_IN).unwrap_or(words.at);
                sync::lock(&shared.deck).found(self.ticket, from, shift);
                from
            }
        }
    }
}

/// Where it begins.
pub(super) enum Start {
    /// At a time of the sound.
    Sound(Uid, Timestamp),
    /// A little before some words.
    Words(Passage),
}

impl Start {
    fn uid(&self) -> &Uid {
        match self {
            Self::Sound(uid, _) => uid,
            Self::Words(words) => &words.uid,
        }
    }
}

/// Runs winders. Does not wait for them.
pub(super) trait Motor: Debug + Send + Sync {
    /// Runs one to its end.
    fn run(&self, winder: Winder) -> io::Result<()>;
}

/// A thread for each.
#[derive(Debug)]
pub(super) struct Threads;

impl Motor for Threads {
    fn run(&self, mut winder: Winder) -> io::Result<()> {
        let run = move || {
            loop {
                match winder.step() {
                    Step::Again => {}
                    Step::Later => thread::sleep(LOOK),
                    Step::Over => return,
                }
            }
        };
        let thread = thread::Builder::new().name("reel".to_owned());
        thread.spawn(run).map(drop)
    }
}

/// Gives a reel to the deck, bit by bit.
pub(super) struct Winder {
    shared: Weak<Shared>,
    source: Arc<dyn Source>,
    order: Order,
    reader: Option<Reader>,
    /// What the deck had no use for yet.
    rejected: Option<Stretch>,
    /// Whether the device has anything of it.
    fed: bool,
}

/// When a winder goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Again,
    /// In a moment.
    Later,
    /// Never.
    Over,
}

impl Winder {
    pub(super) fn new(shared: &Arc<Shared>, source: Arc<dyn Source>, order: Order) -> Self {
        Self {
            shared: Arc::downgrade(shared),
            source,
            order,
            reader: None,
            rejected: None,
            fed: false,
        }
    }

    /// Does what is to be done now. May block.
    pub(super) fn step(&mut self) -> Step {
        let Some(shared) = self.shared.upgrade() else {
            return Step::Over;
        };
        let ticket = self.order.ticket;
        let turn = sync::lock(&shared.deck).turn(ticket);
        match turn {
            Turn::Over => return Step::Over,
            Turn::Wait => return Step::Later,
            // As soon as there is a device, it goes on from there.
            Turn::From(_) if !sync::lock(&shared.deck).is_plugged() => return Step::Later,
            Turn::From(from) if self.fed => {
                self.order.start = Start::Sound(self.order.start.uid().clone(), from);
                self.reader = None;
                self.rejected = None;
                self.fed = false;
            }
            Turn::Feed | Turn::From(_) => {}
        }
        match self.next(&shared) {
            Next::Stretch(stretch) => {
                if sync::lock(&shared.deck).fill(ticket, &stretch) {
                    self.fed = true;
                    return Step::Again;
                }
                self.rejected = Some(stretch);
            }
            Next::NotKept => {
                shared.end(ticket, Ended::NotKept);
                return Step::Over;
            }
            Next::End if sync::lock(&shared.deck).is_heard() => {
                shared.end(ticket, Ended::Heard);
                return Step::Over;
            }
            Next::End => {}
        }
        Step::Later
    }

    fn next(&mut self, shared: &Shared) -> Next {
        if let Some(stretch) = self.rejected.take() {
            return Next::Stretch(stretch);
        }
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => {
                let from = self.order.find(&*self.source, shared);
                let reel = self.source.open(self.order.start.uid(), from);
                none.insert(Reader::new(reel, from))
            }
        };
        reader.next()
    }
}

/// What comes next of a reel.
#[derive(Debug, PartialEq)]
enum Next {
    Stretch(Stretch),
    /// Nothing of what was asked for.
    NotKept,
    End,
}

/// Reads a reel with fades at its gaps. Holds one stretch back, since only the next one tells whether a gap follows.
struct Reader {
    reel: Box<dyn Reel>,
    from: Timestamp,
    held: Option<Stretch>,
    /// When what was given ended.
    end: Option<Timestamp>,
    /// What comes after the next is too far away.
    over: bool,
}

impl Reader {
    fn new(reel: Box<dyn Reel>, from: Timestamp) -> Self {
        Self {
            reel,
            from,
            held: None,
            end: None,
            over: false,
        }
    }

    fn next(&mut self) -> Next {
        if self.held.is_none() && !self.over {
            self.held = self.reel.next();
            let Some(first) = &mut self.held else {
                return self.nothing();
            };
            let late = match self.end {
                Some(end) => first.at.duration_since(end) > END,
                None => first.at.duration_since(self.from) > LATE,
            };
            if late {
                self.over = true;
                return self.nothing();
            }
            fade_in(first);
        }
        let Some(mut now) = self.held.take().filter(|_| !self.over) else {
            return self.nothing();
        };
        if let Some(next) = self.reel.next() {
            let gap = next.at.duration_since(now.end());
            let mut next = next;
            if gap > END {
                self.over = true;
            }
            if gap > SignedDuration::from_millis(1) || next.rate != now.rate {
                fade_out(&mut now);
                fade_in(&mut next);
                if gap <= PAUSE {
                    let silent = gap.as_secs_f64().max(0.0) * f64::from(now.rate);
                    let length = now.samples.len() + silent as usize;
                    now.samples.resize(length, 0);
                }
            }
            self.held = Some(next);
        } else {
            fade_out(&mut now);
        }
        self.end = Some(now.end());
        Next::Stretch(now)
    }

    fn nothing(&self) -> Next {
        match self.end {
            Some(_) => Next::End,
            None => Next::NotKept,
        }
    }
}

fn fade_in(stretch: &mut Stretch) {
    let length = fade_length(stretch);
    for (at, sample) in stretch.samples.iter_mut().take(length).enumerate() {
        *sample = (i64::from(*sample) * at as i64 / length as i64) as i16;
    }
}

fn fade_out(stretch: &mut Stretch) {
    let length = fade_length(stretch);
    for (at, sample) in stretch.samples.iter_mut().rev().take(length).enumerate() {
        *sample = (i64::from(*sample) * at as i64 / length as i64) as i16;
    }
}

fn fade_length(stretch: &Stretch) -> usize {
    ((stretch.rate / FADE) as usize).clamp(1, stretch.samples.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what it is made of.
    struct Script(std::vec::IntoIter<Stretch>);

    impl Reel for Script {
        fn next(&mut self) -> Option<Stretch> {
            self.0.next()
        }
    }

    fn second(second: f64) -> Timestamp {
        Timestamp::from_microsecond((second * 1e6) as i64).unwrap()
    }

    /// From and to in s; first, middle and last sample.
    type Read = (f64, f64, i16, i16, i16);

    /// Stretches of a constant, (from, to) in s; what is read of them.
    fn read(stretches: &[(f64, f64)]) -> (Vec<Read>, Next) {
        let made = stretches.iter().map(|(from, to)| Stretch {
            at: second(*from),
            rate: 1000,
            samples: vec![1000; ((to - from) * 1000.0).round() as usize],
        });
        let reel = Script(made.collect::<Vec<_>>().into_iter());
        let mut reader = Reader::new(Box::new(reel), second(100.0));
        let mut seen = Vec::new();
        loop {
            match reader.next() {
                Next::Stretch(stretch) => {
                    let at = |time: Timestamp| time.as_microsecond() as f64 / 1e6;
                    let samples = &stretch.samples;
                    seen.push((
                        at(stretch.at),
                        at(stretch.end()),
                        samples[0],
                        samples[samples.len() / 2],
                        samples[samples.len() - 1],
                    ));
                }
                end => return (seen, end),
            }
        }
    }

    #[test]
    fn what_goes_on_is_not_touched_and_both_ends_fade() {
        let (seen, end) = read(&[(100.0, 101.0), (101.0, 102.0), (102.0, 103.0)]);
        let expected = [
            (100.0, 101.0, 0, 1000, 1000),
            (101.0, 102.0, 1000, 1000, 1000),
            (102.0, 103.0, 1000, 1000, 0),
        ];
        assert_eq!((&seen[..], end), (&expected[..], Next::End));
    }

    #[test]
    fn a_short_gap_is_silence_and_a_long_one_is_passed_over() {
        let (seen, _) = read(&[(100.0, 101.0), (101.5, 102.0), (110.0, 111.0)]);
        let expected = [
            (100.0, 101.5, 0, 1000, 0),
            (101.5, 102.0, 0, 1000, 0),
            (110.0, 111.0, 0, 1000, 0),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn sound_of_another_time_is_not_what_was_asked_for() {
        assert_eq!(read(&[]), (vec![], Next::NotKept));
        assert_eq!(read(&[(111.0, 112.0)]), (vec![], Next::NotKept));
        assert_eq!(read(&[(109.0, 110.0)]).0.len(), 1);
    }

    #[test]
    fn after_a_very_long_gap_it_is_another_matter() {
        let (seen, end) = read(&[(100.0, 101.0), (800.0, 801.0)]);
        assert_eq!((seen.len(), end), (1, Next::End));
    }

    #[test]
    fn stretches_of_any_length_can_be_faded() {
        let (seen, _) = read(&[(100.0, 100.001), (100.5, 100.502)]);
        assert_eq!(seen.len(), 2);
    }
}
