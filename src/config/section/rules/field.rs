//! What a field of a rule may be.

use std::{path::Path, time::Duration};

use regex::{Regex, RegexBuilder};
use toml::Value;

use crate::{
    config::value,
    event::Uid,
    event_lines::EventKind,
    rules::{Address, Body, FileName, Headers, Json, Template},
    search::Pattern,
};

/// Longest regular expression, in bytes, and most room that its program may take.
const PATTERN: usize = 1000;
const PATTERN_ROOM: usize = 1 << 20;

/// A message must be longer than this, in characters, to be shown.
const UNHEARD: usize = 5;

pub(super) const NAME: &str =
    "a name of 1 to 64 letters, digits, '-' or '_' that no other rule has";
pub(super) const KINDS: &str =
    "one or some of transcript, final, memory, summary, button, progress, audio, ping, unknown";
const WORDS: &str = "a word or words in a row, or a list of them";
const NAMES: &str = "a name or a list of names";
const UIDS: &str = "a uid or a list of uids, of 1 to 128 letters, digits, '_' or '-'";
const REGEX: &str = "a regular expression of at most 1000 bytes";
const SWITCH: &str = "true or false";
const RUN: &str = "a program and its arguments: [\"program\", \"argument\"]";
const SPAN: &str = "a time above zero such as \"30s\" or \"2min\", at most 24h";
const URL: &str = "a URL that begins with http:// or https:// and has no user before the host";
const HEADERS: &str = "a table of names and texts, none of them a header that omiscope sets itself";
const BODY: &str =
    "a text, or a table that becomes JSON; {text} and the like in it are fields of the event";
const FILE: &str = "the name of a file, written without ~; {date} in it is the day";
const LINE: &str =
    "a text; {text}, {speaker_name}, {date} and the like in it are fields of the event";
const REPLY: &str = "a text of more than 5 characters, for less is not shown; {text} and the like in it are fields of the event";

/// What is wrong with a field.
pub(super) enum Wrong {
    /// It must be this.
    Must(&'static str),
    /// It must be this, and is so secret that it is not shown.
    MustUnshown(&'static str),
    /// Something else, in words.
    Fault(String),
}

impl From<&'static str> for Wrong {
    fn from(allowed: &'static str) -> Self {
        Self::Must(allowed)
    }
}

pub(super) fn name(value: &Value) -> Result<&str, Wrong> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let is_name = |name: &&str| (1..=64).contains(&name.len()) && name.chars().all(is_part);
    Ok(value.as_str().filter(is_name).ok_or(NAME)?)
}

pub(super) fn kinds(value: &Value) -> Result<Vec<EventKind>, Wrong> {
    Ok(each(value, EventKind::named).ok_or(KINDS)?)
}

pub(super) fn words(value: &Value) -> Result<Vec<Pattern>, Wrong> {
    Ok(each(value, |text| Pattern::new(text, false)).ok_or(WORDS)?)
}

/// In lower case.
pub(super) fn speakers(value: &Value) -> Result<Vec<String>, Wrong> {
    Ok(each(value, |name| Some(name.to_lowercase())).ok_or(NAMES)?)
}

pub(super) fn uids(value: &Value) -> Result<Vec<Uid>, Wrong> {
    Ok(each(value, |uid| Uid::parse(uid).ok()).ok_or(UIDS)?)
}

pub(super) fn regex(value: &Value) -> Result<Regex, Wrong> {
    let pattern = value.as_str().filter(|text| text.len() <= PATTERN);
    let pattern = pattern.ok_or(REGEX)?;
    let built = RegexBuilder::new(pattern).size_limit(PATTERN_ROOM).build();
    built.map_err(|error| {
        // What is before its last line draws the expression.
        let told = error.to_string();
        let last = told.lines().last().unwrap_or_default();
        Wrong::Fault(last.trim_start_matches("error: ").to_owned())
    })
}

pub(super) fn switch(value: &Value) -> Result<bool, Wrong> {
    Ok(value.as_bool().ok_or(SWITCH)?)
}

/// A program and its arguments.
pub(super) fn program(value: &Value) -> Result<(String, Vec<String>), Wrong> {
    let words = value.as_array().ok_or(RUN)?.iter();
    let words = words.map(|word| {
        Some(
            word.as_str()
                .filter(|word| !word.contains('\0'))?
                .to_owned(),
        )
    });
    let words: Option<Vec<_>> = words.collect();
    let mut words = words.ok_or(RUN)?.into_iter();
    let program = words.next().filter(|program| !program.is_empty());
    Ok((program.ok_or(RUN)?, words.collect()))
}

pub(super) fn span(value: &Value) -> Result<Duration, Wrong> {
    Ok(value.as_str().and_then(value::span).ok_or(SPAN)?)
}

pub(super) fn address(value: &Value) -> Result<Address, Wrong> {
    let address = value.as_str().and_then(Address::parse);
    address.ok_or(Wrong::MustUnshown(URL))
}

pub(super) fn headers(value: &Value) -> Result<Headers, Wrong> {
    let with =
        |headers: Headers, (name, value): (&String, &Value)| headers.with(name, value.as_str()?);
    let table = value.as_table();
    let headers = table.and_then(|table| table.iter().try_fold(Headers::default(), with));
    headers.ok_or(Wrong::MustUnshown(HEADERS))
}

pub(super) fn body(value: &Value) -> Result<Body, Wrong> {
    let body = match value {
        Value::String(text) => Template::parse(text).map(Body::Text),
        Value::Table(_) => {
            let json = serde_json::to_value(value).ok();
            json.and_then(Json::parse).map(Body::Json)
        }
        _ => None,
    };
    Ok(body.ok_or(BODY)?)
}

/// A file in a folder, or anywhere.
pub(super) fn file(value: &Value, folder: &Path) -> Result<FileName, Wrong> {
    let name = value.as_str();
    Ok(name
        .and_then(|name| FileName::parse(folder, name))
        .ok_or(FILE)?)
}

pub(super) fn line(value: &Value) -> Result<Template, Wrong> {
    Ok(value.as_str().and_then(Template::parse).ok_or(LINE)?)
}

pub(super) fn reply(value: &Value) -> Result<Template, Wrong> {
    let text = value.as_str().unwrap_or_default();
    let is_heard =
        |reply: &Template| reply.has_fields() || text.trim().chars().nth(UNHEARD).is_some();
    Ok(Template::parse(text).filter(is_heard).ok_or(REPLY)?)
}

/// One thing or a list of one or more, each a text of its own meaning.
fn each<T>(value: &Value, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Array(values) if !values.is_empty() => {
            let values = values.iter();
            values.map(|value| parse(value.as_str()?)).collect()
        }
        value => Some(vec![parse(value.as_str()?)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_that_are_told_are_those_there_are() {
        let names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(KINDS, format!("one or some of {}", names.join(", ")));
    }
}
