//! Raw sound: headerless PCM as Omi posts it, and the hex of the envelope form.

use bytes::Bytes;

use super::{
    Malformed, Request, Shape,
    fields::{Warnings, quoted},
    query::Query,
};
use crate::event::{AudioChunk, Encoding, Event, Kind};

/// Sample rates taken, in samples a second. Omi's newest backend has the same bounds.
const RATES: std::ops::RangeInclusive<u32> = 1000..=192_000;

/// What is taken when the sender does not say.
const DEFAULT_RATE: u32 = 16_000;

/// Names of 16-bit PCM in a `codec` parameter.
const PCM: [&str; 4] = ["pcm", "pcm16", "pcm_s16le", "linear16"];

/// Whether the content type says sound, whatever the bytes look like.
pub(super) fn is_audio(request: &Request<'_>) -> bool {
    let essence = request
        .content_type
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    essence.eq_ignore_ascii_case("application/octet-stream")
}

/// Whether a body that is no JSON is sound.
pub(super) fn is_audio_or_unreadable(request: &Request<'_>) -> bool {
    is_audio(request) || request.query.first("sample_rate").is_some()
}

pub(super) fn decode(request: &Request<'_>, warnings: &mut Warnings) -> Result<Shape, Malformed> {
    let encoding = match request.query.first("codec") {
        Some(codec) if !PCM.iter().any(|pcm| codec.eq_ignore_ascii_case(pcm)) => {
            warnings.say(format!("codec '{}' is kept undecoded", quoted(codec)));
            Encoding::Undecoded(quoted(codec))
        }
        _ => Encoding::Pcm16,
    };
    chunk(request.query, encoding, request.body.clone(), warnings)
}

/// The envelope form: hex in JSON.
pub(super) fn from_hex(
    text: &str,
    query: &Query,
    warnings: &mut Warnings,
) -> Result<Shape, Malformed> {
    let bytes = hex::decode(text)
        .map_err(|error| refused(format!("audio is no hex: {error}").to_lowercase()))?;
    chunk(query, Encoding::Pcm16, bytes.into(), warnings)
}

fn chunk(
    query: &Query,
    encoding: Encoding,
    bytes: Bytes,
    warnings: &mut Warnings,
) -> Result<Shape, Malformed> {
    let rate = if let Some(text) = query.first("sample_rate") {
        rate(text)?
    } else {
        warnings.say("no sample_rate; taken as 16000");
        DEFAULT_RATE
    };
    if bytes.is_empty() {
        warnings.say("sound without a byte");
    }
    Ok(Shape {
        kind: Kind::AudioBytes,
        event: Some(Event::Audio(AudioChunk {
            rate,
            encoding,
            bytes,
        })),
    })
}

fn rate(text: &str) -> Result<u32, Malformed> {
    text.parse()
        .ok()
        .filter(|rate| RATES.contains(rate))
        .ok_or_else(|| {
            let (least, most) = (RATES.start(), RATES.end());
            refused(format!(
                "bad sample_rate '{}'; use a whole number from {least} to {most}",
                quoted(text)
            ))
        })
}

fn refused(reason: String) -> Malformed {
    Malformed {
        kind: Kind::AudioBytes,
        reason,
    }
}
