//! `omiscope doctor`: looks for what is wrong, and says what to do about it. Exit code 1 if anything does not work.

use std::io::{self, IsTerminal as _, Write};

use anyhow::bail;
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    advice::Severity,
    config::{Flags, SETTINGS, Setting, Surroundings, Survey},
    doctor::{CHECKS, Finding, Setup},
    text,
};

/// Columns before a sentence.
const INDENT: usize = 8;
/// Columns that lines are wrapped at, at least.
const LEAST: usize = 40;
/// Columns of a value before where it is from, at most; greater ones push that aside.
const VALUES: usize = 16;

pub(super) fn run(flags: &Flags, json: bool) -> anyhow::Result<()> {
    let setup = Setup::of(flags, Surroundings::of_process(), Timestamp::now());
    let sections = CHECKS.iter();
    let sections: Vec<_> = sections
        .map(|check| (check.section, (check.look)(&setup)))
        .collect();
    let mut out = io::stdout().lock();
    if json {
        let report = Report::of(&setup.survey, &sections);
        out.write_all(text::json_line(&report)?.as_bytes())?;
    } else {
        let is_terminal = io::stdout().is_terminal();
        let size = crossterm::terminal::size().ok().filter(|_| is_terminal);
        let style = Style {
            colour: is_terminal && !setup.surroundings.forbids_colour(),
            ascii: setup.survey.config.looks.ascii,
            columns: size.map(|(columns, _)| usize::from(columns).max(LEAST)),
        };
        show(&sections, &setup.survey, style, &mut out)?;
    }
    let failed = |severity: &Option<Severity>| *severity == Some(Severity::Error);
    match severities(&sections).filter(failed).count() {
        0 => Ok(()),
        1 => bail!("one thing does not work"),
        failed => bail!("{failed} things do not work"),
    }
}

type Section = (&'static str, Vec<Finding>);

fn severities(sections: &[Section]) -> impl Iterator<Item = Option<Severity>> {
    let findings = sections.iter().flat_map(|(_, findings)| findings);
    findings.map(Finding::severity)
}

/// What a finding is called, on screen and for programs.
fn verdict(severity: Option<Severity>) -> &'static str {
    match severity {
        None => "ok",
        Some(Severity::Note) => "note",
        Some(Severity::Warning) => "warn",
        Some(Severity::Error) => "fail",
    }
}

/// How lines are drawn.
#[derive(Debug, Clone, Copy)]
struct Style {
    colour: bool,
    ascii: bool,
    /// Of the terminal; None: nothing is wrapped.
    columns: Option<usize>,
}

impl Style {
    fn verdict(self, severity: Option<Severity>) -> String {
        let code = match severity {
            None => "32",
            Some(Severity::Note) => "36",
            Some(Severity::Warning) => "33",
            Some(Severity::Error) => "1;31",
        };
        let name = verdict(severity);
        // The spaces stay outside, so that columns are the same.
        let fill = " ".repeat(INDENT - 2 - name.len());
        format!("{}{fill}", self.marked(code, name))
    }

    fn marked(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// A text that begins in some column, its further rows below that.
    fn hung(self, text: &str, at: usize) -> String {
        let text = text::escaped(text);
        let rows = self.columns.map(|columns| columns.saturating_sub(at));
        let newline = format!("\n{}", " ".repeat(at));
        rows.map_or_else(
            || text.to_string(),
            |columns| text::wrapped(&text, columns).join(&newline),
        )
    }

    fn arrow(self) -> &'static str {
        if self.ascii { "->" } else { "→" }
    }
}

/// Findings stand last, so that they are what is left on the screen.
fn show(
    sections: &[Section],
    survey: &Survey,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    show_settings(survey, style, out)?;
    writeln!(out)?;
    let told = sections.iter().filter(|(_, findings)| !findings.is_empty());
    for (section, findings) in told {
        writeln!(out, "{}", style.marked("1", section))?;
        for finding in findings {
            let verdict = style.verdict(finding.severity());
            writeln!(out, "  {verdict}{}", style.hung(finding.found(), INDENT))?;
            if let Some(remedy) = finding.remedy() {
                let head = format!("{}{} ", " ".repeat(INDENT), style.arrow());
                let remedy = style.hung(remedy, text::width(&head));
                writeln!(out, "{head}{remedy}")?;
            }
        }
    }
    Ok(())
}

fn show_settings(survey: &Survey, style: Style, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", style.marked("1", "every setting"))?;
    let rows: Vec<_> = SETTINGS.iter().map(|of| Row::of(of, survey)).collect();
    let keys = rows.iter().map(|row| row.key.len()).max().unwrap_or(0);
    let values = rows.iter().map(|row| text::width(&row.shown)).max();
    let values = values.unwrap_or(0).min(VALUES);
    for row in &rows {
        let place = text::escaped(row.place.as_deref().unwrap_or("default"));
        let fill = " ".repeat(values.saturating_sub(text::width(&row.shown)));
        writeln!(out, "  {:<keys$}  {}{fill}  {place}", row.key, row.shown)?;
    }
    Ok(())
}

/// What programs read. Names of fields stay.
#[derive(Serialize)]
struct Report<'a> {
    v: u8,
    /// That of the worst finding.
    verdict: &'static str,
    findings: Vec<Told<'a>>,
    settings: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    section: &'static str,
    code: &'static str,
    verdict: &'static str,
    text: &'a str,
    /// Null if there is nothing to do.
    remedy: Option<&'a str>,
}

/// A setting, and where it is from.
#[derive(Serialize)]
struct Row<'a> {
    key: &'static str,
    /// Null: it is secret, or nothing by default.
    value: Option<&'a str>,
    /// `flag`, `environment`, `env-file`, `config-file` or `default`.
    source: &'static str,
    /// Null for a default.
    place: Option<String>,
    /// The value as it stands in its column.
    #[serde(skip)]
    shown: String,
}

impl<'a> Report<'a> {
    fn of(survey: &'a Survey, sections: &'a [Section]) -> Self {
        let findings = sections.iter().flat_map(|(section, findings)| {
            findings.iter().map(|finding| Told {
                section,
                code: finding.code(),
                verdict: verdict(finding.severity()),
                text: finding.found(),
                remedy: finding.remedy(),
            })
        });
        let worst = severities(sections).flatten().min();
        Self {
            v: 1,
            verdict: verdict(worst),
            findings: findings.collect(),
            settings: SETTINGS.iter().map(|of| Row::of(of, survey)).collect(),
        }
    }
}

impl<'a> Row<'a> {
    fn of(setting: &'static Setting, survey: &'a Survey) -> Self {
        let given = survey.given(setting.key);
        let value = match given {
            Some(given) => given.text.as_deref(),
            None => Some(setting.default_text()).filter(|text| !text.is_empty()),
        };
        let shown = match (value, given) {
            (Some(value), _) => text::escaped(value).into_owned(),
            (None, Some(_)) => "(secret)".to_owned(),
            (None, None) => "(none)".to_owned(),
        };
        Self {
            key: setting.key,
            value,
            source: given.map_or("default", |given| given.source.kind()),
            place: given.map(|given| given.place.clone()),
            shown,
        }
    }
}
