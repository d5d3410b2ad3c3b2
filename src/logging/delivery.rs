use std::{
    fmt::Write as _,
    io::{self, Write},
    sync::Arc,
};

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{LogLevel, line};
use crate::{
    event::{Delivery, Kind, Record, Seq},
    secret::{Keyring, Keys},
    text,
};

/// Longest part of a body that is logged, in bytes.
const SHOWN: usize = 64 << 10;
/// Longest body that is made compact; parsing a greater one for a line that is cut anyway would be waste.
const PARSED: usize = 1 << 20;

/// Writes deliveries as lines of the log: what it was, whose, how it was answered; on demand, with both bodies.
#[derive(Debug)]
pub struct DeliveryLog {
    least: LogLevel,
    bodies: Option<Keyring>,
    zone: TimeZone,
}

impl DeliveryLog {
    /// Logs deliveries of at least a level. With `bodies`, lines have the bodies too, these keys masked in them.
    #[must_use]
    pub fn new(least: LogLevel, bodies: Option<Keyring>) -> Self {
        Self {
            least,
            bodies,
            zone: TimeZone::system(),
        }
    }

    /// Writes one line for each record. `body` fetches the raw body of a delivery.
    ///
    /// # Errors
    /// When `out` takes no more. A body that cannot be read is said to be missing.
    pub fn write<E>(
        &self,
        out: &mut impl Write,
        records: &[Arc<Record>],
        body: impl Fn(Seq) -> Result<Option<Vec<u8>>, E>,
    ) -> io::Result<()> {
        let keys = self.bodies.as_ref().map(Keyring::get);
        for record in records {
            let delivery = &record.delivery;
            let level = level(delivery.status);
            if !level.passes(self.least) {
                continue;
            }
            let mut text = summary(delivery);
            if let Some(keys) = &keys {
                let data = match body(record.seq) {
                    Ok(body) => data(delivery, body.as_deref().unwrap_or_default(), keys),
                    Err(_) => "<not readable>".to_owned(),
                };
                let reply = shown(&delivery.reply, keys);
                text = format!("{text} | data:{data} | response:{reply}");
            }
            out.write_all(line(delivery.received, &self.zone, level, &text).as_bytes())?;
        }
        out.flush()
    }
}

/// A refused delivery is a warning, one that we failed to keep an error.
fn level(status: u16) -> LogLevel {
    match status {
        500.. => LogLevel::Error,
        400.. => LogLevel::Warning,
        _ => LogLevel::Info,
    }
}

fn summary(delivery: &Delivery) -> String {
    let uid = delivery.uid.as_ref().map_or("-", |uid| uid.as_str());
    format!(
        "{} | uid:{uid} | status:{}",
        delivery.kind.name(),
        delivery.status
    )
}

/// The body on one line, safe to show; sound as its length.
fn data(delivery: &Delivery, body: &[u8], keys: &Keys) -> String {
    if body.is_empty() {
        return match (delivery.kind, delivery.size) {
            (_, 0) => "-".to_owned(),
            (Kind::AudioBytes, size) => format!("<{size} bytes>"),
            (_, size) => format!("<{size} bytes, not kept>"),
        };
    }
    let json = (body.len() <= PARSED)
        .then(|| serde_json::from_slice::<Value>(body).ok())
        .flatten();
    match json {
        Some(mut value) => {
            if delivery.kind == Kind::AudioBytes {
                shorten_audio(&mut value);
            }
            shown(&value.to_string(), keys)
        }
        None => shown(
            &String::from_utf8_lossy(&body[..body.len().min(PARSED)]),
            keys,
        ),
    }
}

/// Hex sound is of no use to a reader.
fn shorten_audio(value: &mut Value) {
    if let Some(Value::String(hex)) = value.get_mut("audio") {
        *hex = format!("<{} bytes>", hex.len() / 2);
    }
}

/// The beginning of a text, safe to show. The key is masked first: cut or escaped it would not be found.
fn shown(text: &str, keys: &Keys) -> String {
    let text = keys.masked_in(text);
    let cut = text.floor_char_boundary(SHOWN);
    let mut shown = text::escaped(&text[..cut]).into_owned();
    if cut < text.len() {
        // Writing to a String does not fail.
        let _ = write!(shown, "… ({} more bytes)", text.len() - cut);
    }
    shown
}

#[cfg(test)]
mod tests;
