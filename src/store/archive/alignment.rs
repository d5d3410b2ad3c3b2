//! Where the words of a conversation stand in its sound.

use jiff::{SignedDuration, Timestamp};

use super::{Archive, SoundSelection, track::Track};
use crate::{
    audio::{
        alignment,
        speech::{Detector, Frame},
    },
    event::Passage,
    store::{ReadError, Talk},
};

/// What is looked at on either side of some words. Clocks drift apart, and a minute and a half has pauses enough.
const AROUND: SignedDuration = SignedDuration::from_secs(90);

/// Samples that are listened to at once.
const BLOCK: u64 = 1 << 14;

impl Archive {
    /// How much later the words of a passage stand in the kept sound than by their own clock; None if that cannot be told: then they
    /// have to be taken by their clock. Listens to minutes of sound, which takes a part of a second.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn shift(&self, passage: &Passage) -> Result<Option<SignedDuration>, ReadError> {
        let talk = match passage.conversation {
            Some(id) => self.talk(id)?,
            None => None,
        };
        let Some(talk) = talk else { return Ok(None) };
        let origin = passage.at;
        let at = |by: SignedDuration| origin.saturating_add(by).unwrap_or(origin);
        let reach = SignedDuration::from_secs(alignment::REACH as i64);
        let track = self.sound(&SoundSelection {
            uid: passage.uid.clone(),
            since: Some(at(-AROUND - reach)),
            until: Some(at(AROUND + reach)),
        })?;
        let shift = track
            .and_then(|track| alignment::shift(&words(&talk, origin), &frames(&track, origin)));
        Ok(shift.map(SignedDuration::from_secs_f64))
    }
}

/// When lines around a time are said, in seconds from it.
fn words(talk: &Talk, origin: Timestamp) -> Vec<std::ops::Range<f64>> {
    let around = AROUND.as_secs_f64();
    let second = |offset| seconds(origin, talk.conversation.clock(offset));
    let lines = talk.lines.iter();
    let lines = lines.map(|line| second(line.segment.start)..second(line.segment.end));
    lines
        .filter(|line| line.end > -around && line.start < around)
        .collect()
}

/// Who hears a voice when, in seconds from a time. Of what is not kept, there are no frames.
fn frames(track: &Track, origin: Timestamp) -> Vec<Frame> {
    let began = seconds(origin, track.started);
    let mut frames = Vec::new();
    // The detector, the sample it began to listen at, and the one it comes to next.
    let mut listening: Option<(Detector, u64, u64)> = None;
    let mut next = 0;
    while let Some((first, samples)) = track.stretch(next, BLOCK) {
        next = first + samples.len() as u64;
        let goes_on = listening.take().filter(|(_, _, end)| *end == first);
        let fresh = || Some((Detector::new(track.rate)?, first, first));
        let Some((mut detector, from, _)) = goes_on.or_else(fresh) else {
            break;
        };
        let known = frames.len();
        detector.hear(&samples, &mut frames);
        let offset = began + from as f64 / f64::from(track.rate.max(1));
        for frame in &mut frames[known..] {
            frame.start += offset;
        }
        listening = Some((detector, from, next));
    }
    frames
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}
