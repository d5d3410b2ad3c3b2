//! Sound: raw PCM as Omi sends it, or hex inside an envelope as this project's README does.

use bytes::Bytes;

use super::{
    query::Query,
    warnings::{Warnings, quoted},
};
use crate::event::{AudioChunk, Encoding, Event};

/// The rate of every device but the first one's first firmware.
const DEFAULT_RATE: u32 = 16_000;

/// Names of what [`Encoding::Pcm16`] holds.
const PCM16_NAMES: [&str; 5] = ["pcm", "pcm16", "pcm_s16le", "s16le", "linear16"];

/// A body of raw sound.
pub(super) fn raw(body: &Bytes, query: &Query, warnings: &Warnings) -> Result<Event, String> {
    Ok(Event::Audio(AudioChunk {
        rate: rate(query, warnings)?,
        encoding: encoding(query, warnings),
        bytes: body.clone(),
    }))
}

/// Sound as hex digits.
pub(super) fn hex(digits: &str, query: &Query, warnings: &Warnings) -> Result<Event, String> {
    let bytes = hex::decode(digits).map_err(|error| match error {
        hex::FromHexError::InvalidHexCharacter { c, index } => format!(
            "audio has {} at position {index}, which is no hex digit; send two hex digits a byte",
            quoted(c.encode_utf8(&mut [0; 4]))
        ),
        _ => format!(
            "audio has an odd number of hex digits ({}); send two a byte",
            digits.len()
        ),
    })?;
    raw(&bytes.into(), query, warnings)
}

fn rate(query: &Query, warnings: &Warnings) -> Result<u32, String> {
    let Some(sent) = query.last("sample_rate") else {
        warnings.add(format_args!("sample_rate is missing; {DEFAULT_RATE} taken"));
        return Ok(DEFAULT_RATE);
    };
    let rate = sent.trim().parse().ok();
    rate.filter(|rate| (1_000..=192_000).contains(rate))
        .ok_or_else(|| {
            let sent = quoted(sent);
            format!("sample_rate {sent} is out of range; send a whole number from 1000 to 192000")
        })
}

fn encoding(query: &Query, warnings: &Warnings) -> Encoding {
    const LONGEST_NAME: usize = 32;
    let Some(codec) = query.last("codec") else {
        return Encoding::Pcm16;
    };
    let name: String = codec.trim().chars().take(LONGEST_NAME).collect();
    let name = name.to_ascii_lowercase();
    if name.is_empty() || PCM16_NAMES.contains(&name.as_str()) {
        return Encoding::Pcm16;
    }
    warnings.add(format_args!(
        "codec {} is not decoded; kept raw",
        quoted(&name)
    ));
    Encoding::Undecoded(name)
}
