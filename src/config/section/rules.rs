//! `[[on]]`: rules of the user's own.

mod field;

use std::{path::Path, sync::Arc, time::Duration};

use toml::Value;

use self::field::Wrong;
use super::super::{Problem, layer::Source, problem::shown};
use crate::{
    event_lines::EventKind,
    rules::{Action, Address, Body, FileName, Headers, Post, Program, Reply, Rule, Template, When},
};

const TABLE: &str = "on";

/// How long a program may run, and what is between two messages, where the rule does not say.
const TIMEOUT: Duration = Duration::from_secs(30);
const EVERY: Duration = Duration::from_mins(1);

const TABLES: &str = "tables [[on]]";
const FIELDS: &str = "one of name, kind, text, regex, speaker, wearer, again, run, timeout, post, headers, body, file, line, notify, star, ring, reply, every";
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
    run: Option<(String, Vec<String>)>,
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
            let name = field::name(value)?;
            if others.iter().any(|rule| *rule.name == *name) {
                return Err(field::NAME.into());
            }
            draft.name = Some(name.into());
        }
        "kind" => draft.when.kinds = field::kinds(value)?,
        "text" => draft.when.words = field::words(value)?,
        "regex" => draft.when.regex = Some(field::regex(value)?),
        "speaker" => draft.when.speakers = field::speakers(value)?,
        "wearer" => draft.when.wearers = field::uids(value)?,
        "again" => draft.again = field::switch(value)?,
        "run" => draft.run = Some(field::program(value)?),
        "timeout" => draft.timeout = Some(field::span(value)?),
        "post" => draft.post = Some(field::address(value)?),
        "headers" => draft.headers = Some(field::headers(value)?),
        "body" => draft.body = Some(field::body(value)?),
        "file" => draft.file = Some(field::file(value, folder)?),
        "line" => draft.line = Some(field::line(value)?),
        "notify" => draft.notify = Some(field::line(value)?),
        "star" => draft.star = field::switch(value)?,
        "ring" => draft.ring = field::switch(value)?,
        "reply" => draft.reply = Some(field::reply(value)?),
        "every" => draft.every = Some(field::span(value)?),
        _ => return Err(FIELDS.into()),
    }
    Ok(())
}

/// The rule, or what is missing: the field where it should be, and what is allowed there.
fn finished(draft: Draft, folder: &Path) -> Result<Rule, (&'static str, &'static str)> {
    let name = draft.name.ok_or((".name", field::NAME))?;
    let kinds = &draft.when.kinds;
    if kinds.is_empty() {
        return Err((".kind", field::KINDS));
    }
    if draft.reply.is_some() && *kinds != [EventKind::Transcript] {
        return Err((".reply", REPLIES));
    }
    if draft.star && !kinds.iter().all(|kind| kind.is_line()) {
        return Err((".star", STARS));
    }
    let needs = |is_set: bool, has_other: bool| is_set && !has_other;
    let (run, post) = (draft.run.is_some(), draft.post.is_some());
    let lonely = [
        (
            ".timeout",
            needs(draft.timeout.is_some(), run),
            "used with run",
        ),
        (
            ".headers",
            needs(draft.headers.is_some(), post),
            "used with post",
        ),
        (".body", needs(draft.body.is_some(), post), "used with post"),
        (
            ".line",
            needs(draft.line.is_some(), draft.file.is_some()),
            "used with file",
        ),
        (
            ".every",
            needs(draft.every.is_some(), draft.reply.is_some()),
            "used with reply",
        ),
    ];
    if let Some((field, _, allowed)) = lonely.into_iter().find(|(_, is_so, _)| *is_so) {
        return Err((field, allowed));
    }
    let run = draft.run.map(|(program, arguments)| {
        Action::Run(Program {
            path: program.into(),
            arguments,
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
