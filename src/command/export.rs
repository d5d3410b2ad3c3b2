//! `omiscope export`: what is kept, to stdout, a file, or a folder with a file for each.

mod out;

use std::path::Path;

use jiff::tz::TimeZone;

use self::out::{Count, Job};
use super::UsageError;
use crate::{
    cli::Export,
    config::{Config, Flags},
    event::{ConversationId, Uid},
    export::{
        Sound, of_memory, of_summary,
        table::{self, Writer},
    },
    logging::{self, Destination},
    store::{
        ReadError,
        archive::{Archive, Selection, SoundSelection},
    },
    text::counted,
};

pub(super) fn run(flags: &Flags, options: &Export) -> anyhow::Result<()> {
    let pair = table::find(options.what, options.format)
        .map_err(|error| UsageError::new(error.to_string()))?;
    let selection = selection(options)?;
    let config = Config::load(flags)?;
    let _log = logging::start(Destination::Stderr, config.log_level)?;
    let archive = Archive::open(&config.data_dir)?;
    let job = Job {
        pair,
        zone: TimeZone::system(),
        output: options
            .output
            .as_deref()
            .filter(|path| *path != Path::new("-")),
    };
    let count = match pair.writer {
        Writer::Talk(write) => job.run(archive.talks(&selection), write)?,
        Writer::Memory(write) => job.run(archive.memories(&selection), write)?,
        Writer::Summary(write) => job.run(archive.summaries(&selection), write)?,
        Writer::Delivery(write) => job.run(archive.deliveries(&selection), write)?,
        Writer::Sound(write) => {
            let mut sounds = sounds(&archive, &selection, &job)?.peekable();
            if sounds.peek().is_none() {
                anyhow::bail!(
                    "no sound is kept of that; recordings are kept for as long as OMISCOPE_RETENTION_SOUND says"
                );
            }
            job.run(sounds, write)?
        }
        Writer::Action(write) => {
            let of_memories = archive
                .memories(&selection)
                .flat_map(|kept| spread(kept.map(|kept| of_memory(&kept))));
            let zone = job.zone.clone();
            let of_summaries = archive
                .summaries(&selection)
                .flat_map(|kept| spread(kept.map(|kept| of_summary(&kept, &zone))));
            job.run(of_memories.chain(of_summaries), write)?
        }
    };
    if !options.quiet {
        tell(&count);
    }
    Ok(())
}

fn selection(options: &Export) -> Result<Selection, UsageError> {
    if !options.what.has_conversation() {
        for (flag, given) in [
            ("--conversation", options.conversation.is_some()),
            ("--starred", options.starred),
        ] {
            if given {
                let what = options.what.name();
                return Err(UsageError::new(format!(
                    "{flag} does not go with --what {what}: they belong to no conversation; leave it out, or take transcript, memories, actions or audio"
                )));
            }
        }
    }
    let uid = options.uid.as_deref().map(Uid::parse).transpose();
    Ok(Selection {
        conversation: options.conversation.map(ConversationId),
        since: options.since,
        until: options.until,
        uid: uid.map_err(|error| UsageError::new(format!("--uid: {error}")))?,
        starred: options.starred,
    })
}

/// The sound that is meant: conversation by conversation for a folder or where conversations are named, else a stretch of time of
/// each wearer.
fn sounds<'a>(
    archive: &'a Archive,
    selection: &'a Selection,
    job: &Job<'_>,
) -> anyhow::Result<Box<dyn Iterator<Item = Result<Sound, ReadError>> + 'a>> {
    let into_folder = job.output.is_some_and(Path::is_dir);
    if into_folder || selection.conversation.is_some() || selection.starred {
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
    let of_wearers = wearers.into_iter().filter_map(|uid| {
        let track = archive.sound(&SoundSelection {
            uid,
            since: selection.since,
            until: selection.until,
        });
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

fn tell(count: &Count) {
    let lines = count
        .lines
        .map(|lines| format!(", {}", counted(lines, "lines")));
    eprintln!(
        "{}{}",
        counted(count.things, count.noun),
        lines.unwrap_or_default()
    );
}
