//! Sound: a stretch of a wearer's day, or of one conversation.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::{Exported, exported::named, plain, wav};
use crate::{event::Conversation, store::archive::track::Track};

/// Sound that is exported.
#[derive(Debug)]
pub struct Sound {
    /// The sound.
    pub track: Track,
    /// The conversation that it is of.
    pub conversation: Option<Conversation>,
}

impl Exported for Sound {
    const NOUN: &'static str = "recordings";
    const CHOICE: &'static str =
        "choose the wearer with --uid or a conversation with --conversation";
    const HAS_FILES: bool = true;

    fn key(&self, _: &TimeZone) -> String {
        match &self.conversation {
            Some(conversation) => format!("(sound {})", conversation.id.0),
            None => format!("(sound of {})", self.track.uid),
        }
    }

    fn heading(&self, zone: &TimeZone) -> String {
        let title = self.conversation.as_ref().map(plain::title_of);
        named(
            &plain::minute(self.track.started, zone),
            &title.unwrap_or_default(),
        )
    }
}

/// Writes it as WAV, and warns of what is not in it.
pub(super) fn wav(sound: &Sound, _: &TimeZone, mut out: &mut dyn Write) -> io::Result<()> {
    let track = &sound.track;
    let written = wav::write(track, &mut out).map_err(|error| match error {
        wav::WavError::Write(error) => error,
        too_long @ wav::WavError::TooLong { .. } => io::Error::other(too_long.to_string()),
    })?;
    let seconds = |samples: u64| samples as f64 / f64::from(track.rate.max(1));
    if written.unreadable > 0 {
        tracing::warn!(
            "{:.1} s of sound are missing from the folder of recordings; there is silence instead",
            seconds(written.unreadable)
        );
    }
    if track.left_out > 0.0 {
        tracing::warn!(
            "{:.1} s of sound have another rate than {} Hz and are left out",
            track.left_out,
            track.rate
        );
    }
    Ok(())
}
