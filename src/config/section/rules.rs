//! `[[on]]`: rules of the user's own.

use std::{path::Path, sync::Arc, time::Duration};

use regex::RegexBuilder;
use toml::Value;

use super::super::{Problem, layer::Source, problem::shown, value};
use crate::{
    event::Uid,
    rules::{
        Action, Address, Body, FileName, Happening, Headers, Json, Post, Program, Reply, Rule,
        Template, When,
    },
    search::Pattern,
};

const TABLE: &str = "on";

/// Longest regular expression, in bytes, and most room that its program may take.
const PATTERN: usize = 1000;
const PATTERN_ROOM: usize = 1 << 20;

/// How long a program may run, and what is between two messages, where the rule does not say.
const TIMEOUT: Duration = Duration::from_secs(30);
const EVERY: Duration = Duration::from_mins(1);

const TABLES: &str = "tables [[on]]";
const FIELDS: &str = "one of name, kind, text, regex, speaker, wearer, again, run, timeout, post, headers, body, file, line, notify, star, ring, reply, every";
const NAME: &str = "a name of 1 to 64 letters, digits, '-' or '_' that no other rule has";
const KINDS: &str =
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

/// What a rule must have besides a name.
const DOES: &str = "a rule that does something: run, post, file, notify, star, ring or reply";
const REPLIES: &str =
    "used with kind = \"transcript\" and nothing else, for only its answers are read";
const STARS: &str = "used with kind = \"transcript\" or \"final\": only lines have stars";

/// What is set of a rule.
#[derive(Default)]
struct Draft {
    name: Option<Arc<str>>,
    when: When,
    again: bool,
    run: Option<Vec<String>>,
    timeout: Option<Duration>,
    post: Option<Address>,
    headers: Option<Headers>,
    body: Option<Body>,
    file: Option<FileName>,
    line: Option<Template>,
    notify: Option<Template>,
    star: bool,
    ring: bool,
    reply: Option<Template>,
    every: Option<Duration>,
}

/// What is wrong with a field.
enum Wrong {
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

/// Takes the rules out of the file. What is wrong is added to `problems`.
pub(super) fn take(
    table: &mut toml::Table,
    source: &Source,
    problems: &mut Vec<Problem>,
) -> Vec<Rule> {
    let tables = match table.remove(TABLE) {
        None => return Vec::new(),
        Some(Value::Array(tables)) => tables,
        Some(other) => vec![other],
    };
    let folder = source.folder();
    let mut rules: Vec<Rule> = Vec::new();
    for (at, value) in tables.into_iter().enumerate() {
        let place = format!("{TABLE}[{}]", at + 1);
        let Value::Table(fields) = value else {
            problems.push(Problem::Value {
                place: source.place_of(&format!("{place} = {}", shown(&value.to_string()))),
                allowed: TABLES,
            });
            continue;
        };
        let mut draft = Draft::default();
        let before = problems.len();
        for (field, value) in fields {
            if let Err(wrong) = set(&mut draft, &field, &value, &folder, &rules) {
                let field = field.escape_debug();
                problems.push(problem(wrong, &format!("{place}.{field}"), &value, source));
            }
        }
        if problems.len() > before {
            continue;
        }
        match finished(draft, &folder) {
            Ok(rule) => rules.push(rule),
            Err((field, allowed)) => problems.push(Problem::Value {
                place: source.place_of(&format!("{place}{field}")),
                allowed,
            }),
        }
    }
    rules
}

fn problem(wrong: Wrong, place: &str, value: &Value, source: &Source) -> Problem {
    let with_value = || source.place_of(&format!("{place} = {}", shown_value(value)));
    match wrong {
        Wrong::Must(allowed) => Problem::Value {
            place: with_value(),
            allowed,
        },
        Wrong::MustUnshown(allowed) => Problem::Value {
            place: source.place_of(place),
            allowed,
        },
        Wrong::Fault(fault) => Problem::Rule {
            place: with_value(),
            fault,
        },
    }
}

fn shown_value(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    }
}

/// Sets one field; if it cannot, says why.
fn set(
    draft: &mut Draft,
    field: &str,
    value: &Value,
    folder: &Path,
    others: &[Rule],
) -> Result<(), Wrong> {
    match field {
        "name" => {
            let is_free = |name: &&str| others.iter().all(|rule| *rule.name != **name);
            let name = value.as_str().filter(|name| is_name(name)).filter(is_free);
            draft.name = Some(name.ok_or(NAME)?.into());
        }
        "kind" => draft.when.kinds = each(value, kind).ok_or(KINDS)?,
        "text" => {
            draft.when.words = each(value, |text| Pattern::new(text, false)).ok_or(WORDS)?;
        }
        "regex" => draft.when.regex = Some(regex(value)?),
        "speaker" => {
            let speakers = each(value, |name| Some(name.to_lowercase()));
            draft.when.speakers = speakers.ok_or(NAMES)?;
        }
        "wearer" => {
            draft.when.wearers = each(value, |uid| Uid::parse(uid).ok()).ok_or(UIDS)?;
        }
        "again" => draft.again = value.as_bool().ok_or(SWITCH)?,
        "run" => {
            let words = value.as_array().ok_or(RUN)?.iter();
            let words = words.map(|word| word.as_str().map(str::to_owned));
            let words: Option<Vec<_>> = words.collect();
            let is_run = |words: &Vec<String>| {
                words.first().is_some_and(|program| !program.is_empty())
                    && !words.iter().any(|word| word.contains('\0'))
            };
            draft.run = Some(words.filter(is_run).ok_or(RUN)?);
        }
        "timeout" => draft.timeout = Some(span(value)?),
        "post" => {
            let url = value.as_str().and_then(Address::parse);
            draft.post = Some(url.ok_or(Wrong::MustUnshown(URL))?);
        }
        "headers" => draft.headers = Some(headers(value).ok_or(Wrong::MustUnshown(HEADERS))?),
        "body" => draft.body = Some(body(value).ok_or(BODY)?),
        "file" => {
            let name = value.as_str();
            let name = name.and_then(|name| FileName::parse(folder, name));
            draft.file = Some(name.ok_or(FILE)?);
        }
        "line" => draft.line = Some(template(value).ok_or(LINE)?),
        "notify" => draft.notify = Some(template(value).ok_or(LINE)?),
        "star" => draft.star = value.as_bool().ok_or(SWITCH)?,
        "ring" => draft.ring = value.as_bool().ok_or(SWITCH)?,
        "reply" => {
            let reply = template(value).filter(|reply| {
                let text = value.as_str().unwrap_or_default();
                reply.has_fields() || text.trim().chars().count() > 5
            });
            draft.reply = Some(reply.ok_or(REPLY)?);
        }
        "every" => draft.every = Some(span(value)?),
        _ => return Err(FIELDS.into()),
    }
    Ok(())
}

/// The rule, or what is missing: the field where it should be, and what is allowed there.
fn finished(draft: Draft, folder: &Path) -> Result<Rule, (&'static str, &'static str)> {
    let name = draft.name.ok_or((".name", NAME))?;
    let kinds = &draft.when.kinds;
    if kinds.is_empty() {
        return Err((".kind", KINDS));
    }
    if draft.reply.is_some() && *kinds != ["transcript"] {
        return Err((".reply", REPLIES));
    }
    if draft.star
        && !kinds
            .iter()
            .all(|kind| ["transcript", "final"].contains(kind))
    {
        return Err((".star", STARS));
    }
    let lonely = [
        (
            ".timeout",
            draft.timeout.is_some() && draft.run.is_none(),
            "used with run",
        ),
        (
            ".headers",
            draft.headers.is_some() && draft.post.is_none(),
            "used with post",
        ),
        (
            ".body",
            draft.body.is_some() && draft.post.is_none(),
            "used with post",
        ),
        (
            ".line",
            draft.line.is_some() && draft.file.is_none(),
            "used with file",
        ),
        (
            ".every",
            draft.every.is_some() && draft.reply.is_none(),
            "used with reply",
        ),
    ];
    if let Some((field, _, allowed)) = lonely.into_iter().find(|(_, is_so, _)| *is_so) {
        return Err((field, allowed));
    }
    let run = draft.run.map(|words| {
        let mut words = words.into_iter();
        Action::Run(Program {
            path: words.next().unwrap_or_default().into(),
            arguments: words.collect(),
            folder: folder.to_owned(),
            timeout: draft.timeout.unwrap_or(TIMEOUT),
        })
    });
    let post = draft.post.map(|address| {
        Action::Post(Post {
            address,
            headers: draft.headers.unwrap_or_default(),
            body: draft.body,
        })
    });
    let line = draft.line;
    let actions = [
        run,
        post,
        draft.file.map(|file| Action::File(file, line)),
        draft.notify.map(Action::Notify),
        draft.star.then_some(Action::Star),
        draft.ring.then_some(Action::Ring),
    ];
    let every = draft.every.unwrap_or(EVERY);
    let rule = Rule {
        name,
        when: draft.when,
        again: draft.again,
        actions: actions.into_iter().flatten().collect(),
        reply: draft.reply.map(|text| Reply { text, every }),
    };
    if rule.actions.is_empty() && rule.reply.is_none() {
        return Err(("", DOES));
    }
    Ok(rule)
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

fn kind(name: &str) -> Option<&'static str> {
    Happening::KINDS.into_iter().find(|kind| *kind == name)
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    (1..=64).contains(&name.len()) && name.chars().all(is_part)
}

fn regex(value: &Value) -> Result<regex::Regex, Wrong> {
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

fn span(value: &Value) -> Result<Duration, Wrong> {
    let span = value.as_str().and_then(value::span);
    span.ok_or(SPAN.into())
}

fn template(value: &Value) -> Option<Template> {
    Template::parse(value.as_str()?)
}

fn headers(value: &Value) -> Option<Headers> {
    let mut pairs = value.as_table()?.iter();
    pairs.try_fold(Headers::default(), |headers, (name, value)| {
        headers.with(name, value.as_str()?)
    })
}

fn body(value: &Value) -> Option<Body> {
    match value {
        Value::String(text) => Some(Body::Text(Template::parse(text)?)),
        Value::Table(_) => {
            let json = serde_json::to_value(value).ok()?;
            Some(Body::Json(Json::parse(json)?))
        }
        _ => None,
    }
}
