//! Day summaries.

mod row;

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::plain::{day, escaped, paragraphs, quoted, row, rows, stamp};
use crate::{
    event::{DaySummary, Highlight},
    store::archive::KeptSummary,
};
pub(crate) use row::Row;
pub(super) use row::jsonl;

/// The lists of a summary that are only words, with their headings.
type List = (&'static str, fn(&DaySummary) -> &[String]);
const LISTS: [List; 4] = [
    ("Questions", |summary| &summary.questions),
    ("Decisions", |summary| &summary.decisions),
    ("Insights", |summary| &summary.insights),
    ("Places", |summary| &summary.places),
];

/// Frontmatter, then all it says.
pub(super) fn markdown(kept: &KeptSummary, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let summary = &*kept.summary;
    writeln!(out, "---\nsummary: {}", kept.seq.0)?;
    writeln!(out, "title: {}", quoted(&headline(kept, zone)))?;
    writeln!(out, "day: {}", day(kept, zone))?;
    writeln!(out, "date: {}", stamp(kept.at(zone), zone))?;
    writeln!(out, "---\n\n# {}\n", escaped(&headline(kept, zone)))?;
    for text in texts(summary) {
        writeln!(out, "{}\n", paragraphs(text))?;
    }
    if !summary.highlights.is_empty() {
        writeln!(out, "## Highlights\n")?;
        for highlight in &summary.highlights {
            writeln!(out, "- {}", escaped(&in_words(highlight)))?;
        }
        writeln!(out)?;
    }
    if !summary.action_items.is_empty() {
        writeln!(out, "## Actions\n")?;
        for item in &summary.action_items {
            let tick = if kept.done(item) { 'x' } else { ' ' };
            writeln!(out, "- [{tick}] {}", escaped(&item.description))?;
        }
        writeln!(out)?;
    }
    for (heading, list) in LISTS {
        if list(summary).is_empty() {
            continue;
        }
        writeln!(out, "## {heading}\n")?;
        for entry in list(summary) {
            writeln!(out, "- {}", escaped(entry))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The same without marks.
pub(super) fn text(kept: &KeptSummary, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let summary = &*kept.summary;
    let day = day(kept, zone);
    writeln!(out, "{} ({day})\n", headline(kept, zone))?;
    for text in texts(summary) {
        for row in rows(text) {
            writeln!(out, "{row}")?;
        }
        writeln!(out)?;
    }
    for highlight in &summary.highlights {
        writeln!(out, "* {}", row(&in_words(highlight)))?;
    }
    for item in &summary.action_items {
        let tick = if kept.done(item) { 'x' } else { ' ' };
        writeln!(out, "[{tick}] {}", row(&item.description))?;
    }
    for (heading, list) in LISTS {
        for entry in list(summary) {
            writeln!(out, "{heading}: {}", row(entry))?;
        }
    }
    writeln!(out)
}

fn headline(kept: &KeptSummary, zone: &TimeZone) -> String {
    let headline = row(&kept.summary.headline);
    if headline.is_empty() {
        format!("Day of {}", day(kept, zone))
    } else {
        headline
    }
}

/// The overview and the text, each only if the other parts do not say it.
fn texts(summary: &DaySummary) -> impl Iterator<Item = &str> {
    let (overview, headline) = (summary.overview.trim(), summary.headline.trim());
    let text = summary.text.trim();
    let text = text.strip_prefix(headline).unwrap_or(text).trim();
    let overview = if text.contains(overview) {
        ""
    } else {
        overview
    };
    [overview, text].into_iter().filter(|text| !text.is_empty())
}

fn in_words(highlight: &Highlight) -> String {
    let parts = [&*highlight.emoji, &*highlight.topic, &*highlight.summary];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
