use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{Entry, LogFormat, LogLevel, Style};
use crate::{
    event::{Delivery, Kind, Record, Seq, Uid},
    export::delivery::Facts,
    secret::{Keyring, Keys},
};

/// Longest part of a body that is logged, in bytes.
const SHOWN: usize = 64 << 10;
/// Longest body that is made compact; parsing a greater one for a line that is cut anyway would be waste.
const PARSED: usize = 1 << 20;

/// Makes lines of the log of deliveries: what it was, whose, how it was answered; on demand, with both bodies.
#[derive(Debug)]
pub struct DeliveryLog {
    style: Style,
    bodies: Option<Keyring>,
    zone: TimeZone,
}

impl DeliveryLog {
    /// Logs deliveries in a style. With `bodies`, lines have the bodies too, these keys masked in them.
    #[must_use]
    pub fn new(style: Style, bodies: Option<Keyring>) -> Self {
        Self {
            style,
            bodies,
            zone: TimeZone::system(),
        }
    }

    /// The line of a record, with its newline; None if its level is not logged. `body` fetches the raw body of a delivery; one that
    /// cannot be read is said to be missing.
    pub fn line<E>(
        &self,
        record: &Record,
        body: impl Fn(Seq) -> Result<Option<Vec<u8>>, E>,
    ) -> Option<String> {
        let delivery = &record.delivery;
        let level = level(delivery.status);
        if !level.passes(self.style.least) {
            return None;
        }
        let mut fields = match self.style.format {
            LogFormat::Text => summary(delivery),
            LogFormat::Json => facts(record),
        };
        if let Some(keys) = self.bodies.as_ref().map(Keyring::get) {
            let data = match body(record.seq) {
                Ok(body) => data(delivery, body.as_deref().unwrap_or_default(), &keys),
                Err(_) => "<not readable>".into(),
            };
            fields.insert("data".to_owned(), data);
            let reply = shown(delivery.reply.as_bytes(), false, &keys);
            fields.insert("response".to_owned(), reply);
        }
        let entry = Entry {
            at: delivery.received,
            level,
            message: delivery.kind.name().to_owned(),
            fields,
        };
        Some(self.style.format.line(&entry, &self.zone))
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

/// What the line of the first Omi webhook server told.
fn summary(delivery: &Delivery) -> Map<String, Value> {
    let uid = delivery.uid.as_ref().map(Uid::as_str);
    let fields = [("uid", json!(uid)), ("status", json!(delivery.status))];
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// All that is known of a delivery, under the names of an export.
fn facts(record: &Record) -> Map<String, Value> {
    let facts = Facts::of(record.seq, &record.delivery, record.repeat_of);
    match serde_json::to_value(facts) {
        Ok(Value::Object(fields)) => fields,
        // Numbers and texts are always JSON.
        _ => Map::new(),
    }
}

/// The body; sound as its length.
fn data(delivery: &Delivery, body: &[u8], keys: &Keys) -> Value {
    if body.is_empty() {
        return match (delivery.kind, delivery.size) {
            (_, 0) => Value::Null,
            (Kind::AudioBytes, size) => format!("<{size} bytes>").into(),
            (_, size) => format!("<{size} bytes, not kept>").into(),
        };
    }
    shown(body, delivery.kind == Kind::AudioBytes, keys)
}

/// A body as JSON if it is some, else as text; cut where it is too long.
fn shown(body: &[u8], is_audio: bool, keys: &Keys) -> Value {
    let json = (body.len() <= PARSED)
        .then(|| serde_json::from_slice::<Value>(body).ok())
        .flatten();
    let Some(mut value) = json else {
        let text = String::from_utf8_lossy(&body[..body.len().min(PARSED)]);
        return cut(&keys.masked_in(&text)).into();
    };
    if is_audio {
        shorten_audio(&mut value);
    }
    let text = value.to_string();
    let masked = keys.masked_in(&text);
    if masked.len() > SHOWN {
        return cut(&masked).into();
    }
    // A mask may have taken a part of the form with it.
    serde_json::from_str(&masked).unwrap_or_else(|_| masked.into())
}

/// Hex sound is of no use to a reader; what stands in its place is.
fn shorten_audio(value: &mut Value) {
    if let Some(Value::String(hex)) = value.get_mut("audio")
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        *hex = format!("<{} bytes>", hex.len() / 2);
    }
}

/// The beginning of a text in which the key is masked already: cut it would not be found.
fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(SHOWN);
    match text.len() - end {
        0 => text.to_owned(),
        more => format!("{}… ({more} more bytes)", &text[..end]),
    }
}

#[cfg(test)]
mod tests;
