//! What the program says of itself, as entries.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::{Entry, LogFormat};

/// Writes events of this process as lines of the log.
pub(super) struct OwnFormat(pub(super) LogFormat);

impl<S, N> FormatEvent<S, N> for OwnFormat
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
        let entry = Entry {
            at: Timestamp::now(),
            level: event.metadata().level().into(),
            message: parts.message,
            fields: parts.fields,
        };
        writer.write_str(&self.0.line(&entry, &TimeZone::system()))
    }
}

/// The message of an event and its fields.
#[derive(Default)]
struct Parts {
    message: String,
    fields: Map<String, Value>,
}

impl Parts {
    fn add(&mut self, field: &Field, value: Value) {
        match value {
            Value::String(text) if field.name() == "message" => self.message.push_str(&text),
            value => {
                self.fields.insert(field.name().to_owned(), value);
            }
        }
    }
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format!("{value:?}").into());
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
    fn what_others_sent_reaches_no_log_raw() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let log = logged(format, || {
                tracing::info!(from = "\u{1b}[2Jx", count = 3, "hi\n\u{202e}there");
            });
            assert_eq!(log.lines().count(), 1, "{log:?}");
            assert!(!log.contains(['\u{1b}', '\u{202e}']), "{log:?}");
        }
    }

    #[test]
    fn a_number_stays_one() {
        let log = logged(LogFormat::Json, || tracing::info!(count = 3, "hi"));
        let log: Value = serde_json::from_str(&log).unwrap();
        assert_eq!((&log["message"], &log["count"]), (&"hi".into(), &3.into()));
        let log = logged(LogFormat::Text, || tracing::info!(count = 3, "hi"));
        assert!(log.ends_with(" [INFO] hi | count:3\n"), "{log}");
    }

    fn logged(format: LogFormat, work: impl FnOnce()) -> String {
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
            .event_format(OwnFormat(format))
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, work);
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }
}
