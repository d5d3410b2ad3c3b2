//! What is to be taken away: which things of what is kept, and how each kind of them is found.

use std::collections::HashSet;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    Format, Sound, What,
    action::{of_memory, of_summary},
    out::{Count, Job, OutError, Output},
    table::{self, Writer},
    watch::Watch,
};
use crate::{
    event::{ConversationId, LineId, MemoryId, Seq, Uid},
    store::{
        ReadError, Talk,
        archive::{Archive, Selection, SoundSelection, Walk},
    },
};

/// Which things are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Some lines, for themselves.
    Lines(Vec<Lines>),
    /// A conversation and what belongs to it.
    Conversation(ConversationId),
    /// A memory.
    Memory(MemoryId),
    /// The day summary that a record brought.
    Summary(Seq),
    /// A request.
    Delivery(Seq),
    /// What began on a day; of one wearer, if one is named.
    Day(Date, Option<Uid>),
    /// All there is.
    Everything,
}

/// Some lines of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// The conversation.
    pub conversation: ConversationId,
    /// Which of its lines; those that are no longer there are passed over.
    pub lines: Vec<LineId>,
}

impl Lines {
    /// The conversation with nothing but these lines; None if it has none of them.
    #[must_use]
    pub fn only(&self, mut talk: Talk) -> Option<Talk> {
        let wanted: HashSet<_> = self.lines.iter().collect();
        talk.lines.retain(|line| wanted.contains(&line.id));
        (!talk.lines.is_empty()).then_some(talk)
    }
}

/// An export into a new file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The kind of things.
    pub what: What,
    /// Which of them.
    pub scope: Scope,
    /// The format.
    pub format: Format,
    /// The folder that it goes into.
    pub folder: std::path::PathBuf,
    /// The zone of clock times and days.
    pub zone: TimeZone,
}

impl Order {
    /// Does what is ordered. Blocks on SQLite and on files, for as long as it takes.
    ///
    /// # Errors
    /// [`OutError`]; nothing is left behind then.
    pub fn fulfil(&self, archive: &Archive, watch: &Watch) -> Result<Count, OutError> {
        let pair = table::find(self.what, Some(self.format))?;
        let several = match &self.scope {
            Scope::Lines(parts) => parts.len() > 1,
            scope => matches!(scope, Scope::Day(..) | Scope::Everything),
        };
        let job = Job {
            pair,
            zone: self.zone.clone(),
            output: Output::New {
                folder: self.folder.clone(),
                name: self.name(),
                several,
            },
            watch,
        };
        match (&self.scope, pair.writer) {
            (Scope::Lines(parts), Writer::Talk(write)) => {
                let talks = parts.iter().filter_map(|part| {
                    let talk = archive.talk(part.conversation).transpose()?;
                    talk.map(|talk| part.only(talk)).transpose()
                });
                job.run(talks, write)
            }
            (Scope::Memory(id), Writer::Memory(write)) => {
                job.run(archive.memory(*id).transpose().into_iter(), write)
            }
            (Scope::Summary(seq), Writer::Summary(write)) => {
                job.run(archive.summary(*seq).transpose().into_iter(), write)
            }
            (Scope::Delivery(seq), Writer::Delivery(write)) => {
                job.run(archive.delivery(*seq).transpose().into_iter(), write)
            }
            _ => {
                let selection = self.selection().ok_or(OutError::Nothing)?;
                if let Some(walk) = walk(self.what) {
                    watch.expect(archive.count(walk, &selection)?);
                }
                selected(archive, &selection, &job)
            }
        }
    }

    /// The same as a selection; None if only one thing for itself is meant.
    fn selection(&self) -> Option<Selection> {
        let midnight = |date: Date| self.zone.to_timestamp(date.at(0, 0, 0, 0)).ok();
        match &self.scope {
            Scope::Conversation(id) => Some(Selection {
                conversation: Some(*id),
                ..Selection::default()
            }),
            Scope::Day(date, uid) => Some(Selection {
                since: Some(midnight(*date)?),
                until: date.tomorrow().ok().and_then(midnight),
                uid: uid.clone(),
                ..Selection::default()
            }),
            Scope::Everything => Some(Selection::default()),
            Scope::Lines(_) | Scope::Memory(_) | Scope::Summary(_) | Scope::Delivery(_) => None,
        }
    }

    /// What its file is called if it is not called after the one thing in it.
    fn name(&self) -> String {
        let what = self.what;
        match &self.scope {
            Scope::Delivery(seq) => format!("delivery {}", seq.0),
            Scope::Day(date, _) => format!("{date} {what}"),
            Scope::Conversation(id) => format!("{what} of conversation {}", id.0),
            Scope::Everything => format!("all {what}"),
            Scope::Lines(_) => "selected lines".to_owned(),
            Scope::Memory(_) | Scope::Summary(_) => what.to_string(),
        }
    }
}

/// How things of a kind are counted; None: not before they are read.
fn walk(what: What) -> Option<Walk> {
    match what {
        What::Transcript => Some(Walk::Talks),
        What::Memories => Some(Walk::Memories),
        What::Summaries => Some(Walk::Summaries),
        What::Deliveries => Some(Walk::Deliveries),
        What::Actions | What::Audio => None,
    }
}

/// Writes what is selected.
///
/// # Errors
/// [`OutError`].
pub fn selected(
    archive: &Archive,
    selection: &Selection,
    job: &Job<'_>,
) -> Result<Count, OutError> {
    match job.pair.writer {
        Writer::Talk(write) => job.run(archive.talks(selection), write),
        Writer::Memory(write) => job.run(archive.memories(selection), write),
        Writer::Summary(write) => job.run(archive.summaries(selection), write),
        Writer::Delivery(write) => job.run(archive.deliveries(selection), write),
        Writer::Sound(write) => {
            let mut sounds = sounds(archive, selection, job)?.peekable();
            if sounds.peek().is_none() {
                return Err(OutError::NoSound);
            }
            job.run(sounds, write)
        }
        Writer::Action(write) => {
            let of_memories = archive
                .memories(selection)
                .flat_map(|kept| spread(kept.map(|kept| of_memory(&kept))));
            let zone = job.zone.clone();
            let of_summaries = archive
                .summaries(selection)
                .flat_map(|kept| spread(kept.map(|kept| of_summary(&kept, &zone))));
            job.run(of_memories.chain(of_summaries), write)
        }
    }
}

/// Sounds, one after another.
type Sounds<'a> = Box<dyn Iterator<Item = Result<Sound, ReadError>> + 'a>;

/// The sound that is meant: conversation by conversation for a folder or where conversations are named, else a stretch of time of
/// each wearer.
fn sounds<'a>(
    archive: &'a Archive,
    selection: &'a Selection,
    job: &Job<'_>,
) -> Result<Sounds<'a>, ReadError> {
    if job.is_for_folder() || selection.conversation.is_some() || selection.starred {
        let of_talks = archive.talks(selection).filter_map(|talk| {
            let sound = talk.and_then(|talk| {
                let track = archive.sound_of(talk.conversation.id)?;
                Ok(track.map(|track| Sound {
                    track,
                    conversation: Some(talk.conversation),
                }))
            });
            sound.transpose()
        });
        return Ok(Box::new(of_talks));
    }
    let wearers = match &selection.uid {
        Some(uid) => vec![uid.clone()],
        None => archive.heard(selection.since, selection.until)?,
    };
    let (since, until): (Option<Timestamp>, _) = (selection.since, selection.until);
    let of_wearers = wearers.into_iter().filter_map(move |uid| {
        let track = archive.sound(&SoundSelection { uid, since, until });
        let sound = |track| Sound {
            track,
            conversation: None,
        };
        track.map(|track| track.map(sound)).transpose()
    });
    Ok(Box::new(of_wearers))
}

/// A list that could be read as its entries, else the error.
fn spread<T, E>(list: Result<Vec<T>, E>) -> Vec<Result<T, E>> {
    match list {
        Ok(list) => list.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    }
}
