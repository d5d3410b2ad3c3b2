//! A playback in virtual time: a device that is pulled by hand, and reels that are wound by hand.

use std::{
    mem,
    sync::{Mutex, mpsc::Receiver},
    time::{Duration, Instant},
};

use crate::{
    audio::playback::{
        card::{
            callback::{Callback, Heartbeat},
            reel::{Motor, Step, Winder},
            *,
        },
        kept::{Reel, Stretch},
    },
    event::{Level, Seq},
    sync,
};

/// Frames a second of the device, and samples a second of everything that is played on it.
pub(super) const DEVICE: usize = 48_000;
pub(super) const RATE: u32 = 16_000;

/// Frames that the device takes at once.
const PULL: usize = 4096;

/// How much louder each second of kept sound is than the one before it, as a part of full scale.
const SLOPE: f64 = 0.01;
/// How loud live sound is; it has the other sign.
const LIVE: f32 = -0.2;

/// No step from one frame to the next is greater without a click. Three things may fade at once from half of full scale: the
/// sound at its ends and the player in 5 ms each, and the gain in 10 ms.
const SMOOTH: f32 = 0.5 * (1.0 / 240.0 + 1.0 / 240.0 + 1.0 / 480.0);

/// When the kept sound begins.
pub(super) fn start() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

/// So many seconds after the kept sound begins.
pub(super) fn at(seconds: f64) -> Timestamp {
    start() + SignedDuration::from_micros((seconds * 1e6).round() as i64)
}

pub(super) fn uid() -> Uid {
    Uid::parse("wearer").unwrap()
}

/// Sound that tells its time: the later, the louder.
#[derive(Debug)]
struct Ramps {
    kept: Vec<(f64, f64)>,
    /// Seconds by which the clock of the words is behind.
    shift: f64,
}

impl Source for Ramps {
    fn open(&self, uid: &Uid, from: Timestamp) -> Box<dyn Reel> {
        assert_eq!(*uid, self::uid());
        let from = from.duration_since(start()).as_secs_f64();
        let mut stretches = Vec::new();
        for (begin, end) in &self.kept {
            let mut now = begin.max(from);
            while now < end - 1e-6 {
                let next = (now + 1.0).min(*end);
                stretches.push(ramp(now, next));
                now = next;
            }
        }
        Box::new(Script(stretches.into_iter()))
    }

    fn shift(&self, _: &Passage) -> SignedDuration {
        SignedDuration::from_secs_f64(self.shift)
    }
}

fn ramp(from: f64, to: f64) -> Stretch {
    let rate = f64::from(RATE);
    let sample = |n| ((0.05 + (from + f64::from(n) / rate) * SLOPE) * 32768.0) as i16;
    Stretch {
        at: at(from),
        rate: RATE,
        samples: (0..((to - from) * rate).round() as u32)
            .map(sample)
            .collect(),
    }
}

struct Script(std::vec::IntoIter<Stretch>);

impl Reel for Script {
    fn next(&mut self) -> Option<Stretch> {
        self.0.next()
    }
}

#[derive(Debug, Default)]
struct Hand(Mutex<Vec<Winder>>);

impl std::fmt::Debug for Winder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Winder")
    }
}

impl Motor for Hand {
    fn run(&self, winder: Winder) -> std::io::Result<()> {
        self.0.lock().unwrap().push(winder);
        Ok(())
    }
}

/// A playback, and all that is around it.
pub(super) struct Bench {
    pub(super) playback: Playback,
    hand: Arc<Hand>,
    device: Option<Callback>,
    began: Instant,
    frames: usize,
    /// The last frame.
    last: f32,
    _bell: Receiver<()>,
}

impl Bench {
    /// With these stretches kept, from and to in seconds, and a device.
    pub(super) fn with(kept: &[(f64, f64)]) -> Self {
        Self::shifted(kept, 0.0)
    }

    /// The same, of words whose clock is so many seconds behind that of the sound.
    pub(super) fn shifted(kept: &[(f64, f64)], shift: f64) -> Self {
        let (bell, rings) = sync_channel(1);
        let hand = Arc::new(Hand::default());
        let playback = Playback {
            shared: Arc::new(Shared::new()),
            source: Arc::new(Ramps {
                kept: kept.to_vec(),
                shift,
            }),
            motor: Arc::clone(&hand) as Arc<dyn Motor>,
            bell,
        };
        playback.set_volume(100);
        let mut bench = Self {
            playback,
            hand,
            device: None,
            began: Instant::now(),
            frames: 0,
            last: 0.0,
            _bell: rings,
        };
        bench.plug();
        bench
    }

    pub(super) fn plug(&mut self) {
        let socket = sync::lock(&self.playback.shared.deck).plug(DEVICE as u32);
        let wanted = Arc::clone(&self.playback.shared.wanted);
        let heartbeat = Arc::new(Heartbeat::new());
        self.device = Some(Callback::new(socket, wanted, heartbeat));
    }

    pub(super) fn unplug(&mut self) {
        sync::lock(&self.playback.shared.deck).unplug();
        self.device = None;
        self.last = 0.0;
    }

    /// A second of live sound arrives.
    pub(super) fn feed(&self) {
        let second = SoundChunk {
            seq: Seq(1),
            uid: uid(),
            arrived: self.now(),
            rate: RATE,
            samples: RATE,
            level: Level::SILENCE,
            envelope: [].into(),
            pcm: Some(vec![(LIVE * 32768.0) as i16; RATE as usize].into()),
        };
        if self
            .playback
            .shared
            .wanted
            .listening
            .load(Ordering::Relaxed)
        {
            let passed = Duration::from_secs_f64(self.frames as f64 / DEVICE as f64);
            sync::lock(&self.playback.shared.deck).feed(&second, self.began + passed);
        }
    }

    /// The present is a minute after the kept sound begins.
    pub(super) fn now(&self) -> Timestamp {
        at(60.0 + self.frames as f64 / DEVICE as f64)
    }

    /// Lets so many seconds pass, and tells what was heard in them.
    pub(super) fn hear(&mut self, seconds: f64) -> Heard {
        let mut frames = vec![0.0; (seconds * DEVICE as f64).round() as usize];
        for buffer in frames.chunks_mut(PULL) {
            self.wind();
            if let Some(device) = &mut self.device {
                device.fill(buffer, 1);
            }
            self.frames += buffer.len();
        }
        self.wind();
        let before = mem::replace(&mut self.last, frames.last().copied().unwrap_or_default());
        Heard { before, frames }
    }

    pub(super) fn status(&self) -> Status {
        self.playback.status().borrow().clone()
    }

    fn wind(&self) {
        let mut winders = mem::take(&mut *self.hand.0.lock().unwrap());
        winders.retain_mut(|winder| {
            loop {
                match winder.step() {
                    Step::Again => {}
                    Step::Later => return true,
                    Step::Over => return false,
                }
            }
        });
        self.hand.0.lock().unwrap().append(&mut winders);
    }
}

/// What was heard.
pub(super) struct Heard {
    before: f32,
    pub(super) frames: Vec<f32>,
}

impl Heard {
    /// Seconds of kept sound that were heard, each stretch from and to, but for its fades.
    pub(super) fn kept(&self) -> Vec<(f64, f64)> {
        let time = |frame: f32| (f64::from(frame) - 0.05) / SLOPE;
        let mut stretches: Vec<(f64, f64)> = Vec::new();
        let mut steady = 0;
        for pair in self.frames.windows(2) {
            let goes_on = pair[0] > 0.045 && (pair[1] - pair[0]).abs() < 2e-5;
            steady = if goes_on { steady + 1 } else { 0 };
            // What steps or fades is not steady.
            match stretches.last_mut() {
                _ if steady < 480 => {}
                Some(last) if steady > 480 => last.1 = time(pair[1]),
                _ => stretches.push((time(pair[1]) - 0.01, time(pair[1]))),
            }
        }
        stretches
    }

    /// Seconds of live sound.
    pub(super) fn live(&self) -> f64 {
        let live = self.frames.iter().filter(|frame| **frame < -1e-4);
        live.count() as f64 / DEVICE as f64
    }

    pub(super) fn is_silent(&self) -> bool {
        self.frames.iter().all(|frame| frame.abs() < 1e-6)
    }

    /// Whether there is a step in it.
    pub(super) fn clicks(&self) -> bool {
        let mut before = self.before;
        self.frames.iter().any(|frame| {
            let step = (frame - mem::replace(&mut before, *frame)).abs();
            step > SMOOTH
        })
    }
}
