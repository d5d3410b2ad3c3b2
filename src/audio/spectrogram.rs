//! The spectra of the last minutes, one beside the other: a pure fold over the samples as they come.
//!
//! The columns lie in shared blocks, so that a clone costs a few hundred pointers and the two grow apart from there.

mod source;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use self::source::Source;
use super::spectrum::Scale;

/// Columns that are held: ten minutes.
const HELD: usize = 600 * Spectrogram::COLUMNS_PER_SECOND as usize;

/// Columns of a block: what a clone may have to copy when it goes on.
const BLOCK: usize = 128;

/// What a step of a level stands for, in dB: the 255 of them reach 102 dB down, as far as 16 bits do.
const STEP: f32 = 0.4;

/// The spectra of the newest ten minutes of sound. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Spectrogram {
    source: Option<Source>,
    blocks: VecDeque<Arc<Block>>,
    columns: usize,
}

/// A moment of a [`Spectrogram`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// No sound was there, not even silence.
    Gap,
    /// Sound.
    Sound {
        /// The axis of the levels.
        scale: Scale,
        /// The level of each band, the lowest frequency first, in the steps of [`Spectrogram::decibels`].
        levels: &'a [u8],
    },
}

/// Columns that are held together.
#[derive(Debug, Clone)]
enum Block {
    Gap { columns: usize },
    Sound { scale: Scale, levels: Vec<u8> },
}

impl Spectrogram {
    /// Columns for each second of sound.
    pub const COLUMNS_PER_SECOND: u32 = 20;

    /// Bands of a column.
    pub const BANDS: usize = 96;

    /// What a step of a level stands for in dBFS: 255 is 0 dBFS, and each one below it 0.4 dB less. 0 is silence.
    #[must_use]
    pub fn decibels(step: u8) -> f32 {
        if step == 0 {
            f32::NEG_INFINITY
        } else {
            (f32::from(step) - 255.0) * STEP
        }
    }

    /// Goes on with samples of `rate` a second. What does not fill a column waits for the next samples.
    pub fn push(&mut self, samples: &[i16], rate: u32) {
        let mut source = match self.source.take() {
            Some(source) if source.rate == rate => source,
            _ => Source::new(rate),
        };
        source.push(samples, |spectrum, bands| {
            self.add(bands.scale(), spectrum.levels(bands).map(step));
        });
        self.source = Some(source);
    }

    /// Marks that no sound was there for so long; what comes next does not continue what was before.
    pub fn gap(&mut self, length: Duration) {
        if let Some(source) = &mut self.source {
            source.forget();
        }
        let columns = length.as_secs_f64() * f64::from(Self::COLUMNS_PER_SECOND);
        let columns = (columns.round() as usize).min(HELD);
        if columns == 0 {
            return;
        }
        match self.blocks.back_mut().map(Arc::make_mut) {
            Some(Block::Gap { columns: before }) => *before += columns,
            _ => self.blocks.push_back(Arc::new(Block::Gap { columns })),
        }
        self.grown(columns);
    }

    /// The columns, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = Column<'_>> {
        self.blocks.iter().rev().flat_map(|block| block.newest())
    }

    fn add(&mut self, scale: Scale, levels: impl Iterator<Item = u8>) {
        match self.blocks.back_mut() {
            Some(block) if block.takes(scale) => Arc::make_mut(block).extend(levels),
            _ => {
                let levels = levels.collect();
                self.blocks
                    .push_back(Arc::new(Block::Sound { scale, levels }));
            }
        }
        self.grown(1);
    }

    fn grown(&mut self, columns: usize) {
        self.columns += columns;
        while let Some(oldest) = self.blocks.front()
            && self.columns - oldest.columns() >= HELD
        {
            self.columns -= oldest.columns();
            self.blocks.pop_front();
        }
    }
}

/// The step that stands for a level in dBFS. What is outside of the steps, -inf too, is cast to the nearest.
fn step(level: f32) -> u8 {
    (255.0 + level / STEP).round() as u8
}

impl Block {
    fn takes(&self, column: Scale) -> bool {
        matches!(self, Self::Sound { scale, .. } if *scale == column) && self.columns() < BLOCK
    }

    fn extend(&mut self, column: impl Iterator<Item = u8>) {
        if let Self::Sound { levels, .. } = self {
            levels.extend(column);
        }
    }

    fn columns(&self) -> usize {
        match self {
            Self::Gap { columns } => *columns,
            Self::Sound { levels, .. } => levels.len() / Spectrogram::BANDS,
        }
    }

    fn newest(&self) -> impl Iterator<Item = Column<'_>> {
        (0..self.columns()).rev().map(|column| match self {
            Self::Gap { .. } => Column::Gap,
            Self::Sound { scale, levels } => Column::Sound {
                scale: *scale,
                levels: &levels[column * Spectrogram::BANDS..][..Spectrogram::BANDS],
            },
        })
    }
}

#[cfg(test)]
mod tests;
