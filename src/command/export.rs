//! `omiscope export`: what is kept, to stdout, a file, or a folder with a file for each.

use std::path::{Path, is_separator};

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;

use super::UsageError;
use crate::{
    cli::Export,
    config::{Config, Flags},
    event::{ConversationId, Uid},
    export::{
        order,
        out::{Count, Job, OutError, Output},
        table,
        watch::Watch,
    },
    logging::{self, Destination},
    losses::LossCounter,
    private,
    store::archive::{Archive, Selection},
    text::counted,
};

pub(super) fn run(flags: &Flags, options: &Export) -> anyhow::Result<()> {
    let pair = table::find(options.what, options.format)
        .map_err(|error| UsageError::new(error.to_string()))?;
    let selection = selection(options)?;
    let config = Config::load(flags)?;
    let _log = logging::start(
        Destination::Stderr,
        config.log_style(),
        LossCounter::default(),
    )?;
    let archive = Archive::open(&config.storage.data_dir)?;
    if let Some(id) = selection.conversation
        && archive.talk(id)?.is_none()
    {
        bail!("nothing that was asked for is kept");
    }
    let file = options.output.as_deref();
    let job = Job {
        pair,
        zone: TimeZone::system(),
        output: match file.filter(|path| *path != Path::new("-")) {
            Some(path) => {
                // As with cp and rsync: what ends in a slash is a folder.
                if path.as_os_str().to_string_lossy().ends_with(is_separator) {
                    private::make_folder(path)
                        .with_context(|| format!("cannot make the folder {}", path.display()))?;
                }
                Output::Path(path.to_owned())
            }
            None => Output::Stdout,
        },
        watch: &Watch::default(),
    };
    let count = order::selected(&archive, &selection, &job).map_err(|error| match error {
        OutError::OnlyOne { .. } | OutError::NotFiles { .. } => {
            UsageError::new(error.to_string()).into()
        }
        error => anyhow::Error::new(error),
    })?;
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
                let what = options.what;
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

fn tell(count: &Count) {
    let lines = count
        .lines
        .map(|lines| format!(", {}", counted(lines, "lines")));
    super::tell(format_args!(
        "{}{}",
        counted(count.things, count.noun),
        lines.unwrap_or_default()
    ));
}
