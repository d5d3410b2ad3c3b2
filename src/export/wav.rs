//! Sound as a WAV file: 16-bit mono PCM with its true length in the head, so that it can go to a pipe.

use std::io::{self, Write};

use crate::{audio::wav, store::archive::track::Track};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Samples in all.
    pub samples: u64,
    /// Of them, silence because nothing is kept of that time.
    pub silent: u64,
    /// Of them, silence because a file is missing or too short.
    pub unreadable: u64,
}

/// Why there is no WAV file.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// It does not fit.
    #[error("{hours:.0} hours of sound are more than a WAV file holds; choose a shorter time")]
    TooLong {
        /// How long it would be.
        hours: f64,
    },
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Writes a track.
///
/// # Errors
/// [`WavError`]; nothing was written if it is too long.
pub fn write(track: &Track, out: &mut impl Write) -> Result<Written, WavError> {
    if track.samples > wav::MOST {
        let hours = track.seconds() / 3600.0;
        return Err(WavError::TooLong { hours });
    }
    out.write_all(&wav::head(track.rate, track.samples))?;
    let mut reader = track.read();
    let mut block = Vec::new();
    loop {
        reader.next_block(&mut block);
        if block.is_empty() {
            break;
        }
        out.write_all(&block)?;
    }
    out.flush()?;
    Ok(Written {
        samples: track.samples,
        silent: track.samples - track.kept(),
        unreadable: reader.unreadable(),
    })
}
