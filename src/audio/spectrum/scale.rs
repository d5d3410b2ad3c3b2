use std::ops::Range;

/// A logarithmic axis of frequency, as the ear has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f32,
    high: f32,
}

impl Scale {
    /// Where the axis begins, in Hz: below a deep voice.
    pub const LOW: f32 = 50.0;

    /// The axis up to the highest frequency that a rate can carry.
    #[must_use]
    pub fn of_rate(rate: u32) -> Self {
        Self {
            low: Self::LOW,
            high: (rate as f32 / 2.0).max(2.0 * Self::LOW),
        }
    }

    /// Where the axis ends, in Hz.
    #[must_use]
    pub fn high(self) -> f32 {
        self.high
    }

    /// The frequency at a place, in Hz; the axis goes from 0 to 1.
    #[must_use]
    pub fn hertz(self, place: f32) -> f32 {
        self.low * (self.high / self.low).powf(place)
    }

    /// The place of a frequency.
    #[must_use]
    pub fn place(self, hertz: f32) -> f32 {
        (hertz / self.low).ln() / (self.high / self.low).ln()
    }
}

/// Bands of equal width on a [`Scale`], and which bins of a spectrum are in each.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    scale: Scale,
    bands: Vec<Band>,
}

#[derive(Debug, Clone, PartialEq)]
enum Band {
    Bins(Range<usize>),
    /// Narrower than the bins are apart: this part of the way from a bin to the next.
    Between(usize, f32),
}

impl Bands {
    /// `resolution` is the distance of two bins, in Hz.
    pub(super) fn new(scale: Scale, count: usize, resolution: f32) -> Self {
        let bin = |edge: f32| scale.hertz(edge / count as f32) / resolution;
        let band = |index: usize| {
            let first = bin(index as f32).ceil() as usize;
            let end = if index + 1 == count {
                // The highest frequency itself belongs to the last band.
                (scale.high / resolution) as usize + 1
            } else {
                bin((index + 1) as f32).ceil() as usize
            };
            if first < end {
                Band::Bins(first..end)
            } else {
                let middle = bin(index as f32 + 0.5);
                Band::Between(middle as usize, middle.fract())
            }
        };
        Self {
            scale,
            bands: (0..count).map(band).collect(),
        }
    }

    /// The axis.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The greatest of the bins in each band; a narrower one is taken from the line between its neighbours.
    pub(super) fn greatest(&self, bins: &[f32]) -> impl Iterator<Item = f32> {
        let value = |index: usize| bins.get(index).copied().unwrap_or(0.0);
        self.bands.iter().map(move |band| match band {
            Band::Bins(range) => {
                let range = range.start..range.end.min(bins.len());
                let bins = bins.get(range).unwrap_or_default();
                bins.iter().copied().fold(0.0, f32::max)
            }
            Band::Between(below, part) => value(*below) * (1.0 - part) + value(below + 1) * part,
        })
    }
}
