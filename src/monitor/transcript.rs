use std::{
    collections::{HashMap, hash_map::Entry},
    ops::Range,
    sync::Arc,
};

use jiff::Timestamp;

use crate::event::{Conversation, ConversationId, Line, LineId, Names, Segment, Speaker, Uid};

/// Most lines that are held; older ones are in the store.
pub(super) const LINES: usize = 20_000;

/// What was said, conversation by conversation; bounded to the newest lines.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    /// In the order of (start, id).
    talks: Vec<Talk>,
    homes: HashMap<LineId, ConversationId>,
    names: Arc<Names>,
    added: u64,
    version: u64,
    /// Lines before these exist, but are not held.
    cut: bool,
}

/// One conversation and its lines.
#[derive(Debug, Clone)]
pub struct Talk {
    /// The conversation.
    pub conversation: Conversation,
    /// Its lines in the order of (start in ms, id).
    pub lines: Vec<Line>,
    /// How many lines each speaker has: every frame asks, and a talk may be long.
    voices: HashMap<Speaker, usize>,
}

/// Where a line is: which conversation, and which of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index into [`Transcript::talks`].
    pub talk: usize,
    /// Index into [`Talk::lines`].
    pub line: usize,
}

impl Talk {
    /// How many different speakers were heard.
    #[must_use]
    pub fn speakers(&self) -> usize {
        self.voices.len()
    }

    fn insert(&mut self, line: Line, names: &Names) {
        let speaker = names.speaker(&self.conversation.uid, &line.segment);
        *self.voices.entry(speaker).or_default() += 1;
        let key = |line: &Line| (line.segment.start_ms(), line.id);
        let at = self.lines.partition_point(|known| key(known) < key(&line));
        self.lines.insert(at, line);
    }

    /// Takes lines away and gives them back.
    fn remove(&mut self, places: Range<usize>, names: &Names) -> Vec<Line> {
        let removed: Vec<_> = self.lines.drain(places).collect();
        for line in &removed {
            let speaker = names.speaker(&self.conversation.uid, &line.segment);
            if let Entry::Occupied(mut voice) = self.voices.entry(speaker) {
                *voice.get_mut() -= 1;
                if *voice.get() == 0 {
                    voice.remove();
                }
            }
        }
        removed
    }

    fn order(&self) -> (Timestamp, ConversationId) {
        (self.conversation.started, self.conversation.id)
    }
}

impl Transcript {
    /// Some lines of the past, with the names of speakers.
    #[must_use]
    pub fn of(conversations: Vec<Conversation>, lines: Vec<Line>, names: Arc<Names>) -> Self {
        let mut transcript = Self::default();
        transcript.set_names(names);
        for conversation in conversations {
            transcript.put_conversation(conversation);
        }
        for line in lines {
            transcript.put_line(line);
        }
        transcript
    }

    /// Conversations in the order in which they began. Those without a line are among them.
    #[must_use]
    pub fn talks(&self) -> &[Talk] {
        &self.talks
    }

    /// A conversation.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<&Conversation> {
        self.index(id).map(|at| &self.talks[at].conversation)
    }

    /// Whether it begins with the very first line.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.cut
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.homes.len()
    }

    /// Whether there is no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// How many lines were ever added: the difference of two moments is how many are new.
    #[must_use]
    pub fn added(&self) -> u64 {
        self.added
    }

    /// Another number after each change, of this transcript and its copies.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Only the lines that are let through, and all conversations. It counts as if it held all.
    #[must_use]
    pub fn sifted(&self, mut lets_through: impl FnMut(&Speaker, &Line) -> bool) -> Self {
        let mut sifted = Self {
            names: Arc::clone(&self.names),
            added: self.added,
            version: self.version,
            cut: self.cut,
            ..Self::default()
        };
        for talk in &self.talks {
            let mut kept = Talk {
                conversation: talk.conversation.clone(),
                lines: Vec::new(),
                voices: talk.voices.clone(),
            };
            for line in &talk.lines {
                if lets_through(&self.speaker(&talk.conversation, &line.segment), line) {
                    sifted.homes.insert(line.id, line.conversation);
                    kept.lines.push(line.clone());
                }
            }
            sifted.talks.push(kept);
        }
        sifted
    }

    /// Where a line is, if it is still here.
    #[must_use]
    pub fn find(&self, id: LineId) -> Option<Place> {
        let talk = self.index(*self.homes.get(&id)?)?;
        let line = self.talks[talk]
            .lines
            .iter()
            .position(|line| line.id == id)?;
        Some(Place { talk, line })
    }

    /// The line at a place.
    #[must_use]
    pub fn line(&self, place: Place) -> Option<&Line> {
        self.talks.get(place.talk)?.lines.get(place.line)
    }

    /// The line of a wearer that is spoken at a time, or was the last before a short pause.
    #[must_use]
    pub fn spoken_at(&self, uid: &Uid, at: Timestamp) -> Option<Place> {
        const PAUSE: f64 = 3.0;
        let begun = self
            .talks
            .partition_point(|talk| talk.conversation.started <= at);
        let talk = self.talks[..begun]
            .iter()
            .rposition(|talk| talk.conversation.uid == *uid && !talk.lines.is_empty())?;
        let Talk {
            conversation,
            lines,
            ..
        } = &self.talks[talk];
        let offset = at.duration_since(conversation.started).as_secs_f64();
        let begun = lines.partition_point(|line| line.segment.start <= offset);
        let line = begun.checked_sub(1)?;
        let end = lines[line].segment.end.max(lines[line].segment.start);
        (offset < end + PAUSE).then_some(Place { talk, line })
    }

    /// How many lines stand before a place.
    #[must_use]
    pub fn index_of(&self, place: Place) -> usize {
        let before = self.talks[..place.talk.min(self.talks.len())].iter();
        before.map(|talk| talk.lines.len()).sum::<usize>() + place.line
    }

    /// The first line.
    #[must_use]
    pub fn first(&self) -> Option<Place> {
        let talk = self.talks.iter().position(|talk| !talk.lines.is_empty())?;
        Some(Place { talk, line: 0 })
    }

    /// The last line.
    #[must_use]
    pub fn last(&self) -> Option<Place> {
        let talk = self.talks.iter().rposition(|talk| !talk.lines.is_empty())?;
        Some(Place {
            talk,
            line: self.talks[talk].lines.len() - 1,
        })
    }

    /// The line before a place.
    #[must_use]
    pub fn before(&self, place: Place) -> Option<Place> {
        if let Some(line) = place.line.checked_sub(1) {
            return Some(Place { line, ..place });
        }
        let talk = self.talks[..place.talk]
            .iter()
            .rposition(|talk| !talk.lines.is_empty())?;
        Some(Place {
            talk,
            line: self.talks[talk].lines.len() - 1,
        })
    }

    /// The line after a place.
    #[must_use]
    pub fn after(&self, place: Place) -> Option<Place> {
        if place.line + 1 < self.talks.get(place.talk)?.lines.len() {
            return Some(Place {
                line: place.line + 1,
                ..place
            });
        }
        let next = place.talk + 1;
        let talk = next
            + self.talks[next..]
                .iter()
                .position(|talk| !talk.lines.is_empty())?;
        Some(Place { talk, line: 0 })
    }

    /// Who says a segment of a conversation.
    #[must_use]
    pub fn speaker(&self, conversation: &Conversation, segment: &Segment) -> Speaker {
        self.names.speaker(&conversation.uid, segment)
    }

    /// Remembers that there are older lines.
    pub(super) fn set_cut(&mut self) {
        self.cut = true;
    }

    /// Takes over the names of speakers; before any line.
    pub(super) fn set_names(&mut self, names: Arc<Names>) {
        self.names = names;
    }

    pub(super) fn put_conversation(&mut self, conversation: Conversation) {
        self.version += 1;
        let talk = match self.index(conversation.id) {
            Some(at) => Talk {
                conversation,
                ..self.talks.remove(at)
            },
            None => Talk {
                conversation,
                lines: Vec::new(),
                voices: HashMap::new(),
            },
        };
        let at = self
            .talks
            .partition_point(|known| known.order() < talk.order());
        self.talks.insert(at, talk);
    }

    /// Adds a line or gives it new words. Returns its conversation; None if that is unknown (then the line is older than
    /// all that is held).
    pub(super) fn put_line(&mut self, line: Line) -> Option<&Conversation> {
        let home = self.index(line.conversation)?;
        self.version += 1;
        if let Some(known) = self.find(line.id) {
            self.talks[known.talk].remove(known.line..known.line + 1, &self.names);
        } else {
            self.added += 1;
        }
        self.homes.insert(line.id, line.conversation);
        self.talks[home].insert(line, &self.names);
        let id = self.talks[home].conversation.id;
        self.forget_oldest();
        self.conversation(id)
    }

    /// Takes over a line that is held in its new state.
    pub(super) fn amend_line(&mut self, line: &Line) {
        if self.homes.contains_key(&line.id) {
            self.put_line(line.clone());
        }
    }

    /// Takes over the names of speakers; whoever they name is counted anew.
    pub(super) fn rename(&mut self, names: Arc<Names>) {
        self.version += 1;
        self.names = names;
        for talk in &mut self.talks {
            talk.voices.clear();
            for line in &talk.lines {
                let speaker = self.names.speaker(&talk.conversation.uid, &line.segment);
                *talk.voices.entry(speaker).or_default() += 1;
            }
        }
    }

    /// Counts lines on from an earlier state of the same transcript.
    pub(super) fn count_on_from(&mut self, earlier: &Self) {
        let new = self
            .homes
            .keys()
            .filter(|id| !earlier.homes.contains_key(id))
            .count();
        self.added = earlier.added + new as u64;
        self.version += earlier.version;
    }

    /// Takes all lines of a conversation away; those that take their place do not count as new.
    pub(super) fn clear(&mut self, conversation: ConversationId) {
        let Some(at) = self.index(conversation) else {
            return;
        };
        self.version += 1;
        let lines = self.talks[at].lines.len();
        for line in self.talks[at].remove(0..lines, &self.names) {
            self.homes.remove(&line.id);
            self.added = self.added.saturating_sub(1);
        }
    }

    /// Newer conversations are looked for first: they are the ones that change.
    fn index(&self, id: ConversationId) -> Option<usize> {
        self.talks
            .iter()
            .rposition(|talk| talk.conversation.id == id)
    }

    fn forget_oldest(&mut self) {
        while self.homes.len() > LINES {
            self.cut = true;
            let Some(oldest) = self.talks.first_mut() else {
                return;
            };
            if oldest.lines.is_empty() {
                self.talks.remove(0);
            } else {
                // Not one by one: each removal moves what follows.
                let some = oldest.lines.len().min(LINES / 100);
                for line in oldest.remove(0..some, &self.names) {
                    self.homes.remove(&line.id);
                }
            }
        }
    }
}
