//! What is measured of the sound while it is looked at.

use std::{collections::VecDeque, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    audio::{
        meter,
        noise::NoiseFloor,
        spectrogram::{Column, Spectrogram},
        spectrum::{Analyzer, Spectrum},
        speech::{Detector, Frame},
    },
    event::Level,
    monitor::{SoundTrack, Stretch},
    ui::panel::sound::Figures,
};

/// How much of what arrived before is measured when the screen is opened.
const BEFORE: SignedDuration = SignedDuration::from_secs(60);

/// The level is that of so many seconds.
const LEVEL: f64 = 0.3;

/// The share of speech is that of about a minute.
const FRAMES: usize = 6000;

/// Measures the sound up to a moment, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    /// The rate of what is measured; 0 before the first sound.
    rate: u32,
    head: Option<Timestamp>,
    level: Option<Level>,
    noise: NoiseFloor,
    spectrogram: Spectrogram,
    analyzer: Option<Analyzer>,
    detector: Option<Detector>,
    frames: VecDeque<Frame>,
}

impl Analysis {
    /// Measures what came since the last time.
    pub(super) fn update(&mut self, track: &SoundTrack, now: Timestamp) {
        let Some(head) = track.paced_head(now) else {
            return;
        };
        let earliest = head.saturating_sub(BEFORE).unwrap_or(head);
        let before = self.head;
        let from = before.unwrap_or(earliest).max(earliest);
        if from >= head {
            // Another wearer, or the clock was put back.
            self.head = Some(head);
            return;
        }
        let new = track.between(from, head);
        self.head = Some(head);
        if new.rate != self.rate && new.rate > 0 {
            self.start(new.rate);
        }
        self.level = Some(meter::level(&track.recent(head, LEVEL).samples));
        // What is missing before the first sound is no gap.
        if new.samples.is_empty() {
            if before.is_some() {
                let length = head.duration_since(from);
                self.spectrogram.gap(length.try_into().unwrap_or_default());
            }
            return;
        }
        if before.is_some() {
            self.miss(new.heard.start, new.rate);
        }
        self.measure(&new.samples[new.heard.clone()], new.rate);
        self.miss(new.samples.len() - new.heard.end, new.rate);
    }

    fn miss(&mut self, samples: usize, rate: u32) {
        if samples > 0 {
            let seconds = samples as f64 / f64::from(rate);
            let length = Duration::try_from_secs_f64(seconds).unwrap_or_default();
            self.spectrogram.gap(length);
        }
    }

    fn measure(&mut self, samples: &[i16], rate: u32) {
        self.spectrogram.push(samples, rate);
        self.noise.push(samples, rate);
        if let Some(detector) = &mut self.detector {
            let mut frames = Vec::new();
            detector.hear(samples, &mut frames);
            self.frames.extend(frames);
            let old = self.frames.len().saturating_sub(FRAMES);
            self.frames.drain(..old);
        }
    }

    fn start(&mut self, rate: u32) {
        *self = Self {
            rate,
            head: self.head,
            analyzer: Some(Analyzer::new(rate)),
            detector: Detector::new(rate),
            ..Self::default()
        };
    }

    pub(super) fn spectrum(&self, newest: &Stretch) -> Option<Spectrum> {
        let analyzer = self
            .analyzer
            .as_ref()
            .filter(|_| newest.rate == self.rate)?;
        let first = newest.samples.len().saturating_sub(analyzer.length());
        (!newest.samples.is_empty()).then(|| analyzer.spectrum(&newest.samples[first..]))
    }

    /// Of the last minutes, the newest first.
    pub(super) fn columns(&self) -> impl Iterator<Item = Column<'_>> {
        self.spectrogram.newest()
    }

    pub(super) fn figures(&self) -> Figures {
        let speech = self.frames.iter().filter(|frame| frame.is_speech()).count();
        Figures {
            level: self.level,
            noise: self.noise.level(),
            speech: (!self.frames.is_empty()).then(|| speech as f64 / self.frames.len() as f64),
        }
    }
}
