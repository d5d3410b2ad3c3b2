use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use serde_json::{Map, Value};

use super::LogLevel;
use crate::text;

/// One thing that is logged, before it has a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// How grave it is.
    pub level: LogLevel,
    /// What happened. It and the fields may hold anything; they are made safe where a line is made of them.
    pub message: String,
    /// More about it, in order.
    pub fields: Map<String, Value>,
}

/// The form of the log's lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `2024-03-20 14:23:06 [INFO] what happened | name:value`, in local time.
    #[default]
    Text,
    /// An object with `time`, `level`, `message` and the fields.
    Json,
}

impl LogFormat {
    const ALL: [(Self, &'static str); 2] = [(Self::Text, "text"), (Self::Json, "json")];

    /// The form of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, known)| *known == name).map(|(form, _)| *form)
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(form, _)| *form == self)
            .map_or("", |(_, name)| name)
    }

    /// The line of an entry, with its newline. Whatever the entry holds, it is one line, and harmless on a terminal.
    #[must_use]
    pub fn line(self, entry: &Entry, zone: &TimeZone) -> String {
        match self {
            Self::Text => in_words(entry, zone),
            Self::Json => in_json(entry),
        }
    }
}

fn in_words(entry: &Entry, zone: &TimeZone) -> String {
    let at = entry.at.to_zoned_datetime(zone.clone());
    let mut line = format!(
        "{} [{}] {}",
        at.strftime("%Y-%m-%d %H:%M:%S"),
        entry.level.name(),
        text::escaped(&entry.message)
    );
    for (name, value) in &entry.fields {
        let value = match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text::escaped(text).into_owned(),
            other => text::escaped(&other.to_string()).into_owned(),
        };
        line.extend([" | ", name, ":", &value]);
    }
    line.push('\n');
    line
}

fn in_json(entry: &Entry) -> String {
    #[derive(Serialize)]
    struct Row<'a> {
        time: Timestamp,
        level: &'static str,
        message: &'a str,
        #[serde(flatten)]
        fields: &'a Map<String, Value>,
    }
    let row = Row {
        time: entry.at,
        level: entry.level.name(),
        message: &entry.message,
        fields: &entry.fields,
    };
    // Text and JSON values are always JSON.
    text::json_line(&row).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn entry(message: &str, fields: &Value) -> Entry {
        Entry {
            at: "2024-03-20T13:23:06.9Z".parse().unwrap(),
            level: LogLevel::Warning,
            message: message.to_owned(),
            fields: fields.as_object().unwrap().clone(),
        }
    }

    #[test]
    fn a_line_has_the_form_of_the_first_omi_webhook_server() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let entry = entry(
            "ping",
            &json!({"uid": null, "status": 404, "data": {"a": [1]}}),
        );
        assert_eq!(
            LogFormat::Text.line(&entry, &zone),
            "2024-03-20 14:23:06 [WARNING] ping | uid:- | status:404 | data:{\"a\":[1]}\n"
        );
        assert_eq!(
            LogFormat::Json.line(&entry, &zone),
            r#"{"time":"2024-03-20T13:23:06.9Z","level":"WARNING","message":"ping","uid":null,"status":404,"data":{"a":[1]}}"#
                .to_owned() + "\n"
        );
    }

    #[test]
    fn every_name_leads_back_to_its_form() {
        for (form, name) in LogFormat::ALL {
            assert_eq!(
                (form.name(), LogFormat::from_name(name)),
                (name, Some(form))
            );
        }
        assert_eq!(LogFormat::from_name("xml"), None);
    }

    /// Every kind of end of line there is, what moves a terminal, and what turns the direction of writing.
    const HOSTILE: &str = "\r\n\n\u{b}\u{c}\u{85}\u{2028}\u{2029}\0\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}1m\u{202e}\u{2066}\u{feff}\u{7f}\u{fffd}";

    fn is_one_harmless_line(line: &str) -> bool {
        let bad =
            |c: char| c.is_control() || HOSTILE.contains(c) && !"[]20;xJ1m\u{fffd}".contains(c);
        line.strip_suffix('\n')
            .is_some_and(|line| !line.contains(bad))
    }

    #[test]
    fn a_megabyte_of_hostile_text_stays_on_its_line() {
        let text = HOSTILE.repeat((1 << 20) / HOSTILE.len());
        let entry = entry(
            &text,
            &json!({ "data": text, "in": {text.as_str(): [text]} }),
        );
        for form in [LogFormat::Text, LogFormat::Json] {
            let line = form.line(&entry, &TimeZone::UTC);
            assert!(line.len() > 4 << 20);
            assert!(is_one_harmless_line(&line), "{form:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_stays_on_its_line_and_json_says_the_same(
            message in any::<String>(), parts in proptest::collection::vec(prop_oneof![any::<String>(), Just(HOSTILE.to_owned())], 0..4)
        ) {
            let text = parts.concat();
            let entry = entry(&message, &json!({ "data": text, "in": [{text.as_str(): text}] }));
            for form in [LogFormat::Text, LogFormat::Json] {
                let line = form.line(&entry, &TimeZone::UTC);
                prop_assert!(is_one_harmless_line(&line), "{:?}", line);
            }
            let line: Value = serde_json::from_str(&LogFormat::Json.line(&entry, &TimeZone::UTC)).unwrap();
            prop_assert_eq!(&line["message"], &json!(message));
            prop_assert_eq!(&line["data"], &json!(text));
        }
    }
}
