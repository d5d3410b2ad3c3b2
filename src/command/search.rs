//! `omiscope search`: finds what was said, also while omiscope runs.

use std::io::{self, BufWriter, IsTerminal as _, Write};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::UsageError;
use crate::{
    cli::Search,
    config::{Config, Flags},
    search::{Found, Hit, Neighbour, Query, QueryError, snippet},
    store::archive::Archive,
    text::{self, json_line},
    ui::theme::ThemeChoice,
};

/// Bytes of a text that are shown on its row.
const SHOWN: usize = 240;
/// Bytes of a line beside it.
const BESIDE: usize = 100;

pub(super) fn run(flags: &Flags, options: &Search) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let zone = TimeZone::system();
    // Whatever follows the first word is taken for the query, since `-word` is a part of its language.
    if let Some(flag) = options.query.iter().find(|part| part.starts_with("--")) {
        return Err(UsageError::new(format!(
            "{} must stand before the query",
            text::escaped(flag)
        ))
        .into());
    }
    let asked = options.query.join(" ");
    let query = Query::parse(&asked, Timestamp::now(), &zone)
        .map_err(|error| UsageError::new(pointed(&asked, &error)))?;
    if query.is_empty() {
        return Err(UsageError::new("there is no word in the query; see README.md, Search").into());
    }
    let found =
        Archive::open(&config.storage.data_dir)?.search(&query, options.order, options.limit)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if options.json {
        for hit in &found.hits {
            out.write_all(json_line(&Row::of(hit))?.as_bytes())?;
        }
    } else {
        let colour = io::stdout().is_terminal() && config.looks.theme != ThemeChoice::None;
        show(&found, &zone, Style { colour }, &mut out)?;
    }
    out.flush()?;
    if !options.json {
        super::tell(format_args!("{}", count(&found)));
    }
    Ok(())
}

/// The query with a mark under what is wrong in it.
fn pointed(query: &str, error: &QueryError) -> String {
    let width = |part: &str| text::width(&text::neutral(part));
    let start = query.get(..error.range.start).unwrap_or_default();
    let end = error.range.end.min(query.len());
    let part = query.get(error.range.start..end).unwrap_or_default();
    format!(
        "{}\n  {}\n  {}{}",
        error.reason,
        text::neutral(query),
        " ".repeat(width(start)),
        "^".repeat(width(part).max(1))
    )
}

fn count(found: &Found) -> String {
    match (found.hits.len(), found.more) {
        (0, _) => "nothing found".to_owned(),
        (count, false) => format!("{count} found"),
        (count, true) => format!("the first {count}; more with --limit"),
    }
}

/// How words are marked on a terminal.
#[derive(Debug, Clone, Copy)]
struct Style {
    colour: bool,
}

impl Style {
    fn found(self, text: &str) -> String {
        self.marked("1;4", text)
    }

    fn dim(self, text: &str) -> String {
        self.marked("2", text)
    }

    fn marked(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn show(found: &Found, zone: &TimeZone, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut last = None;
    for (at, hit) in found.hits.iter().enumerate() {
        let heading = heading(hit, zone);
        if last.as_ref() != Some(&heading) {
            let gap = if last.is_some() { "\n" } else { "" };
            writeln!(out, "{gap}{}", style.dim(&heading))?;
        }
        last = Some(heading);
        // A neighbour that was found too has a row of its own.
        let found_too = |line: &&Neighbour, place: Option<usize>| {
            let other = place.and_then(|place| found.hits.get(place));
            other.is_some_and(|other| {
                other.conversation == hit.conversation && other.text == line.text
            })
        };
        if let Some(before) = hit
            .before
            .as_ref()
            .filter(|line| !found_too(line, at.checked_add(1)))
        {
            writeln!(out, "{}", style.dim(&beside(before)))?;
        }
        let clock = zone.to_datetime(hit.at).strftime("%H:%M:%S");
        let star = if hit.starred { "★ " } else { "" };
        let pieces = snippet(&hit.text.replace('\n', " · "), &spread(hit), SHOWN).pieces;
        let words: String = pieces
            .iter()
            .map(|(piece, found)| {
                if *found {
                    style.found(piece)
                } else {
                    piece.clone()
                }
            })
            .collect();
        writeln!(out, "  {clock}  {star}{}{words}", who(hit))?;
        if let Some(after) = hit
            .after
            .as_ref()
            .filter(|line| !found_too(line, at.checked_sub(1)))
        {
            writeln!(out, "{}", style.dim(&beside(after)))?;
        }
    }
    Ok(())
}

/// The matches, once each new line has become three characters more.
fn spread(hit: &Hit) -> Vec<std::ops::Range<usize>> {
    let added = " · ".len() - 1;
    let moved = |at: usize| {
        let lines = hit
            .text
            .get(..at)
            .map_or(0, |text| text.matches('\n').count());
        at + lines * added
    };
    let matches = hit.matches.iter();
    matches
        .map(|range| moved(range.start)..moved(range.end))
        .collect()
}

/// `2026-11-20 · Plan the trip`.
fn heading(hit: &Hit, zone: &TimeZone) -> String {
    let day = zone.to_datetime(hit.at).strftime("%Y-%m-%d");
    let conversation = hit
        .conversation
        .map(|id| format!(" (conversation {})", id.0));
    let title = hit
        .title
        .as_deref()
        .map(|title| format!(" · {}", text::neutral(title).trim()));
    format!(
        "{day}{}{}",
        title.unwrap_or_default(),
        conversation.unwrap_or_default()
    )
}

fn who(hit: &Hit) -> String {
    match &hit.speaker {
        Some(speaker) if hit.subject == crate::search::Subject::Note => {
            format!("[note on {}] ", text::neutral(speaker).trim())
        }
        Some(speaker) => format!("{}: ", text::neutral(speaker).trim()),
        None => format!("[{}] ", hit.subject.name()),
    }
}

fn beside(line: &Neighbour) -> String {
    let words = snippet(&line.text, &[], BESIDE).pieces;
    let words: String = words.into_iter().map(|(piece, _)| piece).collect();
    format!(
        "            {}: {words}",
        text::neutral(&line.speaker).trim()
    )
}

/// A hit as JSON. The names of its fields are stable.
#[derive(Serialize)]
struct Row<'a> {
    kind: &'static str,
    /// RFC 3339 in UTC.
    at: String,
    uid: &'a str,
    conversation: Option<i64>,
    line: Option<i64>,
    memory: Option<i64>,
    title: Option<&'a str>,
    speaker_name: Option<&'a str>,
    starred: bool,
    text: &'a str,
    /// Where the words stand in the text: first character and the one after the last, counted from 0.
    matches: Vec<[usize; 2]>,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(hit: &'a Hit) -> Self {
        let characters = |at: usize| hit.text.get(..at).map_or(0, |text| text.chars().count());
        Self {
            kind: hit.subject.name(),
            at: hit.at.to_string(),
            uid: hit.uid.as_str(),
            conversation: hit.conversation.map(|id| id.0),
            line: hit.line.map(|id| id.0),
            memory: hit.memory.map(|id| id.0),
            title: hit.title.as_deref(),
            speaker_name: hit.speaker.as_deref(),
            starred: hit.starred,
            text: &hit.text,
            matches: hit
                .matches
                .iter()
                .map(|range| [characters(range.start), characters(range.end)])
                .collect(),
            before: hit.before.as_ref().map(|line| line.text.as_str()),
            after: hit.after.as_ref().map(|line| line.text.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_query_is_pointed_at() {
        let query = "日本 colour:red x";
        let error = Query::parse(query, Timestamp::UNIX_EPOCH, &TimeZone::UTC).unwrap_err();
        let told = pointed(query, &error);
        let mut lines = told.lines().skip(1);
        assert_eq!(lines.next(), Some("  日本 colour:red x"));
        assert_eq!(lines.next(), Some("       ^^^^^^^^^^"));
    }
}
