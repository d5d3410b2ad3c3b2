//! `omiscope export`: conversations to stdout, a file, or a folder with a file for each.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::Context as _;
use jiff::tz::TimeZone;

use super::UsageError;
use crate::{
    cli::Export,
    config::{Config, Flags},
    event::{ConversationId, Uid},
    export::file_name,
    logging::{self, Destination},
    store::archive::{Archive, Selection, Talk},
};

pub(super) fn run(flags: &Flags, options: &Export) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let _log = logging::start(Destination::Stderr, config.log_level)?;
    let selection = Selection {
        conversation: options.conversation.map(ConversationId),
        since: options.since,
        until: options.until,
        uid: options
            .uid
            .as_deref()
            .map(Uid::parse)
            .transpose()
            .map_err(|error| UsageError::new(format!("--uid: {error}")))?,
    };
    let archive = Archive::open(&config.data_dir)?;
    let ids = archive.conversations(&selection)?;
    let talks = ids
        .into_iter()
        .filter_map(|id| archive.talk(id).transpose());
    let count = match options
        .output
        .as_deref()
        .filter(|path| *path != Path::new("-"))
    {
        Some(folder) if folder.is_dir() => to_folder(options, talks, folder)?,
        Some(file) => to_file(options, talks, file)?,
        None => to_one(options, talks, &mut BufWriter::new(io::stdout().lock()))?,
    };
    if !options.quiet {
        eprintln!("{} conversations, {} lines", count.talks, count.lines);
    }
    Ok(())
}

#[derive(Default)]
struct Count {
    talks: usize,
    lines: usize,
}

impl Count {
    fn add(&mut self, talk: &Talk) {
        self.talks += 1;
        self.lines += talk.lines.len();
    }
}

type Talks<'a> = &'a mut dyn Iterator<Item = Result<Talk, crate::store::ReadError>>;

fn to_folder(
    options: &Export,
    talks: impl Iterator<Item = Result<Talk, crate::store::ReadError>>,
    folder: &Path,
) -> anyhow::Result<Count> {
    let zone = TimeZone::system();
    let mut count = Count::default();
    for talk in talks {
        let talk = talk?;
        let path = folder.join(format!(
            "{}.{}",
            file_name(&talk, &zone),
            options.format.ending()
        ));
        remove_earlier(folder, &talk, options, &path)?;
        whole(&path, |out| options.format.write(&talk, &zone, out))?;
        count.add(&talk);
    }
    Ok(count)
}

/// A conversation that has got another title since the last export has another name: its old file goes.
fn remove_earlier(folder: &Path, talk: &Talk, options: &Export, path: &Path) -> anyhow::Result<()> {
    let end = format!(" ({}).{}", talk.conversation.id.0, options.format.ending());
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))?
    {
        let earlier = entry?.path();
        let is_one = earlier
            .file_name()
            .is_some_and(|name| name.to_string_lossy().ends_with(&end));
        if is_one && earlier != path {
            fs::remove_file(&earlier)
                .with_context(|| format!("cannot replace {}", earlier.display()))?;
        }
    }
    Ok(())
}

fn to_file(
    options: &Export,
    mut talks: impl Iterator<Item = Result<Talk, crate::store::ReadError>>,
    file: &Path,
) -> anyhow::Result<Count> {
    let mut count = Ok(Count::default());
    whole(file, |out| {
        count = to_one(options, &mut talks, out);
        Ok(())
    })?;
    count
}

/// Writes all conversations one after another.
fn to_one(
    options: &Export,
    mut talks: impl Iterator<Item = Result<Talk, crate::store::ReadError>>,
    out: &mut impl Write,
) -> anyhow::Result<Count> {
    let talks: Talks<'_> = &mut talks;
    let zone = TimeZone::system();
    let mut count = Count::default();
    for talk in talks {
        let talk = talk?;
        if count.talks == 1 && !options.format.joins() {
            let ending = options.format.ending();
            return Err(UsageError::new(format!(
                "{ending} holds one conversation; choose it with --conversation, or name a folder with -o"
            ))
            .into());
        }
        options.format.write(&talk, &zone, out)?;
        count.add(&talk);
    }
    out.flush()?;
    Ok(count)
}

/// Writes a file as a whole: what stood there is replaced once all of it is written.
fn whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<fs::File>) -> io::Result<()>,
) -> anyhow::Result<()> {
    let partial = path.with_extension("partial");
    let written = fs::File::create(&partial).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.flush()?;
        fs::rename(&partial, path)
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}
