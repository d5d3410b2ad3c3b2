//! What a webhook body would be to rules: taken as the listener takes it, but into a store in memory.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use super::RuleEvent;
use crate::{
    decode::{self, Decoded, Refusal},
    event::{Delivery, Seq, Signature},
    event_lines::EventLines,
    feed::{Follower, SourceError},
    losses::LossCounter,
    store::{CommitError, Location, OpenError, Settings, Store, Submission, retention::Retention},
};

/// Whose a body is that does not say so; Omi says so in the URL.
const UID: &str = "test";

/// Bodies, each of which is taken for posted after the one before it.
#[derive(Debug)]
pub struct Posted {
    store: Store,
    follower: Follower,
    events: EventLines,
}

/// Why a body tells nothing.
#[derive(Debug, thiserror::Error)]
pub enum PostedError {
    /// The listener would refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be kept.
    #[error(transparent)]
    Unkept(#[from] CommitError),
    /// It cannot be read back.
    #[error(transparent)]
    Unread(#[from] SourceError),
}

impl Posted {
    /// None yet; a conversation ends after so long a `silence`.
    ///
    /// # Errors
    /// When there can be no store.
    pub fn new(silence: Duration) -> Result<Self, OpenError> {
        let settings = Settings {
            location: Location::Memory,
            silence,
            retention: Retention::FOREVER,
        };
        let store = Store::open(settings, LossCounter::default())?;
        Ok(Self {
            follower: store.follow(Seq(0)),
            events: EventLines::new(store.clone()),
            store,
        })
    }

    /// The events of a body that is posted now.
    ///
    /// # Errors
    /// [`PostedError`].
    pub async fn events(&mut self, body: &str) -> Result<Vec<RuleEvent>, PostedError> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let Decoded {
            kind, uid, event, ..
        } = decoded(&body)?;
        let delivery = Delivery {
            received: Timestamp::now(),
            remote: None,
            method: "POST".to_owned(),
            path: "/webhook".to_owned(),
            query: String::new(),
            headers: Vec::new(),
            uid,
            kind,
            size: body.len() as u64,
            idempotency_key: None,
            signature: Signature::Absent,
            status: 200,
            reply: "{}".to_owned(),
            warnings: Vec::new(),
            took: Duration::ZERO,
        };
        let submission = Submission {
            delivery,
            body: Some(body),
            event,
        };
        self.store.commit(submission).await?;
        let records = self.follower.next().await?;
        let mut events = Vec::new();
        self.events
            .each(&records, |row| events.push(RuleEvent::of_row(row)));
        Ok(events)
    }
}

fn decoded(body: &Bytes) -> Result<Decoded, Refusal> {
    let decode = |query: &str| {
        decode::decode(&decode::Request {
            content_type: None,
            query: &decode::query::parse(query),
            body,
        })
    };
    // Where the body names somebody, that counts.
    decode("").or_else(|_| decode(&format!("uid={UID}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_lines::EventKind;

    /// Kind, wearer and text.
    type Told = (EventKind, &'static str, &'static str);

    #[tokio::test]
    async fn what_omi_posts_is_what_rules_would_hear() {
        let mut posted = Posted::new(Duration::from_mins(2)).unwrap();
        let scenarios: [(&str, &[Told]); 5] = [
            (
                r#"{"uid":"U","segments":[{"id":"a","text":"Rain.","is_user":true,"start":0,"end":1},
                    {"id":"b","text":"Sun.","speaker_id":1,"start":1,"end":2}]}"#,
                &[
                    (EventKind::Transcript, "U", "Rain."),
                    (EventKind::Transcript, "U", "Sun."),
                ],
            ),
            (
                r#"{"id":"m","created_at":"2026-11-20T12:42:00Z","structured":{"title":"Weather","overview":"It rains."},
                    "transcript_segments":[{"text":"Rain.","is_user":true,"start":0,"end":1}]}"#,
                &[
                    (EventKind::Final, "test", "Rain."),
                    (EventKind::Memory, "test", "Weather\nIt rains."),
                ],
            ),
            (r#"{"type":"ping"}"#, &[(EventKind::Ping, "", "")]),
            (
                r#"{"event_type":"button_event","event_id":"1","event":"single_tap"}"#,
                &[(EventKind::Button, "test", "")],
            ),
            (r#"{"what":"ever"}"#, &[(EventKind::Unknown, "test", "")]),
        ];
        for (body, expected) in scenarios {
            let events = posted.events(body).await.unwrap();
            let told: Vec<_> = events
                .iter()
                .map(|event| (event.kind(), event.uid().unwrap_or_default(), event.text()))
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(kind, uid, text)| (*kind, *uid, (*text).to_owned()))
                .collect();
            assert_eq!(told, expected, "{body}");
        }
        let refused = posted.events(r#"{"type":"nonsense"}"#).await;
        assert!(
            matches!(refused, Err(PostedError::Refused(_))),
            "{refused:?}"
        );
    }
}
