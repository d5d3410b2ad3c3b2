use std::fmt::{self, Write as _};

use jiff::{Timestamp, tz::TimeZone};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::LogLevel;
use crate::text;

/// One line of the log, with its newline. The text must be safe to show.
#[must_use]
pub fn line(at: Timestamp, zone: &TimeZone, level: LogLevel, text: &str) -> String {
    let at = at.to_zoned_datetime(zone.clone());
    format!(
        "{} [{}] {text}\n",
        at.strftime("%Y-%m-%d %H:%M:%S"),
        level.name()
    )
}

/// Writes what the program says of itself as lines of the log.
pub(super) struct LineFormat;

impl<S, N> FormatEvent<S, N> for LineFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut parts = Parts::default();
        event.record(&mut parts);
        writer.write_str(&line(
            Timestamp::now(),
            &TimeZone::system(),
            event.metadata().level().into(),
            &parts.joined(),
        ))
    }
}

/// The message of an event and its fields, made safe.
#[derive(Default)]
struct Parts {
    message: String,
    fields: String,
}

impl Parts {
    fn joined(self) -> String {
        self.message + &self.fields
    }

    fn add(&mut self, field: &Field, text: &str) {
        let text = text::escaped(text);
        if field.name() == "message" {
            self.message.push_str(&text);
        } else {
            // Writing to a String does not fail.
            let _ = write!(self.fields, " | {}:{text}", field.name());
        }
    }
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[test]
    fn a_line_has_the_form_of_the_first_omi_webhook_server() {
        let at = "2024-03-20T13:23:06.9Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(
            line(at, &zone, LogLevel::Warning, "ping | uid:- | status:404"),
            "2024-03-20 14:23:06 [WARNING] ping | uid:- | status:404\n"
        );
    }

    #[test]
    fn what_others_sent_reaches_no_log_raw() {
        let log = logged(|| tracing::info!(from = "\u{1b}[2Jx", "hi\n\u{202e}there"));
        let text = log.split_once("] ").unwrap().1;
        assert_eq!(text.lines().count(), 1, "{text:?}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        assert!(text.contains(" | from:"), "{text:?}");
    }

    fn logged(work: impl FnOnce()) -> String {
        #[derive(Clone, Default)]
        struct Sink(Arc<Mutex<Vec<u8>>>);

        impl io::Write for Sink {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(bytes)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = tracing_subscriber::fmt()
            .event_format(LineFormat)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, work);
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }
}
