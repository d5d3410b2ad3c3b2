//! Loose access to the fields of a JSON object: what is missing or null is simply not there, what has the wrong type is not there and
//! earns a warning. A field may have several names, for the senders spelled it differently over the years.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};

use super::{
    time,
    warnings::{Warnings, quoted},
};

/// Names of one field; the first that is there and not null is taken.
pub(super) type Names = [&'static str];

/// The fields of one JSON object, and where it stands in the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    /// Where it stands; written before a field's name it makes that field's path.
    pub(super) place: Place,
    /// Where oddities are told.
    pub(super) warnings: &'a Warnings,
}

/// Where an object stands: at the top of the body, in a field, or in a list.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    field: &'static str,
    index: Option<usize>,
}

impl<'a> Fields<'a> {
    /// The fields of the body itself.
    pub(super) fn new(map: &'a Map<String, Value>, warnings: &'a Warnings) -> Self {
        let place = Place::default();
        Self {
            map,
            place,
            warnings,
        }
    }

    /// Whether any of the names is there and not null.
    pub(super) fn has(&self, names: &Names) -> bool {
        self.find(names).is_some()
    }

    /// Whether any of the names is a list.
    pub(super) fn has_list(&self, names: &Names) -> bool {
        self.find(names).is_some_and(|(_, value)| value.is_array())
    }

    /// A text that really is one, as sent and without a warning.
    pub(super) fn str(&self, name: &'static str) -> Option<&'a str> {
        self.map.get(name)?.as_str()
    }

    /// A text; a number counts as its digits.
    pub(super) fn text(&self, names: &Names) -> Option<String> {
        self.read(names, "a text", |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// A finite number; one in quotes counts too.
    pub(super) fn number(&self, names: &Names) -> Option<f64> {
        self.read(names, "a number", |value| match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        })
        .filter(|number| !number.is_nan())
        .map(|number| number.clamp(f64::MIN, f64::MAX))
    }

    /// How many, rounded and clamped.
    pub(super) fn count(&self, names: &Names) -> Option<u32> {
        self.number(names).map(|number| number.round() as u32)
    }

    /// A yes or no; no if it is missing.
    pub(super) fn flag(&self, names: &Names) -> bool {
        self.read(names, "true or false", |value| match value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => Some(number.as_f64()? != 0.0),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// A moment, see [`time::moment`].
    pub(super) fn time(&self, names: &Names) -> Option<Timestamp> {
        self.read(names, "a time", time::moment)
    }

    /// A day of the calendar.
    pub(super) fn date(&self, names: &Names) -> Option<Date> {
        self.read(names, "a date", |value| value.as_str()?.trim().parse().ok())
    }

    /// An object inside this one.
    pub(super) fn object(&self, names: &Names) -> Option<Self> {
        let (field, _) = self.find(names)?;
        let map = self.read(names, "an object", Value::as_object)?;
        let place = Place { field, index: None };
        let warnings = self.warnings;
        Some(Self {
            map,
            place,
            warnings,
        })
    }

    /// The objects of a list; other entries are passed over with a warning.
    pub(super) fn objects(&self, names: &Names) -> Vec<Self> {
        self.list(names)
            .map(|(name, list)| objects(list, name, self.warnings))
            .unwrap_or_default()
    }

    /// What a list says, where some senders write an entry as bare text and others as an object. Other entries, and objects that
    /// `object` makes nothing of, are passed over.
    pub(super) fn entries<T>(
        &self,
        names: &Names,
        text: impl Fn(String) -> T,
        object: impl Fn(&Self) -> Option<T>,
    ) -> Vec<T> {
        let Some((name, list)) = self.list(names) else {
            return Vec::new();
        };
        let read = |(index, value): (usize, &'a Value)| match value {
            Value::String(plain) => Some(text(plain.clone())),
            _ => entry(value, name, index, self.warnings).and_then(|fields| object(&fields)),
        };
        list.iter().enumerate().filter_map(read).collect()
    }

    /// How long a list is, without a look into it.
    pub(super) fn list_len(&self, names: &Names) -> usize {
        self.list(names).map_or(0, |(_, list)| list.len())
    }

    /// Tells of fields that no sender we know has.
    pub(super) fn warn_of_unknown(&self, known: &[&str]) {
        const NAMED: usize = 5;
        let mut unknown = self.map.keys().filter(|name| !known.contains(&&***name));
        let named: Vec<_> = unknown
            .by_ref()
            .take(NAMED)
            .map(|name| quoted(name))
            .collect();
        let named = named.join(", ");
        match unknown.count() {
            0 if named.is_empty() => {}
            0 => self
                .warnings
                .add(format_args!("fields unknown to this program: {named}")),
            more => self.warnings.add(format_args!(
                "fields unknown to this program: {named} and {more} more"
            )),
        }
    }

    fn list(&self, names: &Names) -> Option<(&'static str, &'a [Value])> {
        let (name, _) = self.find(names)?;
        let list = self.read(names, "a list", Value::as_array)?;
        Some((name, list))
    }

    fn find(&self, names: &Names) -> Option<(&'static str, &'a Value)> {
        names.iter().find_map(|name| {
            let value = self.map.get(*name)?;
            (!value.is_null()).then_some((*name, value))
        })
    }

    fn read<T>(
        &self,
        names: &Names,
        wanted: &str,
        take: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let (name, value) = self.find(names)?;
        let taken = take(value);
        if taken.is_none() {
            let place = self.place;
            self.warnings.add(format_args!(
                "{place}{name} is {}, not {wanted}; left out",
                Shown(value)
            ));
        }
        taken
    }
}

/// The objects of a list that is called `name`; other entries are passed over with a warning.
pub(super) fn objects<'a>(
    list: &'a [Value],
    name: &'static str,
    warnings: &'a Warnings,
) -> Vec<Fields<'a>> {
    list.iter()
        .enumerate()
        .filter_map(|(index, value)| entry(value, name, index, warnings))
        .collect()
}

fn entry<'a>(
    value: &'a Value,
    field: &'static str,
    index: usize,
    warnings: &'a Warnings,
) -> Option<Fields<'a>> {
    let Value::Object(map) = value else {
        warnings.add(format_args!(
            "{field}[{index}] is {}, not an object; passed over",
            Shown(value)
        ));
        return None;
    };
    let index = Some(index);
    let place = Place { field, index };
    Some(Fields {
        map,
        place,
        warnings,
    })
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}[{index}].", self.field),
            None if self.field.is_empty() => Ok(()),
            None => write!(f, "{}.", self.field),
        }
    }
}

/// A value in a warning: containers by their type, the rest quoted.
struct Shown<'a>(&'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Object(_) => f.write_str("an object"),
            Value::Array(_) => f.write_str("a list"),
            Value::String(text) => f.write_str(&quoted(text)),
            plain => plain.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Reads from an object; gives what was read and the warnings.
    fn read<T>(value: &Value, read: impl FnOnce(&Fields<'_>) -> T) -> (T, Vec<String>) {
        let warnings = Warnings::default();
        let got = read(&Fields::new(value.as_object().unwrap(), &warnings));
        (got, warnings.into_sentences())
    }

    #[test]
    fn null_is_the_same_as_missing_and_lets_the_next_name_speak() {
        let body = json!({"id": null, "ID": "x"});
        let silent = Vec::<String>::new();
        assert_eq!(
            read(&body, |f| f.text(&["id", "ID"])),
            (Some("x".into()), silent.clone())
        );
        assert_eq!(read(&body, |f| f.text(&["id"])), (None, silent));
    }

    #[test]
    fn numbers_and_flags_may_come_in_quotes() {
        let body = json!({"n": " 2.5 ", "inf": "inf", "yes": "True", "one": 1, "big": 1e300});
        assert_eq!(read(&body, |f| f.number(&["n"])).0, Some(2.5));
        assert_eq!(read(&body, |f| f.number(&["inf"])).0, Some(f64::MAX));
        assert_eq!(read(&body, |f| f.count(&["big"])).0, Some(u32::MAX));
        assert!(read(&body, |f| f.flag(&["yes"]) && f.flag(&["one"])).0);
    }

    #[test]
    fn a_wrong_type_is_left_out_and_told() {
        let body = json!({"list": [{"n": "many"}, 7, "plain"]});
        let ((), warnings) = read(&body, |f| {
            for fields in f.objects(&["list"]) {
                assert_eq!(fields.number(&["n"]), None);
            }
            assert_eq!(f.text(&["list"]), None);
        });
        assert_eq!(
            warnings,
            [
                "list[1] is 7, not an object; passed over",
                "list[2] is \"plain\", not an object; passed over",
                "list[0].n is \"many\", not a number; left out",
                "list is a list, not a text; left out",
            ]
        );
    }
}
