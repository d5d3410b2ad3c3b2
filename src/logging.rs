//! Where the program's own log goes: stderr when headless, a file in the data folder under the dashboard.
//!
//! Every line reads `2024-03-20 14:23:06 [INFO] text`, in local time, with control characters escaped. Writing waits for
//! nobody: a log that cannot be written fast enough loses lines, not deliveries.

use std::{fmt::Write as _, path::Path};

use jiff::ZonedDateTime;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use crate::text::escaped;

/// Days of log files that are kept.
const DAYS: usize = 7;

/// The least grave of what is logged, by the names of the webhook-server README.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

const NAMES: [(LogLevel, &str, LevelFilter); 5] = [
    (LogLevel::Debug, "DEBUG", LevelFilter::DEBUG),
    (LogLevel::Info, "INFO", LevelFilter::INFO),
    (LogLevel::Warning, "WARNING", LevelFilter::WARN),
    (LogLevel::Error, "ERROR", LevelFilter::ERROR),
    // Nothing that we log is that grave; what ends the program is printed in any case.
    (LogLevel::Critical, "CRITICAL", LevelFilter::OFF),
];

impl LogLevel {
    /// The level of a name, in any case of letters.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known, _)| known.eq_ignore_ascii_case(name))
            .map(|(level, ..)| *level)
    }

    fn filter(self) -> LevelFilter {
        NAMES
            .iter()
            .find(|(level, ..)| *level == self)
            .map_or(LevelFilter::INFO, |(.., filter)| *filter)
    }
}

/// Logs to stderr. What was logged last is written when the guard is dropped.
pub fn to_stderr(level: LogLevel) -> WorkerGuard {
    start(level, std::io::stderr())
}

/// Logs to files in a folder, a new one each day.
///
/// # Errors
/// When the file cannot be made.
pub fn to_folder(
    level: LogLevel,
    folder: &Path,
) -> Result<WorkerGuard, tracing_appender::rolling::InitError> {
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("omiscope")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)?;
    Ok(start(level, file))
}

fn start(level: LogLevel, target: impl std::io::Write + Send + 'static) -> WorkerGuard {
    let (writer, guard) = tracing_appender::non_blocking(target);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level.filter())
        .with_writer(writer)
        .event_format(Line)
        .finish();
    // A second logger in one process only happens in tests; the first one stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
    guard
}

/// The form of a line.
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let mut message = Message(String::new());
        event.record(&mut message);
        let now = ZonedDateTime::now();
        let level = level_name(*event.metadata().level());
        writeln!(
            writer,
            "{} [{level}] {}",
            now.strftime("%Y-%m-%d %H:%M:%S"),
            escaped(&message.0)
        )
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}

/// The message of an event, then its other fields.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
