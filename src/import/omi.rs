//! Conversations as Omi's own export and its Developer API give them: each is taken like a memory that comes by webhook.

use std::io::Read;

use bytes::Bytes;
use serde_json::Value;

use super::{Counts, ImportError, Tell, Told, delivery};
use crate::{
    decode::{self, Request, query},
    event::{Event, Kind, Seq, Uid},
    store::{CommitError, Store, Submission},
};

/// Names under which a list of conversations may stand.
const LISTS: [&str; 4] = ["conversations", "data", "items", "memories"];
/// What the file should hold.
const EXPECTED: &str = "conversations as Omi exports them: a list of objects with id, created_at, structured and transcript_segments";

/// Brings Omi's conversations in. Those without a uid are `uid`'s.
///
/// # Errors
/// [`ImportError`]; what came before it is kept.
pub async fn import(
    store: &Store,
    mut input: impl Read,
    uid: Option<&Uid>,
    tell: Tell<'_>,
) -> Result<Counts, ImportError> {
    let mut text = Vec::new();
    input.read_to_end(&mut text)?;
    let objects = objects(&text)?;
    drop(text);
    let ownerless =
        |object: &Value| object.is_object() && object.get("uid").is_none_or(Value::is_null);
    if let Some(at) = objects.iter().position(ownerless).filter(|_| uid.is_none()) {
        return Err(ImportError::NoUid(at as u64 + 1));
    }
    let mut counts = Counts::default();
    let mut first_bad = None;
    for (number, object) in (1..).zip(&objects) {
        match submission(object, uid) {
            Ok(submission) => {
                if is_news(store, submission).await? {
                    counts.conversations += 1;
                } else {
                    counts.known += 1;
                }
            }
            Err(why) => {
                counts.bad += 1;
                if counts.bad == objects.len() {
                    return Err(foreign(first_bad.unwrap_or(why)));
                }
                tell(Told::Bad(number, &why));
                first_bad.get_or_insert(why);
            }
        }
        tell(Told::Read(number));
    }
    Ok(counts)
}

/// The conversations of a file: a list, an object with a list, or one object.
fn objects(text: &[u8]) -> Result<Vec<Value>, ImportError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let value = serde_json::from_slice(text).map_err(|error| foreign(error.to_string()))?;
    match value {
        Value::Array(list) => Ok(list),
        Value::Object(mut map) => {
            let name = LISTS
                .iter()
                .find(|name| map.get(**name).is_some_and(Value::is_array));
            match name.and_then(|name| map.remove(*name)) {
                Some(Value::Array(list)) => Ok(list),
                _ => Ok(vec![Value::Object(map)]),
            }
        }
        _ => Err(foreign("it holds no object".to_owned())),
    }
}

fn foreign(first: String) -> ImportError {
    ImportError::Foreign {
        first,
        expected: EXPECTED,
    }
}

/// What a webhook with this body would have brought.
fn submission(object: &Value, uid: Option<&Uid>) -> Result<Submission, String> {
    let own = object.get("uid").is_some_and(|own| !own.is_null());
    let uid = uid.filter(|_| !own).map(|uid| format!("uid={uid}"));
    let query = query::parse(&uid.unwrap_or_default());
    let body = Bytes::from(object.to_string());
    let decoded = decode::decode(&Request {
        content_type: Some("application/json"),
        query: &query,
        body: &body,
    })
    .map_err(|refusal| refusal.to_string())?;
    match decoded.event {
        Some(event @ Event::Memory(_)) => Ok(Submission {
            delivery: delivery(
                decoded.uid,
                Kind::MemoryCreated,
                body.len() as u64,
                decoded.warnings,
            ),
            body: None,
            event: Some(event),
        }),
        _ => Err("it is no conversation".to_owned()),
    }
}

/// Keeps a conversation; whether it told anything new.
async fn is_news(store: &Store, submission: Submission) -> Result<bool, ImportError> {
    let receipt = store.commit(submission).await?;
    let before = Seq(receipt.seq.0.saturating_sub(1));
    let store = store.clone();
    let read = tokio::task::spawn_blocking(move || store.records_after(before, 1));
    // A panic has told of itself.
    let kept = read.await.map_err(|_| CommitError::Failed)??;
    Ok(kept
        .first()
        .is_some_and(|record| !record.changes.is_empty()))
}
