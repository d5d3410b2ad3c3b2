//! The log: what the program says of itself, and its deliveries. Entries first, and one place that makes lines of them: text
//! (`2024-03-20 14:23:06 [INFO] what happened | name:value`, in local time) or JSON.
//!
//! `serve` writes its deliveries to stdout, by [`Lines`], which wait for a slow reader instead of being dropped, and what it says of
//! itself to stderr; with a log file both go there. The dashboard owns the terminal and logs to a file of each day in the data folder.
//! Every other command logs to stderr, as its stdout is its result. What ends a program is said once, on stderr, by `main`.

mod delivery;
mod entry;
mod files;
mod lines;
mod own;

use std::{
    io::{self, Write as _},
    panic::{self, PanicHookInfo},
    thread,
};

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{losses::LossCounter, text};
pub use delivery::DeliveryLog;
pub use entry::{Entry, LogFormat};
pub use files::{FilesError, LogFiles};
pub use lines::Lines;
use own::OwnFormat;

/// Lines that may wait for a slow reader; what comes then is left out rather than hold up the listener.
const WAITING_LINES: usize = 1024;

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

/// What the log leaves out, and the form of its lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// The least level that is logged.
    pub least: LogLevel,
    /// The form.
    pub format: LogFormat,
}

impl From<LogLevel> for Style {
    fn from(least: LogLevel) -> Self {
        Self {
            least,
            ..Self::default()
        }
    }
}

/// Where the log goes.
#[derive(Debug, Clone)]
pub enum Destination {
    /// Standard error.
    Stderr,
    /// Files of days.
    Files(LogFiles),
    /// Nowhere.
    Nowhere,
}

/// Why the log cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the log: {0}")]
pub struct LogError(#[from] tracing_subscriber::util::TryInitError);

/// Keeps the log going. Dropped, it writes what still waits.
#[derive(Debug)]
#[must_use = "the log ends when this is dropped"]
pub struct Logging {
    _waiting: Option<WorkerGuard>,
}

/// Starts the log of this process. From here on panics are logged too, and only that of the main thread is told on stderr besides:
/// the others are caught, and the terminal may be the dashboard's. Lines that are left out because the reader is slow are counted.
///
/// # Errors
/// [`LogError`] if something else in this process logs already.
pub fn start(
    destination: Destination,
    style: impl Into<Style>,
    losses: LossCounter,
) -> Result<Logging, LogError> {
    panic::set_hook(Box::new(log_panic));
    let style = style.into();
    match destination {
        Destination::Stderr => start_with(io::stderr(), style, losses),
        Destination::Files(files) => start_with(files, style, losses),
        Destination::Nowhere => Ok(Logging { _waiting: None }),
    }
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
    style: Style,
    losses: LossCounter,
) -> Result<Logging, LogError> {
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .thread_name("log")
        .finish(writer);
    let lines = tracing_subscriber::fmt::layer()
        .event_format(OwnFormat(style.format))
        .log_internal_errors(false)
        .with_writer(move || Counted::new(&writer, &losses));
    let ours = Targets::new()
        .with_default(style.least.filter().min(LevelFilter::WARN))
        .with_target(env!("CARGO_CRATE_NAME"), style.least.filter());
    tracing_subscriber::registry()
        .with(lines)
        .with(ours)
        .try_init()?;
    Ok(Logging {
        _waiting: Some(guard),
    })
}

/// The way of a line to the thread that writes. Counts the line if there is no room for it.
struct Counted {
    to: NonBlocking,
    left_out: ErrorCounter,
    losses: LossCounter,
}

impl Counted {
    fn new(to: &NonBlocking, losses: &LossCounter) -> Self {
        Self {
            to: to.clone(),
            left_out: to.error_counter(),
            losses: losses.clone(),
        }
    }
}

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.left_out.dropped_lines();
        let written = self.to.write(bytes);
        // Of several threads at once each may see what another left out; then the count is not less than the loss.
        let lost = self.left_out.dropped_lines().saturating_sub(before) as u64;
        if lost > 0 {
            self.losses.add(|losses| losses.log_lines += lost);
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_line_for_which_nobody_is_quick_enough_is_counted() {
        struct Stuck(mpsc::Receiver<()>);
        impl io::Write for Stuck {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let _ = self.0.recv();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (go, stuck) = mpsc::channel();
        let (writer, guard) = NonBlockingBuilder::default()
            .buffered_lines_limit(2)
            .finish(Stuck(stuck));
        let losses = LossCounter::default();
        let mut lines = Counted::new(&writer, &losses);
        for _ in 0..10 {
            lines.write_all(b"line\n").unwrap();
        }
        let lost = losses.get().log_lines;
        // One may have left the queue for the hand of the thread.
        assert!((7..=8).contains(&lost), "{lost}");
        drop(go);
        drop(guard);
    }
}
