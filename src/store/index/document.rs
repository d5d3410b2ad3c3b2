//! What of a thing is indexed: its words, and tags by which filters find it.

use crate::{
    event::{DaySummary, KeptMemory, Line, Memory, Segment},
    search::{Pattern, Subject, words},
};

/// What is indexed of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Document {
    /// Folded words with a space between them.
    pub(super) words: String,
    /// Tags with a space between them.
    pub(super) tags: String,
}

/// Tags: a letter that says what it is, then letters and digits.
#[derive(Debug, Default)]
struct Tags(String);

impl Tags {
    fn push(&mut self, tag: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(tag);
    }
}

pub(in crate::store) fn line_document(line: &Line) -> Document {
    Document {
        words: folded(&line.segment.text),
        tags: spoken_tags(None, line),
    }
}

pub(super) fn note_document(line: &Line) -> Document {
    Document {
        words: folded(line.note.as_deref().unwrap_or_default()),
        tags: spoken_tags(Some(Subject::Note), line),
    }
}

pub(super) fn memory_document(kept: &KeptMemory) -> Document {
    let mut tags = Tags::default();
    tags.push(MEMORY);
    if kept.memory.starred {
        tags.push(STARRED);
    }
    Document {
        words: folded(&memory_text(&kept.memory)),
        tags: tags.0,
    }
}

pub(super) fn summary_document(summary: &DaySummary) -> Document {
    let mut tags = Tags::default();
    tags.push(SUMMARY);
    Document {
        words: folded(&summary_text(summary)),
        tags: tags.0,
    }
}

/// All words of a memory but its transcript, which is lines of its own.
pub(in crate::store) fn memory_text(memory: &Memory) -> String {
    let mut all = vec![memory.title.as_str(), &memory.overview];
    all.extend(memory.text.as_deref());
    all.extend(
        memory
            .action_items
            .iter()
            .map(|item| item.description.as_str()),
    );
    for event in &memory.events {
        all.extend([event.title.as_str(), &event.description]);
    }
    all.extend(
        memory
            .app_results
            .iter()
            .map(|result| result.content.as_str()),
    );
    joined(&all)
}

/// All words of a day summary. The plain text repeats the rest, where there is a rest.
pub(in crate::store) fn summary_text(summary: &DaySummary) -> String {
    let mut all = vec![summary.headline.as_str(), &summary.overview];
    for highlight in &summary.highlights {
        all.extend([highlight.topic.as_str(), &highlight.summary]);
    }
    all.extend(
        summary
            .action_items
            .iter()
            .map(|item| item.description.as_str()),
    );
    for list in [
        &summary.questions,
        &summary.decisions,
        &summary.insights,
        &summary.places,
    ] {
        all.extend(list.iter().map(String::as_str));
    }
    let whole = joined(&all);
    if whole.is_empty() {
        summary.text.clone()
    } else {
        whole
    }
}

fn joined(parts: &[&str]) -> String {
    let parts = parts.iter().map(|part| part.trim());
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn folded(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for word in words(text) {
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(&word.folded);
    }
    all
}

const STARRED: &str = "x";
const YOU: &str = "sy";

const NOTE: &str = "knote";
const MEMORY: &str = "kmemory";
const SUMMARY: &str = "ksummary";

/// The tag of a subject. Lines have none: nearly everything is a line.
pub(in crate::store) fn kind_tag(subject: Subject) -> Option<&'static str> {
    match subject {
        Subject::Line => None,
        Subject::Note => Some(NOTE),
        Subject::Memory => Some(MEMORY),
        Subject::Summary => Some(SUMMARY),
    }
}

pub(in crate::store) fn starred_tag() -> &'static str {
    STARRED
}

fn spoken_tags(subject: Option<Subject>, line: &Line) -> String {
    let mut tags = Tags::default();
    if let Some(tag) = subject.and_then(kind_tag) {
        tags.push(tag);
    }
    if line.starred {
        tags.push(STARRED);
    }
    let segment: &Segment = &line.segment;
    if segment.is_user {
        tags.push(YOU);
    }
    if let Some(number) = segment.speaker_id {
        tags.push(&number_tag(number));
    }
    if let Some(person) = &segment.person_id {
        tags.push(&person_tag(person));
    }
    for word in words(segment.speaker_name.as_deref().unwrap_or_default()) {
        tags.push(&format!("sw{}", word.folded));
    }
    tags.0
}

pub(in crate::store) fn number_tag(number: u32) -> String {
    format!("sn{number}")
}

/// Signs and case are left out: a hit is checked against the row, so two people may share a tag.
pub(in crate::store) fn person_tag(person: &str) -> String {
    let rest = person.chars().filter(char::is_ascii_alphanumeric).take(64);
    std::iter::once('p')
        .chain(rest.map(|c| c.to_ascii_lowercase()))
        .collect()
}

pub(in crate::store) fn you_tag() -> &'static str {
    YOU
}

/// The tag of each word of a name, and whether the last may go on.
pub(in crate::store) fn name_tags(pattern: &Pattern) -> (Vec<String>, bool) {
    let tags = pattern.words().iter().map(|word| format!("sw{word}"));
    (tags.collect(), pattern.is_prefix())
}
