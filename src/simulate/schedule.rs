//! When what is posted. Pure: the same day, start and seed give the same posts, whatever the clock does.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::Value;

use crate::event::Kind;

use super::{
    day::{Day, Line, Talk},
    forms::{self, Times},
    random::Random,
    said::{self, Said, Speaker},
    speech::{Placed, RATE},
};

/// How long Omi collects segments before it posts them.
const COLLECTING: f64 = 0.6;

/// From there to their arrival: speech-to-text.
const STT_DELAY: f64 = 0.5;

/// From the last word to the news that a memory is being made. In life two minutes; nobody waits that long for a demo.
const SILENCE: f64 = 4.0;

/// From that news to the memory.
const MAKING: f64 = 7.0;

/// From the memory to the next conversation.
const REST: f64 = 5.0;

/// From the last memory to the summary of the day.
const SUMMING_UP: f64 = 2.0;

/// How long ago the summary of yesterday was made.
const NIGHT: f64 = 9.0 * 3600.0;

/// Something that is posted as JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Planned {
    /// From the beginning of the day, at its speed.
    pub(super) at: Duration,
    pub(super) kind: Kind,
    pub(super) body: Value,
}

/// One run of the day.
#[derive(Debug)]
pub(super) struct Schedule {
    /// In the order of their times.
    pub(super) posts: Vec<Planned>,
    /// What is heard, in samples from the beginning.
    pub(super) placed: Vec<Placed>,
    /// How many seconds there are to be heard. At speed 1 the day takes as long.
    pub(super) seconds: u32,
}

/// Where a day begins, and how fast it goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// The clock time of second 0.
    pub(super) now: Timestamp,
    /// The wearer's date at that time.
    pub(super) date: Date,
    /// How many times faster than life. All times shrink by it: a receiver sees faster people, not another clock.
    pub(super) speed: f64,
    /// Whether what happened earlier is told first.
    pub(super) with_past: bool,
}

/// Lays out a day.
pub(super) fn schedule(day: &Day, uid: &str, start: Start, random: &mut Random) -> Schedule {
    let mut scribe = Scribe {
        day,
        uid,
        start,
        random,
        posts: Vec::new(),
        placed: Vec::new(),
    };
    if start.with_past {
        scribe.yesterday();
        for talk in &day.talks {
            if let Some(minutes) = talk.minutes_ago {
                scribe.past(talk, minutes);
            }
        }
    }
    let live = day.talks.iter().filter(|talk| talk.is_live());
    let over = live.fold(0.0, |now, talk| scribe.live(talk, now));
    let over = scribe.today(over);
    let Scribe {
        mut posts, placed, ..
    } = scribe;
    posts.sort_by_key(|post| post.at);
    Schedule {
        posts,
        placed,
        seconds: (over * start.speed).ceil() as u32,
    }
}

/// Writes the posts of one run. Its seconds are those of the clock: life's, divided by the speed.
struct Scribe<'a> {
    day: &'a Day,
    uid: &'a str,
    start: Start,
    random: &'a mut Random,
    posts: Vec<Planned>,
    placed: Vec<Placed>,
}

impl<'a> Scribe<'a> {
    fn clock(&self, second: f64) -> Timestamp {
        let offset = SignedDuration::try_from_secs_f64(second).unwrap_or_default();
        let now = self.start.now;
        now.saturating_add(offset).unwrap_or(now)
    }

    fn paced(&self, of_life: f64) -> f64 {
        of_life / self.start.speed
    }

    fn post(&mut self, at: f64, kind: Kind, body: Value) {
        let at = Duration::try_from_secs_f64(at).unwrap_or_default();
        self.posts.push(Planned { at, kind, body });
    }

    /// A conversation that is over: only its memory comes, at once. The past was not faster than life.
    fn past(&mut self, talk: &Talk, minutes_ago: u32) {
        let began = -60.0 * f64::from(minutes_ago);
        let mut said = Vec::new();
        let mut offset = 0.0;
        for line in &talk.lines {
            offset += line.pause;
            let length = reading_time(&line.text);
            said.extend(self.said(talk, line, offset, length));
            offset += length;
        }
        let lasted = 60.0 * f64::from(talk.minutes.unwrap_or_default());
        let ended = began + lasted.max(offset);
        self.memory(talk, [began, ended, ended + SILENCE + MAKING], &said, 0.0);
    }

    /// A conversation that is heard: its segments, then its memory. Returns when the next one may begin.
    fn live(&mut self, talk: &Talk, began: f64) -> f64 {
        let mut said = Vec::new();
        let mut offset = 0.0;
        for line in &talk.lines {
            let pause = line.pause * self.random.around_one();
            offset += self.paced(pause);
            let length = self.place(line, began + offset);
            said.extend(self.said(talk, line, offset, length));
            offset += length;
            if let Some(press) = &line.press {
                let at = began + offset;
                let body = forms::button(press, self.clock(at), self.random);
                self.post(at, Kind::ButtonEvent, body);
            }
        }
        self.words(&said, began);
        let ended = began + offset;
        let silent = ended + self.paced(SILENCE);
        self.post(silent, Kind::MemoryProcessingStarted, forms::processing());
        let made = silent + self.paced(MAKING);
        self.memory(talk, [began, ended, made], &said, made);
        made + self.paced(REST)
    }

    /// Lets a line be heard, if there is a clip of it. Returns how long it is.
    fn place(&mut self, line: &Line, at: f64) -> f64 {
        let Some(clip) = line.clip else {
            return self.paced(reading_time(&line.text));
        };
        let sample = (at * self.start.speed * f64::from(RATE)) as usize;
        self.placed.push(Placed { at: sample, clip });
        self.paced(clip.length as f64 / f64::from(RATE))
    }

    fn said(&mut self, talk: &Talk, line: &Line, start: f64, length: f64) -> Vec<Said<'a>> {
        let speaker = Speaker::of(line, talk, self.day);
        said::sentences(speaker, &line.text, start, length, self.random)
    }

    fn words(&mut self, said: &[Said<'_>], began: f64) {
        let collecting = self.paced(COLLECTING);
        let delay = collecting + self.paced(STT_DELAY);
        for batch in said::batches(said, collecting) {
            let at = began + batch[0].end + delay;
            let body = forms::transcript(batch, self.uid);
            self.post(at, Kind::TranscriptSegment, body);
        }
    }

    /// Posts the memory of a talk with these times: began, ended, made.
    fn memory(&mut self, talk: &Talk, times: [f64; 3], said: &[Said<'_>], at: f64) {
        let [started, finished, created] = times.map(|second| self.clock(second));
        let times = Times {
            started,
            finished,
            created,
        };
        let body = forms::memory(talk, times, &said::joined(said), self.random);
        self.post(at, Kind::MemoryCreated, body);
    }

    fn yesterday(&mut self) {
        let date = self.start.date.yesterday().unwrap_or(self.start.date);
        let made = self.clock(-NIGHT);
        let body = forms::day_summary(&self.day.yesterday, date, made, self.uid, self.random);
        self.post(0.0, Kind::DaySummary, body);
    }

    /// Sums up the day that is over. Returns when the next one may begin.
    fn today(&mut self, over: f64) -> f64 {
        let at = over + self.paced(SUMMING_UP);
        let (date, made) = (self.start.date, self.clock(at));
        let body = forms::day_summary(&self.day.today, date, made, self.uid, self.random);
        self.post(at, Kind::DaySummary, body);
        at + self.paced(REST)
    }
}

/// About how long it takes to say a text of which there is no clip, in seconds: fifteen characters a second.
fn reading_time(text: &str) -> f64 {
    0.4 + text.len() as f64 / 15.0
}
