//! A store with short words for what is sent to it and what it shows.

use std::collections::BTreeMap;

pub(super) use jiff::Timestamp;
pub(super) use rusqlite::Connection;

use super::super::*;
pub(super) use super::super::{
    doorbell::Doorbell,
    page::{Anchor, Page, Side},
    retention::Keep,
};
use crate::event::{
    AudioChunk, Change, ConversationId, Encoding, Kind, LineId, Memory, MemoryId, Segment,
    Transcript, fixtures,
};
pub(super) use crate::{
    event::{Conversation, Edited, KeptMemory, Line, Record, Uid, Webhook},
    feed::News,
    search::{Found, Order, Query},
};

pub(super) const WHOLE: Window = Window {
    lines: 10_000,
    memories: 1000,
    sounds: 1000,
    arrivals: jiff::SignedDuration::from_hours(1),
};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

/// What is kept for ever: the times here are long gone, and a store that is open for a while looks for what is too old.
pub(super) fn settings(location: Location) -> Settings {
    Settings {
        location,
        silence: Duration::from_mins(2),
        retention: Retention::FOREVER,
    }
}

pub(super) fn ephemeral() -> Store {
    Store::open(settings(Location::Memory), LossCounter::default()).unwrap()
}

pub(super) fn in_folder(folder: &tempfile::TempDir) -> Store {
    let location = Location::Folder(folder.path().to_owned());
    Store::open(settings(location), LossCounter::default()).unwrap()
}

pub(super) fn delivery(second: i64, kind: Kind) -> Delivery {
    Delivery {
        received: at(second),
        remote: Some(([127, 0, 0, 1], 4711).into()),
        query: "key=***&uid=u".to_owned(),
        headers: vec![("host".to_owned(), "localhost".to_owned())],
        uid: Some(Uid::parse("u").unwrap()),
        kind,
        size: 10,
        warnings: vec!["odd".to_owned()],
        took: Duration::from_micros(321),
        ..fixtures::delivery()
    }
}

pub(super) fn refusal(second: i64, status: u16) -> Delivery {
    Delivery {
        status,
        ..delivery(second, Kind::Unknown)
    }
}

pub(super) fn submission(second: i64, kind: Kind, event: Event) -> Submission {
    Submission {
        delivery: delivery(second, kind),
        body: Some(Bytes::from_static(b"raw")),
        event: Some(event),
    }
}

pub(super) fn segment(id: &str, start: f64, end: f64, text: &str) -> Segment {
    Segment {
        id: Some(id.to_owned()).filter(|id| !id.is_empty()),
        text: text.to_owned(),
        start,
        end,
        ..Segment::default()
    }
}

pub(super) fn said(second: i64, segments: Vec<Segment>) -> Submission {
    let transcript = Transcript {
        session: None,
        segments,
    };
    submission(
        second,
        Kind::TranscriptSegment,
        Event::Transcript(transcript),
    )
}

pub(super) fn remembered(second: i64, memory: Memory) -> Submission {
    submission(second, Kind::MemoryCreated, Event::Memory(memory.into()))
}

pub(super) fn heard(second: i64, bytes: &[u8]) -> Submission {
    let chunk = AudioChunk {
        rate: 16_000,
        encoding: Encoding::Pcm16,
        bytes: Bytes::copy_from_slice(bytes),
    };
    Submission {
        body: None,
        ..submission(second, Kind::AudioBytes, Event::Audio(chunk))
    }
}

/// The snapshot as "conversation: words" lines, open conversations with a `…`.
pub(super) fn shown(store: &Store) -> Vec<String> {
    let snapshot = store.snapshot(WHOLE).unwrap();
    let lines = |id| {
        let of = snapshot
            .lines
            .iter()
            .filter(move |line| line.conversation == id);
        let texts: Vec<_> = of.map(|line| line.segment.text.as_str()).collect();
        texts.join(" | ")
    };
    let show = |conversation: &Conversation| {
        let title = conversation.title.as_deref().unwrap_or("…");
        format!("{title}: {}", lines(conversation.id))
    };
    snapshot.conversations.iter().map(show).collect()
}

/// The next news of a viewer: the numbers of records, or the words of a new snapshot.
pub(super) async fn news(viewer: &mut Viewer) -> String {
    match viewer.next().await.unwrap() {
        News::Records(records) => {
            let seqs: Vec<_> = records.iter().map(|record| record.seq.0).collect();
            format!("{seqs:?}")
        }
        News::Edited(edited) => match &*edited {
            Edited::Line(line) => format!("edited: {}", marked(std::slice::from_ref(&**line))[0]),
            Edited::Names(names) => {
                let mut names: Vec<_> = names.iter().map(|(_, _, name)| name).collect();
                names.sort_unstable();
                format!("names: {}", names.join(", "))
            }
            Edited::Ticks(_, ticked) => format!("ticked: {ticked:?}"),
        },
        News::Snapshot(snapshot) => format!("anew: {}", marked(&snapshot.lines).join(" | ")),
    }
}

/// Lines as "words [*] (note)", in their order.
pub(super) fn marked(lines: &[Line]) -> Vec<String> {
    let show = |line: &Line| {
        let star = if line.starred { " *" } else { "" };
        let note = line.note.as_ref().map(|note| format!(" ({note})"));
        format!("{}{star}{}", line.segment.text, note.unwrap_or_default())
    };
    lines.iter().map(show).collect()
}

/// What a reader makes of records: the final state of all that they tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Model {
    pub(super) conversations: BTreeMap<ConversationId, Conversation>,
    pub(super) lines: BTreeMap<LineId, Line>,
    pub(super) memories: BTreeMap<MemoryId, KeptMemory>,
}

impl Model {
    pub(super) fn apply(&mut self, record: &Record) {
        for change in &record.changes {
            match change {
                Change::Conversation(new) => {
                    self.conversations.insert(new.id, new.clone());
                }
                Change::Line(line) => {
                    assert!(self.conversations.contains_key(&line.conversation));
                    self.lines.insert(line.id, line.clone());
                }
                Change::LinesReplaced(id) => {
                    self.lines.retain(|_, line| line.conversation != *id);
                }
                Change::Memory(kept) => {
                    self.memories.insert(kept.id, KeptMemory::clone(kept));
                }
                Change::Progress(_) | Change::Summary(_) | Change::Button(_) | Change::Sound(_) => {
                }
            }
        }
    }

    /// What records alone tell.
    pub(super) fn without_stars(mut self) -> Self {
        for line in self.lines.values_mut() {
            line.starred = false;
        }
        self
    }

    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let conversations = snapshot.conversations.iter().cloned();
        let lines = snapshot.lines.iter().cloned();
        let memories = snapshot.memories.iter();
        Self {
            conversations: conversations.map(|new| (new.id, new)).collect(),
            lines: lines.map(|line| (line.id, line)).collect(),
            memories: memories
                .map(|kept| (kept.id, KeptMemory::clone(kept)))
                .collect(),
        }
    }
}
