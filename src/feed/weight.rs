//! About how many bytes things take in memory, so that what is kept or read of them at once can be bounded.

use crate::event::{Change, Edited, Line, Record};

/// About how many bytes a record takes.
pub(crate) fn of_record(record: &Record) -> usize {
    let delivery = &record.delivery;
    let headers = delivery.headers.iter();
    let head: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    let warnings: usize = delivery.warnings.iter().map(String::len).sum();
    let changes: usize = record.changes.iter().map(of_change).sum();
    size_of::<Record>()
        + delivery.path.len()
        + delivery.query.len()
        + delivery.reply.len()
        + head
        + warnings
        + changes
}

fn of_change(change: &Change) -> usize {
    let more = match change {
        Change::Line(line) => of_line(line),
        Change::Memory(kept) => {
            let memory = &kept.memory;
            let results = memory.app_results.iter().map(|result| result.content.len());
            let items = memory
                .action_items
                .iter()
                .map(|item| item.description.len());
            let events = memory.events.iter().map(|event| event.description.len());
            let lists: usize = results.chain(items).chain(events).map(|len| len + 64).sum();
            memory.overview.len() + memory.text.as_ref().map_or(0, String::len) + lists
        }
        Change::Summary(summary) => 4 * (summary.text.len() + summary.overview.len()),
        Change::Sound(chunk) => {
            let pcm = chunk.pcm.as_ref().map_or(0, |pcm| size_of_val(&**pcm));
            pcm + chunk.envelope.len()
        }
        Change::Conversation(_)
        | Change::LinesReplaced(_)
        | Change::Progress(_)
        | Change::Button(_) => 0,
    };
    size_of::<Change>() + more
}

fn of_line(line: &Line) -> usize {
    let translations = line.segment.translations.iter();
    let translated: usize = translations.map(|to| to.text.len() + 64).sum();
    let note = line.note.as_ref().map_or(0, String::len);
    line.segment.text.len() + note + translated
}

pub(super) fn of_edited(edited: &Edited) -> usize {
    match edited {
        Edited::Line(line) => of_line(line),
        // Each edit has names of its own: they are shared only by its readers.
        Edited::Names(names) => names.iter().map(|(_, _, name)| name.len() + 128).sum(),
        Edited::Ticks(_, ticked) => ticked.iter().map(|item| item.len() + 64).sum(),
    }
}
