//! `omiscope import`: a transcript export, or Omi's own export, into the store.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal as _},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;

use super::{UsageError, on_runtime};
use crate::{
    cli::Import,
    config::{Config, Flags},
    event::Uid,
    import::{Counts, ImportError, Told, omi, transcript},
    logging::{self, Destination},
    losses::LossCounter,
    store::{Location, OpenError, Settings, Store, retention::Retention},
    text::{counted, escaped},
};

/// Between two reports of progress.
const PAUSE: Duration = Duration::from_millis(250);

pub(super) fn run(flags: &Flags, options: &Import) -> anyhow::Result<()> {
    let uid = options.uid.as_deref().map(Uid::parse).transpose();
    let uid = uid.map_err(|error| UsageError::new(format!("--uid: {error}")))?;
    let config = Config::load(flags)?;
    let _log = logging::start(
        Destination::Stderr,
        config.log_style(),
        LossCounter::default(),
    )?;
    let cannot = || format!("cannot import {}", options.file.display());
    let input = open(&options.file).with_context(cannot)?;
    let store = Store::open(
        Settings {
            location: Location::Folder(config.storage.data_dir.clone()),
            silence: config.storage.silence,
            // What is brought in is not to go while it comes.
            retention: Retention::FOREVER,
        },
        LossCounter::default(),
    )
    .map_err(alone)?;
    let mut screen = Screen::new(options);
    let counts = on_runtime(async {
        let tell = &mut |told: Told<'_>| screen.show(&told);
        let counts = if options.omi {
            omi::import(&store, input, uid.as_ref(), tell).await
        } else {
            transcript::import(&store, input, tell).await
        };
        store.close().await;
        counts.map_err(|error| match error {
            ImportError::NoUid(_) => UsageError::new(error.to_string()).into(),
            error => anyhow::Error::new(error).context(cannot()),
        })
    });
    screen.clear();
    let counts = counts?;
    if !options.quiet {
        super::tell(format_args!("{}", summary(&counts, options.omi)));
    }
    if counts.bad > 0 {
        let what = if options.omi {
            "conversations"
        } else {
            "lines"
        };
        anyhow::bail!("bad {what} that were passed over: {}", counts.bad);
    }
    Ok(())
}

fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::new(File::open(file)?)))
}

fn alone(error: OpenError) -> anyhow::Error {
    let locked = matches!(error, OpenError::Locked { .. });
    let error = anyhow::Error::new(error);
    if locked {
        error.context("import needs the store for itself")
    } else {
        error
    }
}

fn summary(counts: &Counts, omi: bool) -> String {
    let Counts {
        conversations,
        lines,
        known,
        ..
    } = *counts;
    let conversations = counted(conversations, "conversations");
    if omi {
        let were = if known == 1 { "was" } else { "were" };
        format!("{conversations} imported; {known} {were} known already")
    } else {
        let were = if known == 1 { "was" } else { "were" };
        format!(
            "{conversations}, {} imported; {} {were} known already",
            counted(lines, "lines"),
            counted(known, "lines")
        )
    }
}

/// What the user sees meanwhile.
struct Screen {
    entry: &'static str,
    /// Progress is for a terminal only.
    progress: bool,
    shown: Option<Instant>,
}

impl Screen {
    fn new(options: &Import) -> Self {
        Self {
            entry: if options.omi { "conversation" } else { "line" },
            progress: !options.quiet && io::stderr().is_terminal(),
            shown: None,
        }
    }

    fn show(&mut self, told: &Told<'_>) {
        match told {
            Told::Bad(number, why) => {
                self.clear();
                super::tell(format_args!("{} {number}: {}", self.entry, escaped(why)));
            }
            Told::Read(number) => {
                if self.progress && self.shown.is_none_or(|shown| shown.elapsed() >= PAUSE) {
                    eprint!("\r{} {number}", self.entry);
                    self.shown = Some(Instant::now());
                }
            }
        }
    }

    fn clear(&mut self) {
        if self.shown.take().is_some() {
            eprint!("\r\x1b[K");
        }
    }
}
