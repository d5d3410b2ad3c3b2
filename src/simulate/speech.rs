//! What is heard: the clips of the lines at their times, over the faint noise of a room.

use std::{io::Cursor, ops::Range};

use symphonia::core::{
    codecs::audio::AudioDecoderOptions,
    errors::Error,
    formats::{FormatOptions, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
};

use super::{day::Clip, random::Random};

/// Samples a second of the speech.
pub(super) const RATE: u32 = 16_000;

/// Greatest sample of the room's noise: about -66 dBFS.
const NOISE: i16 = 16;

/// Decodes the speech that is built in.
pub(super) fn decode() -> Result<Vec<i16>, Error> {
    let file = Cursor::new(include_bytes!("../../assets/demo/speech.ogg").as_slice());
    let source = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe().probe(
        &Hint::new(),
        source,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or(Error::Unsupported("no sound"))?;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio());
    let parameters = parameters.ok_or(Error::Unsupported("no codec"))?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
    let (mut speech, mut packet_samples) = (Vec::new(), Vec::new());
    while let Some(packet) = format.next_packet()? {
        decoder
            .decode(&packet)?
            .copy_to_vec_interleaved::<i16>(&mut packet_samples);
        speech.append(&mut packet_samples);
    }
    Ok(speech)
}

/// A clip at its time, in samples from the beginning of the day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) at: usize,
    pub(super) clip: Clip,
}

/// The sound of a stretch of the day.
pub(super) fn mix(
    speech: &[i16],
    placed: &[Placed],
    stretch: Range<usize>,
    noise: &mut Random,
) -> Vec<i16> {
    let mut sound: Vec<i16> = stretch
        .clone()
        .map(|_| (noise.next() % (2 * NOISE as u64 + 1)) as i16 - NOISE)
        .collect();
    for Placed { at, clip } in placed {
        let begin = (*at).max(stretch.start);
        let end = (at + clip.length).min(stretch.end);
        for time in begin..end {
            let sample = speech
                .get(clip.start + time - at)
                .copied()
                .unwrap_or_default();
            let mixed = &mut sound[time - stretch.start];
            *mixed = mixed.saturating_add(sample);
        }
    }
    sound
}
