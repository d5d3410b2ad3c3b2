//! What is posted instead of the event, for a service that wants another form.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::rules::{RuleEvent, Template};

/// What is posted.
#[derive(Debug, Clone)]
pub enum Body {
    /// A text.
    Text(Template),
    /// JSON, each text in it with places for fields of the event.
    Json(Json),
}

/// A value of JSON whose texts are templates.
#[derive(Debug, Clone)]
pub enum Json {
    /// A text.
    Text(Template),
    /// A number, true, false or null.
    Plain(Value),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Body {
    /// Its media type.
    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Text(_) => "text/plain; charset=utf-8",
        }
    }

    /// The body for an event.
    pub(super) fn fill(&self, event: &RuleEvent, zone: &TimeZone) -> String {
        match self {
            Self::Text(text) => text.fill(event, zone),
            Self::Json(json) => json.fill(event, zone).to_string(),
        }
    }
}

impl Json {
    /// The templates in a value; None if one of its texts is none.
    #[must_use]
    pub fn parse(value: Value) -> Option<Self> {
        Some(match value {
            Value::String(text) => Self::Text(Template::parse(&text)?),
            Value::Array(values) => {
                let values = values.into_iter().map(Self::parse);
                Self::List(values.collect::<Option<_>>()?)
            }
            Value::Object(fields) => {
                let fields = fields.into_iter();
                let fields = fields.map(|(name, value)| Some((name, Self::parse(value)?)));
                Self::Object(fields.collect::<Option<_>>()?)
            }
            plain => Self::Plain(plain),
        })
    }

    fn fill(&self, event: &RuleEvent, zone: &TimeZone) -> Value {
        match self {
            Self::Text(text) => Value::String(text.fill(event, zone)),
            Self::Plain(value) => value.clone(),
            Self::List(values) => {
                let values = values.iter().map(|value| value.fill(event, zone));
                Value::Array(values.collect())
            }
            Self::Object(fields) => {
                let fields = fields.iter();
                let fields = fields.map(|(name, value)| (name.clone(), value.fill(event, zone)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_said_stays_within_its_text() {
        let said = json!({"event": "transcript", "text": "\"}, {\"a\": \"\u{1b}[2J", "id": 7});
        let event = RuleEvent::of_line(&said.to_string()).unwrap();
        let body = |value| {
            let body = Body::Json(Json::parse(value).unwrap());
            let filled = body.fill(&event, &TimeZone::UTC);
            serde_json::from_str::<Value>(&filled).unwrap()
        };
        let filled = body(json!({"content": "{text}", "embeds": [{"n": 1, "id": "#{id}"}, null]}));
        assert_eq!(
            filled,
            json!({"content": "\"}, {\"a\": \"", "embeds": [{"n": 1, "id": "#7"}, null]})
        );
        assert!(Json::parse(json!({"a": ["{"]})).is_none());
    }
}
