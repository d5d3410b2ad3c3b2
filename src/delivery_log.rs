//! One line for each delivery, in the format of the webhook-server README. Follows the feed, so that it slows nobody.

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    event::{Kind, Record, Uid},
    feed::Follower,
    store::Store,
    text::escaped,
};

/// Longest `data` in a line, in bytes.
const DATA: usize = 16 << 10;

/// Writes log lines.
#[derive(Debug)]
pub struct DeliveryLog {
    store: Store,
    with_data: bool,
}

impl DeliveryLog {
    /// A log that tells what the deliveries say, or only that they came.
    #[must_use]
    pub fn new(store: Store, with_data: bool) -> Self {
        Self { store, with_data }
    }

    /// Logs everything that a follower gets, until `done` is cancelled and nothing is left.
    pub async fn run(self, mut follower: Follower, done: CancellationToken) {
        loop {
            let records = tokio::select! {
                biased;
                records = follower.next() => records,
                () = done.cancelled(), if follower.behind() == 0 => return,
            };
            match records {
                Ok(records) => records.iter().for_each(|record| self.log(record)),
                Err(error) => {
                    tracing::error!("the log of deliveries ends: {error}");
                    return;
                }
            }
        }
    }

    fn log(&self, record: &Record) {
        let mut line = summary(record);
        if self.with_data {
            let (data, reply) = (self.data(record), &record.delivery.reply);
            line = format!("{line} | data:{data} | response:{reply}");
        }
        match record.delivery.status {
            500.. => tracing::error!("{line}"),
            400.. => tracing::warn!("{line}"),
            _ => tracing::info!("{line}"),
        }
    }

    /// What a delivery says: its JSON in one line, or how many bytes of sound.
    fn data(&self, record: &Record) -> String {
        if let Some(first) = record.repeat_of {
            return format!("<repeat of delivery {}>", first.0);
        }
        match self.store.body(record.seq) {
            Ok(Some(body)) => shown(record.delivery.kind, &body),
            Ok(None) => format!("<{} bytes>", record.delivery.size),
            Err(error) => format!("<{error}>"),
        }
    }
}

fn summary(record: &Record) -> String {
    let delivery = &record.delivery;
    let uid = delivery.uid.as_ref().map_or("-", Uid::as_str);
    format!(
        "{} | uid:{uid} | status:{}",
        delivery.kind.name(),
        delivery.status
    )
}

fn shown(kind: Kind, body: &[u8]) -> String {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
        let text = String::from_utf8_lossy(body);
        return cut(escaped(&text).into_owned());
    };
    if kind == Kind::AudioBytes
        && let Some(audio) = json.get_mut("audio")
    {
        *audio = Value::String(format!(
            "<{} bytes>",
            audio.as_str().map_or(0, str::len) / 2
        ));
    }
    cut(json.to_string())
}

fn cut(mut text: String) -> String {
    if text.len() > DATA {
        let rest = text.len() - DATA;
        text.truncate(text.floor_char_boundary(DATA));
        text = format!("{text}… {rest} bytes more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_shown_as_a_count_and_long_bodies_are_cut() {
        let hex = br#"{"type":"audio_bytes","audio":"0001ff7f0080"}"#;
        assert_eq!(
            shown(Kind::AudioBytes, hex),
            r#"{"type":"audio_bytes","audio":"<6 bytes>"}"#
        );
        let long = format!(r#"{{"text":"{}"}}"#, "ä".repeat(DATA));
        let shown = shown(Kind::Unknown, long.as_bytes());
        assert!(shown.ends_with(" bytes more") && shown.len() < DATA + 40);
    }
}
