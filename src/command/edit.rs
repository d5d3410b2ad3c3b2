//! `omiscope star`, `note`, `name` and `tick`: what the user adds to what was heard, also while omiscope runs.

use std::io::{self, Write as _};

use super::UsageError;
use crate::{
    cli::{Name, Note, Star, Tick},
    config::{Config, Flags},
    event::{ActionSource, Edit, LineId, MemoryId, Uid, Voice},
    store::archive::Archive,
    text::{counted, neutral},
};

/// Stars lines, or takes their stars away.
pub(super) fn star(flags: &Flags, options: &Star) -> anyhow::Result<()> {
    let archive = open(flags)?;
    for line in &options.lines {
        apply(&archive, &Edit::Star(LineId(*line), !options.off), *line)?;
    }
    Ok(())
}

/// Puts a note on a line, or takes it away.
pub(super) fn note(flags: &Flags, options: &Note) -> anyhow::Result<()> {
    let note = options.text.clone().filter(|text| !text.trim().is_empty());
    let edit = Edit::Note(LineId(options.line), note);
    apply(&open(flags)?, &edit, options.line)
}

fn apply(archive: &Archive, edit: &Edit, line: i64) -> anyhow::Result<()> {
    if archive.edit(edit)? {
        return Ok(());
    }
    Err(UsageError::new(format!(
        "there is no line {line}; `omiscope search --json` and `omiscope export --format jsonl` tell their numbers"
    ))
    .into())
}

/// Gives a speaker a name, or takes it away.
pub(super) fn name(flags: &Flags, options: &Name) -> anyhow::Result<()> {
    let archive = open(flags)?;
    let uid = match &options.uid {
        Some(uid) => Uid::parse(uid).map_err(|error| UsageError::new(format!("--uid: {error}")))?,
        None => archive
            .newest_wearer()?
            .ok_or_else(|| UsageError::new("nobody was heard yet; name the wearer with --uid"))?,
    };
    let voice = match options.speaker.parse() {
        Ok(number) => Voice::Number(number),
        Err(_) => Voice::Person(options.speaker.clone()),
    };
    let name = options.name.clone().filter(|name| !name.trim().is_empty());
    archive.edit(&Edit::Name(uid, voice, name))?;
    Ok(())
}

/// Ticks an action item of a memory, or takes its tick away.
pub(super) fn tick(flags: &Flags, options: &Tick) -> anyhow::Result<()> {
    let archive = open(flags)?;
    let id = MemoryId(options.memory);
    let kept = archive.memory(id)?.ok_or_else(|| {
        UsageError::new(format!(
            "there is no memory {}; `omiscope export --what actions --format jsonl` tells their numbers",
            options.memory
        ))
    })?;
    let items = &kept.memory.action_items;
    let item = options.item.checked_sub(1).and_then(|at| items.get(at));
    let item = item.ok_or_else(|| {
        UsageError::new(format!(
            "memory {} has {}, counted from 1",
            options.memory,
            counted(items.len(), "action items")
        ))
    })?;
    let source = ActionSource::Memory(id);
    archive.edit(&Edit::Tick(source, item.description.clone(), !options.off))?;
    let sign = if options.off { "[ ]" } else { "[x]" };
    let what = neutral(&item.description);
    writeln!(io::stdout(), "{sign} {}", what.trim())?;
    Ok(())
}

fn open(flags: &Flags) -> anyhow::Result<Archive> {
    let config = Config::load(flags)?;
    Ok(Archive::open(&config.storage.data_dir)?)
}
