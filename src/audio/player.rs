//! The player: a jitter buffer with a clock of its own. No device, no clock and no I/O, so much of it runs in a test.
//!
//! ```text
//! arrivals ─► Feeder ──ring of samples──► Player::pull ─► the device's rate
//!               └─ ratio, skip, margin ─────┘
//! ```
//!
//! Sound arrives in chunks or bursts of them, by a clock that is not the sound card's. The feeder watches the low-water mark:
//! how much is left in the ring just before a burst arrives. It should be the margin. If it drifts, playing becomes up to half
//! a percent faster or slower; if far too much is there, the excess is skipped; if a burst is late, the margin grows.

mod control;
mod feeder;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rtrb::{Consumer, RingBuffer};
use rubato::{
    Adjustable as _, Async, FixedAsync, Resampler as _, ResamplerConstructionError,
    SincInterpolationParameters, WindowFunction, audioadapter_buffers::direct::InterleavedSlice,
};

use control::Control;
pub(super) use feeder::Feeder;

/// Frames that are played at once, and so the length of a fade: 5 ms at 48 kHz.
const STEP: usize = 240;

/// Taps of the resampling filter.
const TAPS: usize = 128;

/// Furthest that the ratio may move from its middle.
const GREATEST_RATIO: f64 = 1.02;

/// Samples by which a change of the ratio may make the next step longer.
const RATIO_SLACK: usize = 4;

/// The ring holds the greater of so many seconds and so many of the first chunk, but never more than so many samples. A sender
/// may keep two minutes back and then post them in pieces of a second.
const RING_SECONDS: usize = 120;
const RING_CHUNKS: usize = 4;
const RING_SAMPLES: usize = 1 << 23;

/// The device's side. Allocates nothing and waits for nobody.
#[derive(Debug)]
pub(super) struct Player {
    ring: Consumer<i16>,
    control: Arc<Control>,
    resampler: Async<f32>,
    state: State,
    input: Vec<f32>,
    step: [f32; STEP],
    /// Frames of the step that are played already.
    played: usize,
    rate: u32,
    /// Steps until what goes into the filter comes out of it.
    unheard: usize,
    /// Whether the next step is the first one after a gap.
    begins: bool,
}

/// What the player does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is there to play.
    Empty,
    /// Something is there, and has waited so many frames for more.
    Hold(usize),
    /// It is played.
    Play,
}

/// Both sides of a ring, from one rate to another, with room for chunks of so many samples.
///
/// # Errors
/// When no resampler can be made for these rates, e.g. for a rate of 0.
pub(super) fn pair(
    source: u32,
    device: u32,
    chunk: usize,
) -> Result<(Feeder, Player), ResamplerConstructionError> {
    let filter = SincInterpolationParameters::new(TAPS, WindowFunction::BlackmanHarris2);
    pair_with(&filter, source, device, chunk)
}

fn pair_with(
    filter: &SincInterpolationParameters,
    source: u32,
    device: u32,
    chunk: usize,
) -> Result<(Feeder, Player), ResamplerConstructionError> {
    let room = (source as usize * RING_SECONDS).max(chunk.saturating_mul(RING_CHUNKS));
    let (producer, ring) = RingBuffer::new(room.min(RING_SAMPLES));
    let control = Arc::new(Control::default());
    let ratio = f64::from(device) / f64::from(source);
    let resampler = Async::new_sinc(ratio, GREATEST_RATIO, filter, STEP, 1, FixedAsync::Output)?;
    let input = vec![0.0; resampler.input_frames_max()];
    let unheard = resampler.output_delay().div_ceil(STEP);
    let player = Player {
        ring,
        control: Arc::clone(&control),
        resampler,
        state: State::Empty,
        input,
        step: [0.0; STEP],
        played: STEP,
        rate: device,
        unheard,
        begins: false,
    };
    Ok((Feeder::new(producer, control, source), player))
}

impl Player {
    /// Fills frames of one channel.
    pub(super) fn pull(&mut self, mut frames: &mut [f32]) {
        while !frames.is_empty() {
            if self.played == STEP {
                self.advance();
                self.played = 0;
            }
            let count = frames.len().min(STEP - self.played);
            let (now, later) = frames.split_at_mut(count);
            now.copy_from_slice(&self.step[self.played..self.played + count]);
            self.played += count;
            frames = later;
        }
    }

    /// Whether everything it was given has sounded.
    pub(super) fn is_idle(&self) -> bool {
        self.state == State::Empty && self.played == STEP && !self.fills_a_step()
    }

    fn advance(&mut self) {
        if self.control.stopped() {
            return self.wind_up();
        }
        match self.state {
            State::Empty => {
                self.step.fill(0.0);
                if self.fills_a_step() {
                    self.state = State::Hold(0);
                }
            }
            State::Hold(waited) if (waited as f64) < self.control.hold() * f64::from(self.rate) => {
                self.step.fill(0.0);
                self.state = State::Hold(waited + STEP);
            }
            State::Hold(_) => {
                self.resampler.reset();
                self.begins = true;
                self.state = State::Play;
                self.control.set_playing(true);
                self.play();
            }
            State::Play => self.play(),
        }
    }

    /// Ends gently, and forgets what was not heard.
    fn wind_up(&mut self) {
        if self.state == State::Play && self.resample() {
            self.fade(|frame| 1.0 - frame as f32 / STEP as f32);
        } else {
            self.step.fill(0.0);
        }
        self.state = State::Empty;
        self.control.set_playing(false);
        if let Ok(unheard) = self.ring.read_chunk(self.ring.slots()) {
            unheard.commit_all();
        }
    }

    fn play(&mut self) {
        // Within its bounds by construction; the old ratio goes on otherwise.
        let _ = self
            .resampler
            .set_resample_ratio_relative(self.control.ratio(), true);
        let begins = std::mem::take(&mut self.begins);
        // The filter still holds what was before, which passes unheard.
        let unheard = if begins { self.unheard } else { 0 };
        if !(0..=unheard).all(|_| self.resample()) {
            self.step.fill(0.0);
            return self.ran_dry();
        }
        if begins {
            self.fade(|frame| frame as f32 / STEP as f32);
        }
        if !self.fills_a_step() {
            // The next step could not be filled: this one goes out gently.
            self.fade(|frame| 1.0 - frame as f32 / STEP as f32);
            self.ran_dry();
        } else if let Some(excess) = self.control.take_skip() {
            self.fade(|frame| 1.0 - frame as f32 / STEP as f32);
            self.skip(excess);
        }
    }

    /// Makes a step of sound; false if there is not enough for it.
    fn resample(&mut self) -> bool {
        let wanted = self.resampler.input_frames_next();
        let Ok(chunk) = self.ring.read_chunk(wanted) else {
            return false;
        };
        let (first, second) = chunk.as_slices();
        for (input, sample) in self.input.iter_mut().zip(first.iter().chain(second)) {
            *input = f32::from(*sample) / 32768.0;
        }
        chunk.commit_all();
        let input = InterleavedSlice::new(&self.input[..wanted], 1, wanted);
        let output = InterleavedSlice::new_mut(&mut self.step, 1, STEP);
        match (input, output) {
            (Ok(input), Ok(mut output)) => self
                .resampler
                .process_into_buffer(&input, &mut output, None)
                .is_ok(),
            _ => false,
        }
    }

    fn fills_a_step(&self) -> bool {
        self.ring.slots() >= self.resampler.input_frames_next() + RATIO_SLACK
    }

    fn skip(&mut self, samples: usize) {
        let count = samples.min(self.ring.slots());
        if let Ok(skipped) = self.ring.read_chunk(count) {
            skipped.commit_all();
            self.control.count_skipped(count);
        }
        self.begins = true;
    }

    fn ran_dry(&mut self) {
        self.state = State::Empty;
        self.control.set_playing(false);
        self.control.count_underrun();
    }

    fn fade(&mut self, gain: impl Fn(usize) -> f32) {
        for (at, frame) in self.step.iter_mut().enumerate() {
            *frame *= gain(at);
        }
    }
}
