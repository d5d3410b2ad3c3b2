//! Day summaries in their three ages: plain text (2024), the `repr` of a Python dict in the place of the text (November 2025), and with a
//! `summary_json` beside that (May 2026).

use super::fields::Fields;
use crate::event::{DaySummary, Highlight, SummaryAction, SummaryStats};

mod python;

const KNOWN: [&str; 4] = ["summary", "summary_json", "uid", "created_at"];

/// One day's summary.
pub(super) fn summary(fields: &Fields<'_>) -> DaySummary {
    fields.warn_of_unknown(&KNOWN);
    let sent = fields.text(&["summary"]).unwrap_or_default();
    let literal = python::dict(&sent);
    let from_literal = literal
        .as_ref()
        .map(|map| Fields::new(map, fields.warnings));
    let details = fields.object(&["summary_json"]).or(from_literal);
    let mut summary = details.as_ref().map(details_of).unwrap_or_default();
    summary.text = match literal {
        // Nobody wants to read or search a `repr`: what it says in words stands for it.
        Some(_) => in_words(&summary),
        None => sent,
    };
    summary.created_at = fields.time(&["created_at"]).or(summary.created_at);
    summary
}

fn details_of(fields: &Fields<'_>) -> DaySummary {
    DaySummary {
        text: String::new(),
        created_at: fields.time(&["created_at"]),
        date: fields.date(&["date"]),
        headline: fields.text(&["headline"]).unwrap_or_default(),
        overview: fields.text(&["overview"]).unwrap_or_default(),
        emoji: fields.text(&["day_emoji"]).unwrap_or_default(),
        stats: fields.object(&["stats"]).as_ref().map(stats),
        highlights: fields.entries(&["highlights"], highlight_text, |entry| {
            Some(highlight(entry))
        }),
        action_items: fields.entries(&["action_items"], action_text, |entry| Some(action(entry))),
        questions: lines(fields, "unresolved_questions", "question"),
        decisions: lines(fields, "decisions_made", "decision"),
        insights: lines(fields, "knowledge_nuggets", "insight"),
        places: lines(fields, "locations", "name"),
    }
}

fn in_words(summary: &DaySummary) -> String {
    let parts = [&*summary.headline, &*summary.overview];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// The one text that matters in each entry of a list.
fn lines(fields: &Fields<'_>, list: &'static str, field: &'static str) -> Vec<String> {
    fields.entries(&[list], |text| text, |entry| entry.text(&[field]))
}

fn stats(fields: &Fields<'_>) -> SummaryStats {
    SummaryStats {
        conversations: fields.count(&["total_conversations"]).unwrap_or_default(),
        minutes: fields
            .number(&["total_duration_minutes"])
            .unwrap_or_default(),
        action_items: fields.count(&["action_items_count"]).unwrap_or_default(),
    }
}

fn highlight_text(topic: String) -> Highlight {
    Highlight {
        topic,
        ..Highlight::default()
    }
}

fn highlight(fields: &Fields<'_>) -> Highlight {
    Highlight {
        topic: fields.text(&["topic"]).unwrap_or_default(),
        emoji: fields.text(&["emoji"]).unwrap_or_default(),
        summary: fields.text(&["summary"]).unwrap_or_default(),
    }
}

fn action_text(description: String) -> SummaryAction {
    SummaryAction {
        description,
        ..SummaryAction::default()
    }
}

fn action(fields: &Fields<'_>) -> SummaryAction {
    SummaryAction {
        description: fields.text(&["description"]).unwrap_or_default(),
        priority: fields.text(&["priority"]),
        completed: fields.flag(&["completed"]),
    }
}
