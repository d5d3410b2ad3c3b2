use super::{HELD, Spectrogram};
use crate::audio::spectrum::{Analyzer, Bands, Spectrum};

/// Samples that are taken at once, so that a burst of minutes needs no more room than a second.
const PART: usize = 1 << 14;

/// Sound of one rate on its way to columns.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) rate: u32,
    /// Made for the first column, so that a rate that hardly any sound has costs nothing.
    analysis: Option<(Analyzer, Bands)>,
    /// What a column may still reach back to, then what is in no column yet.
    samples: Vec<i16>,
    /// How many samples are in no column yet.
    fresh: usize,
    /// What the last column left of the rate, so that a column of 551.25 samples has 551 or 552.
    rest: u32,
}

impl Source {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate,
            analysis: None,
            samples: Vec::new(),
            fresh: 0,
            rest: 0,
        }
    }

    /// Goes on as if there had been silence before.
    pub(super) fn forget(&mut self) {
        self.samples.clear();
        self.fresh = 0;
    }

    /// Gives the spectrum of each column that is complete now.
    pub(super) fn push(&mut self, samples: &[i16], mut give: impl FnMut(&Spectrum, &Bands)) {
        // Of more sound than is held only the end matters.
        let most = HELD * self.next().0;
        let newest = &samples[samples.len().saturating_sub(most)..];
        for part in newest.chunks(PART) {
            self.samples.extend_from_slice(part);
            self.fresh += part.len();
            self.complete(&mut give);
        }
    }

    fn complete(&mut self, give: &mut impl FnMut(&Spectrum, &Bands)) {
        loop {
            let (length, rest) = self.next();
            if self.fresh < length {
                break;
            }
            (self.fresh, self.rest) = (self.fresh - length, rest);
            let end = self.samples.len() - self.fresh;
            let (analyzer, bands) = self.analysis.get_or_insert_with(|| {
                let analyzer = Analyzer::new(self.rate);
                let bands = analyzer.bands(Spectrogram::BANDS);
                (analyzer, bands)
            });
            give(&analyzer.spectrum(&self.samples[..end]), bands);
        }
        if let Some((analyzer, _)) = &self.analysis {
            let done = self.samples.len() - self.fresh;
            self.samples.drain(..done.saturating_sub(analyzer.length()));
        }
    }

    /// How many samples the next column goes on by, and what it leaves of the rate.
    fn next(&self) -> (usize, u32) {
        let rate = self.rate.saturating_add(self.rest);
        let length = (rate / Spectrogram::COLUMNS_PER_SECOND).max(1);
        (length as usize, rate % Spectrogram::COLUMNS_PER_SECOND)
    }
}
