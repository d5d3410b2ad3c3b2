//! The recent past at one moment. Every query here is answered from an index: it must be fast with a million lines kept.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    column::time,
    generation,
    rows::{conversation, delivery, line, memory, own, single, sound},
};
use crate::{
    event::{Conversation, ConversationId, Kind, Line, Seq, Uid, Webhook},
    feed::{Snapshot, Window},
};

/// Conversations that are there even if none of their lines are.
const CONVERSATIONS: usize = 64;

pub(super) fn read(db: &Connection, window: Window) -> rusqlite::Result<Snapshot> {
    let seq = delivery::last_seq(db)?;
    let mut lines = line::newest(db, window.lines)?;
    lines.sort_by_key(|line| (line.conversation, line.segment.start_ms(), line.id));
    let mut memories = memory::newest(db, window.memories)?;
    memories.reverse();
    let mut sounds = sound::newest(db, window.sounds)?;
    sounds.reverse();
    let mut arrivals = sound::arrivals(db, window.arrivals, Snapshot::ARRIVALS)?;
    arrivals.reverse();
    let seen = seen(db)?;
    Ok(Snapshot {
        seq,
        past: generation::current(db)?,
        conversations: conversations(db, &lines)?,
        lines,
        memories,
        summary: single::newest_summary(db)?,
        sounds,
        arrivals,
        names: Arc::new(own::names(db)?),
        last_seen: webhooks(&seen),
        uid: seen
            .iter()
            .filter(|seen| seen.uid.is_some())
            .max_by_key(|seen| seen.seq)
            .and_then(|seen| seen.uid.clone()),
        refused_in_a_row: refused_since(seq, &seen),
    })
}

fn conversations(db: &Connection, lines: &[Line]) -> rusqlite::Result<Vec<Conversation>> {
    let mut found: BTreeMap<ConversationId, Conversation> =
        conversation::newest(db, CONVERSATIONS)?
            .into_iter()
            .map(|conversation| (conversation.id, conversation))
            .collect();
    for id in lines.chunk_by(|a, b| a.conversation == b.conversation) {
        let Some(id) = id.first().map(|line| line.conversation) else {
            continue;
        };
        if !found.contains_key(&id) {
            found.extend(conversation::get(db, id)?.map(|conversation| (id, conversation)));
        }
    }
    Ok(found.into_values().collect())
}

/// The last accepted delivery of a kind from a wearer.
struct Seen {
    kind: Kind,
    seq: Seq,
    received: Timestamp,
    uid: Option<Uid>,
}

fn seen(db: &Connection) -> rusqlite::Result<Vec<Seen>> {
    db.prepare_cached("SELECT kind, seq, received, uid FROM last_seen")?
        .query_map([], |row| {
            Ok(Seen {
                kind: Kind::from_name(row.get_ref(0)?.as_str()?),
                seq: row.get(1)?,
                received: time(row, 2)?,
                uid: Uid::parse(row.get_ref(3)?.as_str()?).ok(),
            })
        })?
        .collect()
}

fn webhooks(seen: &[Seen]) -> Vec<(Webhook, Timestamp)> {
    let last = |webhook| {
        seen.iter()
            .filter(|seen| seen.kind.webhook() == Some(webhook))
            .map(|seen| seen.received)
            .max()
    };
    Webhook::ALL
        .into_iter()
        .filter_map(|webhook| Some((webhook, last(webhook)?)))
        .collect()
}

/// Every record after the last accepted one is a refusal, since records have no gaps.
fn refused_since(last: Seq, seen: &[Seen]) -> u64 {
    let accepted = seen.iter().map(|seen| seen.seq).max().unwrap_or_default();
    last.0.saturating_sub(accepted.0)
}
