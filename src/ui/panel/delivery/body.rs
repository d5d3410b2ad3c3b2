//! The body of a delivery: JSON as a tree, sound as a picture and bytes, anything else as the text or the bytes that it is.

use crate::{
    audio::pcm,
    event::SoundChunk,
    store::deliveries::Inspected,
    text,
    ui::outline::{Outline, Tone},
};

/// Longest JSON that is unfolded, in bytes.
const JSON: usize = 8 << 20;

/// Most of a text, and of bytes, that is shown, in bytes.
const TEXT: usize = 64 << 10;
const BYTES: usize = 4 << 10;

/// Most stretches of sound that are told apart.
const PEAKS: usize = 400;

/// Bytes in a row.
const ROW: usize = 16;

/// Adds the body, if there is one.
pub(super) fn put(outline: &mut Outline, inspected: &Inspected) {
    let kept = &inspected.kept;
    let Some(body) = &kept.body else {
        outline.open("Body", missing(inspected), false);
        if let Some(chunk) = &inspected.sound {
            picture(outline, chunk);
        }
        outline.close();
        return;
    };
    let size = text::size(body.len() as u64);
    let parsed = (body.len() <= JSON)
        .then(|| serde_json::from_slice(body).ok())
        .flatten();
    if let Some(value) = parsed {
        outline.open("Body", &format!("{size} of JSON"), false);
        if let Some(chunk) = &inspected.sound {
            picture(outline, chunk);
        }
        outline.json(&value);
    } else if let (None, Ok(text)) = (&inspected.sound, str::from_utf8(body)) {
        outline.open("Body", &format!("{size} of text"), false);
        lines(outline, text);
    } else {
        outline.open("Body", &size, false);
        if let Some(chunk) = &inspected.sound {
            facts(outline, chunk);
            outline.wave(peaks(body).into());
        }
        hex(outline, body);
    }
    outline.close();
}

/// Why there is no body.
fn missing(inspected: &Inspected) -> &'static str {
    let delivery = &inspected.kept.delivery;
    match (&inspected.sound, delivery.size) {
        (Some(_), _) => "its sound is not kept",
        (None, 0) => "empty",
        (None, _) => "not kept",
    }
}

fn picture(outline: &mut Outline, chunk: &SoundChunk) {
    facts(outline, chunk);
    outline.wave(chunk.envelope.clone());
}

fn facts(outline: &mut Outline, chunk: &SoundChunk) {
    let told = format!(
        "{:.1} s at {} Hz, {:.0} dBFS, peak {:.0}",
        chunk.duration().as_secs_f64(),
        chunk.rate,
        chunk.level.rms,
        chunk.level.peak
    );
    outline.put("", Tone::Plain, &told);
}

/// The greatest sample of each of some stretches, 255 is full scale.
fn peaks(sound: &[u8]) -> Vec<u8> {
    let (samples, _) = pcm::samples(None, sound);
    let stretch = samples.len().div_ceil(PEAKS).max(1);
    let peak = |samples: &[i16]| {
        let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max();
        (loudest.unwrap_or_default() >> 7).min(255) as u8
    };
    samples.chunks(stretch).map(peak).collect()
}

fn lines(outline: &mut Outline, text: &str) {
    let shown = text::beginning(text, TEXT);
    for line in shown.lines() {
        outline.put("", Tone::Text, line);
    }
    left_out(outline, text.len() - shown.len());
}

fn hex(outline: &mut Outline, body: &[u8]) {
    let shown = &body[..body.len().min(BYTES)];
    let shown = outline.covered(shown);
    for (row, bytes) in shown.chunks(ROW).enumerate() {
        outline.put("", Tone::Fixed, &dump(row * ROW, bytes));
    }
    left_out(outline, body.len() - shown.len());
}

/// `0010  52 49 46 46 …  RIFF…`.
fn dump(offset: usize, bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let plain = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '.',
    };
    let plain: String = bytes.iter().map(plain).collect();
    format!("{offset:04x}  {:<47}  {plain}", digits.join(" "))
}

fn left_out(outline: &mut Outline, bytes: usize) {
    if bytes > 0 {
        let more = format!("and {} more; y copies all", text::size(bytes as u64));
        outline.put("", Tone::Dim, &more);
    }
}
