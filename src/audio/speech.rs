//! When somebody speaks: frames of 16 ms, each with how surely there is a voice in it.
//!
//! ```text
//! samples of any rate ─► Resampler ─► 16 kHz ─► frames ─► earshot ─► Frame
//!                                                 └─ is it only a tone?
//! ```
//!
//! The judgement is that of `earshot`, a small neural network that hears 16 kHz and nothing else. It was made to find voices in noise,
//! and takes much that is musical for one: a lone steady tone is told apart here, chords, ringing and singing are not.

mod resampler;
#[cfg(test)]
mod tests;
mod tone;

use std::fmt;

use resampler::Resampler;

/// Samples a second that are judged.
const RATE: u32 = 16_000;

/// Samples of a frame at that rate.
const SAMPLES: usize = 256;

/// Samples of less than so many a second hold too little of a voice to tell it.
const LEAST_RATE: u32 = 4_000;

/// A stretch of sound, and whether there is a voice in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Where it begins, in seconds from the first sample that was heard.
    pub start: f64,
    /// How surely there is a voice in it, from 0 to 1.
    pub voice: f32,
}

impl Frame {
    /// How long each one is, in seconds.
    pub const SECONDS: f64 = SAMPLES as f64 / RATE as f64;

    /// From here on it is rather speech than not.
    pub const SPEECH: f32 = 0.5;

    /// Whether somebody speaks.
    #[must_use]
    pub fn is_speech(&self) -> bool {
        self.voice >= Self::SPEECH
    }
}

/// The share of frames in which somebody speaks, from 0 to 1; None if there are none.
#[must_use]
pub fn share(frames: &[Frame]) -> Option<f64> {
    let spoken = frames.iter().filter(|frame| frame.is_speech()).count();
    (!frames.is_empty()).then(|| spoken as f64 / frames.len() as f64)
}

/// Listens to one stream of sound. However the stream is cut, its frames are the same.
pub struct Detector {
    resampler: Resampler,
    network: Box<earshot::Detector>,
    /// The beginning of the next frame.
    frame: Vec<i16>,
    heard: u64,
}

impl Detector {
    /// Listens to samples of a rate. None if at this rate there is no speech to be found: under 4000 a second.
    #[must_use]
    pub fn new(rate: u32) -> Option<Self> {
        Some(Self {
            resampler: Resampler::new(rate, RATE).filter(|_| rate >= LEAST_RATE)?,
            network: Box::default(),
            frame: Vec::with_capacity(SAMPLES),
            heard: 0,
        })
    }

    /// Hears what comes next, and adds the frames that it completes.
    pub fn hear(&mut self, samples: &[i16], frames: &mut Vec<Frame>) {
        let Self {
            resampler,
            network,
            frame,
            heard,
        } = self;
        resampler.feed(samples, |mut samples| {
            while !samples.is_empty() {
                let (now, later) = samples.split_at(samples.len().min(SAMPLES - frame.len()));
                frame.extend_from_slice(now);
                samples = later;
                if frame.len() == SAMPLES {
                    // The network hears tones too: what comes later is judged by what was before.
                    let voice = network.predict_i16(frame);
                    let is_tone = tone::is_tone(frame);
                    frames.push(Frame {
                        start: *heard as f64 * Frame::SECONDS,
                        voice: if is_tone { 0.0 } else { voice },
                    });
                    *heard += 1;
                    frame.clear();
                }
            }
        });
    }
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detector")
            .field("heard", &self.heard)
            .finish_non_exhaustive()
    }
}
