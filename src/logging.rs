//! The log: one form of line for all of it, `2024-03-20 14:23:06 [INFO] what happened | name:value`, in local time.
//!
//! `serve` logs to stdout, what the program says of itself and its deliveries alike (`command::serve` writes the latter itself, so that
//! they wait for a slow reader instead of being dropped). The dashboard owns the terminal and logs to a file of each day in the data folder. Every
//! other command logs to stderr, as its stdout is its result. What ends a program is said once, on stderr, by `main`.

mod delivery;
mod format;

use std::{
    io::{self, Write as _},
    panic::{self, PanicHookInfo},
    path::Path,
    thread,
};

use tracing::level_filters::LevelFilter;
use tracing_appender::{
    non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard},
    rolling::{self, RollingFileAppender, Rotation},
};
use tracing_subscriber::{
    filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{private, text};
pub use delivery::DeliveryLog;
use format::LineFormat;
pub use format::line;

/// Lines that may wait for a slow reader; what comes then is left out rather than hold up the listener.
const WAITING_LINES: usize = 1024;
/// Files of past days that are kept.
const KEPT_DAYS: usize = 7;

/// How grave a line is; as a setting, the least that is logged. `LOG_LEVEL` names them as Python does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Debug,
    #[default]
    Info,
    Warning,
    Error,
    /// Nothing is graver than an error here, so this logs errors.
    Critical,
}

impl LogLevel {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Debug, "DEBUG"),
        (Self::Info, "INFO"),
        (Self::Warning, "WARNING"),
        (Self::Error, "ERROR"),
        (Self::Critical, "CRITICAL"),
    ];

    /// The level of a name, in capitals or not.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(level, _)| *level)
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(level, _)| *level == self)
            .map_or("", |(_, name)| name)
    }

    /// Whether a line of this level is logged when the setting is `least`.
    #[must_use]
    pub fn passes(self, least: Self) -> bool {
        self >= least.min(Self::Error)
    }

    fn filter(self) -> LevelFilter {
        match self {
            Self::Debug => LevelFilter::DEBUG,
            Self::Info => LevelFilter::INFO,
            Self::Warning => LevelFilter::WARN,
            Self::Error | Self::Critical => LevelFilter::ERROR,
        }
    }
}

impl From<&tracing::Level> for LogLevel {
    fn from(level: &tracing::Level) -> Self {
        match *level {
            tracing::Level::ERROR => Self::Error,
            tracing::Level::WARN => Self::Warning,
            tracing::Level::INFO => Self::Info,
            _ => Self::Debug,
        }
    }
}

/// Where the log goes.
#[derive(Debug, Clone, Copy)]
pub enum Destination<'a> {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// `omiscope.<date>.log` in a folder, a new file each day.
    Folder(&'a Path),
    /// Nowhere.
    Nowhere,
}

/// Why the log cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The folder cannot be made.
    #[error("cannot make the folder of the log: {0}")]
    Folder(#[source] io::Error),
    /// The file cannot be made.
    #[error("cannot write a log file: {0}")]
    File(#[from] rolling::InitError),
    /// Something else in this process logs already.
    #[error("cannot start the log: {0}")]
    Taken(#[from] tracing_subscriber::util::TryInitError),
}

/// Keeps the log going. Dropped, it writes what still waits, and how much was left out.
#[derive(Debug)]
#[must_use = "the log ends when this is dropped"]
pub struct Logging(Option<(ErrorCounter, WorkerGuard)>);

impl Drop for Logging {
    fn drop(&mut self) {
        let left_out = self.0.as_ref().map_or(0, |(lost, _)| lost.dropped_lines());
        if left_out > 0 {
            tracing::warn!("{left_out} lines of this log were left out: it was read too slowly");
        }
    }
}

/// Starts the log of this process. From here on panics are logged too, and only that of the main thread is told on stderr besides:
/// the others are caught, and the terminal may be the dashboard's.
///
/// # Errors
/// [`LogError`].
pub fn start(destination: Destination<'_>, least: LogLevel) -> Result<Logging, LogError> {
    panic::set_hook(Box::new(log_panic));
    match destination {
        Destination::Stdout => start_with(io::stdout(), least),
        Destination::Stderr => start_with(io::stderr(), least),
        Destination::Folder(folder) => start_with(daily_files(folder)?, least),
        Destination::Nowhere => Ok(Logging(None)),
    }
}

fn daily_files(folder: &Path) -> Result<RollingFileAppender, LogError> {
    private::make_folder(folder).map_err(LogError::Folder)?;
    Ok(RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("omiscope")
        .filename_suffix("log")
        .max_log_files(KEPT_DAYS)
        .build(folder)?)
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let told = panic.to_string().replacen('\n', " ", 1);
    tracing::error!("{told}");
    if thread::current().name() == Some("main") {
        // Without a stderr there is nobody left to tell.
        let _ = writeln!(io::stderr(), "error: {}", text::escaped(&told));
    }
}

fn start_with(
    writer: impl io::Write + Send + 'static,
    least: LogLevel,
) -> Result<Logging, LogError> {
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .thread_name("log")
        .finish(writer);
    let lost = writer.error_counter();
    let lines = tracing_subscriber::fmt::layer()
        .event_format(LineFormat)
        .log_internal_errors(false)
        .with_writer(writer);
    let ours = Targets::new()
        .with_default(least.filter().min(LevelFilter::WARN))
        .with_target(env!("CARGO_CRATE_NAME"), least.filter());
    tracing_subscriber::registry()
        .with(lines)
        .with(ours)
        .try_init()?;
    Ok(Logging(Some((lost, guard))))
}
