use super::*;

/// Hz of what is played.
pub(super) const TONE: f64 = 440.0;

/// How long the device asks for at once, in seconds: 4096 frames at 48 kHz.
const PULL: f64 = 0.085;

/// A device in virtual time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Simulation {
    pub(super) source: u32,
    pub(super) device: u32,
    /// How much too slowly the device plays.
    pub(super) clock_error: f64,
    /// Whether a poor filter will do, and only counts matter.
    pub(super) cheap: bool,
}

/// A chunk, in seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) at: f64,
    pub(super) seconds: f64,
}

/// What came out of it, up to the last arrival.
pub(super) struct Heard {
    pub(super) feeder: Feeder,
    pub(super) longest_delay: f64,
    /// When a burst arrived, and how much waited to be heard then, in seconds.
    pub(super) waiting: Vec<(f64, f64)>,
    /// Lengths of silences after the first sound, in seconds.
    pub(super) gaps: Vec<f64>,
    /// Greatest step from one frame to the next.
    pub(super) steepest: f32,
    pub(super) sound: Vec<f32>,
}

impl Heard {
    /// How much waited to be heard when bursts arrived between two times, on average, in seconds.
    pub(super) fn waited(&self, from: f64, to: f64) -> f64 {
        let within = self
            .waiting
            .iter()
            .filter(|(at, _)| (from..to).contains(at));
        let (count, sum) = within.fold((0, 0.0), |(count, sum), (_, waiting)| {
            (count + 1, sum + waiting)
        });
        sum / f64::from(count)
    }

    /// Underruns, seconds skipped, seconds dropped.
    pub(super) fn counts(&self) -> (u64, f64, f64) {
        let feeder = &self.feeder;
        (feeder.underruns(), feeder.skipped(), feeder.dropped())
    }
}

impl Simulation {
    fn pair(&self) -> (Feeder, Player) {
        if !self.cheap {
            return pair(self.source, self.device, self.source as usize).unwrap();
        }
        let filter = SincInterpolationParameters::new(8, WindowFunction::Hann)
            .oversampling_factor(16)
            .interpolation(SincInterpolationType::Nearest);
        pair_with(&filter, self.source, self.device, self.source as usize).unwrap()
    }

    /// Plays a tone that arrives in chunks.
    pub(super) fn play(&self, arrivals: &[Arrival]) -> Heard {
        let (feeder, mut player) = self.pair();
        let mut heard = Heard {
            feeder,
            longest_delay: 0.0,
            waiting: Vec::new(),
            gaps: Vec::new(),
            steepest: 0.0,
            sound: Vec::new(),
        };
        let mut buffer = vec![0.0; (PULL * f64::from(self.device)) as usize];
        let pull = buffer.len() as f64 / f64::from(self.device) * (1.0 + self.clock_error);
        let (mut now, mut sent, mut before) = (0.0, 0, f64::NEG_INFINITY);
        for arrival in arrivals {
            while now < arrival.at {
                player.pull(&mut buffer);
                now += pull;
                if !self.cheap {
                    heard.sound.extend_from_slice(&buffer);
                }
            }
            let waiting = heard.feeder.left() as f64 / f64::from(self.source);
            if arrival.at - before > arrival.seconds / 2.0 {
                heard.waiting.push((arrival.at, waiting));
            }
            before = arrival.at;
            let count = (arrival.seconds * f64::from(self.source)).round() as usize;
            let tone = self.tone(sent, count);
            heard
                .feeder
                .push(&tone, Duration::from_secs_f64(arrival.at));
            heard.longest_delay = heard.longest_delay.max(heard.feeder.delay());
            sent += count;
        }
        self.judge(&mut heard);
        heard
    }

    /// So many samples of the tone, from one on.
    fn tone(&self, from: usize, count: usize) -> Vec<i16> {
        let step = TAU * TONE / f64::from(self.source);
        (from..from + count)
            .map(|n| ((step * n as f64).sin() * 30_000.0).round() as i16)
            .collect()
    }

    fn judge(&self, heard: &mut Heard) {
        let (mut silent, mut begun, mut before) = (0_usize, false, 0.0_f32);
        for &sample in &heard.sound {
            heard.steepest = heard.steepest.max((sample - before).abs());
            before = sample;
            if sample == 0.0 {
                silent += 1;
                continue;
            }
            // A millisecond of nothing is no zero of the tone.
            if begun && silent > self.device as usize / 1000 {
                heard.gaps.push(silent as f64 / f64::from(self.device));
            }
            (silent, begun) = (0, true);
        }
    }
}

/// A second every second.
pub(super) fn regular(seconds: usize) -> Vec<Arrival> {
    (0..seconds)
        .map(|second| Arrival {
            at: second as f64,
            seconds: 1.0,
        })
        .collect()
}

/// A second every second, up to 200 ms early or late.
pub(super) fn jittered(seconds: usize) -> Vec<Arrival> {
    jittered_intervals(seconds, 1, 1.0)
}

/// So many seconds in intervals of `every`, up to 200 ms early or late, in chunks of `chunk` seconds.
pub(super) fn jittered_intervals(seconds: usize, every: usize, chunk: f64) -> Vec<Arrival> {
    let mut state = 12_345_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let chunks = (every as f64 / chunk).round() as usize;
    (1..=seconds / every)
        .flat_map(|interval| {
            let at = (interval * every) as f64 + 0.4 * (random() - 0.5);
            (0..chunks).map(move |number| Arrival {
                at: at + 0.03 * number as f64,
                seconds: chunk,
            })
        })
        .collect()
}
