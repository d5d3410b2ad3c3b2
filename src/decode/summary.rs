//! Day summaries, in their three ages: plain text, a Python `repr`, and JSON beside the text (since May 2026).

use serde_json::Value;

use super::{
    Shape,
    fields::{Fields, Warnings},
};
use crate::event::{DaySummary, Event, Highlight, Kind, SummaryAction, SummaryStats};

pub(super) fn is_summary(fields: Fields<'_>) -> bool {
    fields.get("summary").is_some_and(Value::is_string)
        || fields.object(&["summary_json"]).is_some()
}

pub(super) fn decode(fields: Fields<'_>, warnings: &mut Warnings) -> Shape {
    let mut summary = DaySummary {
        text: fields.text(&["summary"], warnings).unwrap_or_default(),
        created_at: fields.time(&["created_at"], warnings),
        ..DaySummary::default()
    };
    if let Some(json) = fields.object(&["summary_json"]) {
        read_json(json, &mut summary, warnings);
    } else if summary.text.trim_start().starts_with('{') {
        warnings.say("the summary is a Python value, shown as it is");
    }
    Shape {
        kind: Kind::DaySummary,
        event: Some(Event::Summary(Box::new(summary))),
    }
}

fn read_json(fields: Fields<'_>, summary: &mut DaySummary, warnings: &mut Warnings) {
    summary.date = fields
        .filled(&["date"], warnings)
        .and_then(|date| date.parse().ok());
    summary.headline = fields.text(&["headline"], warnings).unwrap_or_default();
    summary.overview = fields.text(&["overview"], warnings).unwrap_or_default();
    summary.emoji = fields.text(&["day_emoji"], warnings).unwrap_or_default();
    summary.stats = fields.object(&["stats"]).map(|stats| SummaryStats {
        conversations: stats
            .count(&["total_conversations"], warnings)
            .unwrap_or_default(),
        minutes: stats
            .number(&["total_duration_minutes"], warnings)
            .unwrap_or_default(),
        action_items: stats
            .count(&["action_items_count"], warnings)
            .unwrap_or_default(),
    });
    summary.highlights = fields
        .objects(&["highlights"], warnings)
        .into_iter()
        .map(|highlight| Highlight {
            topic: highlight.text(&["topic"], warnings).unwrap_or_default(),
            emoji: highlight.text(&["emoji"], warnings).unwrap_or_default(),
            summary: highlight.text(&["summary"], warnings).unwrap_or_default(),
        })
        .collect();
    summary.action_items = fields
        .objects(&["action_items"], warnings)
        .into_iter()
        .map(|item| SummaryAction {
            description: item.text(&["description"], warnings).unwrap_or_default(),
            priority: item.filled(&["priority"], warnings),
            completed: item.flag(&["completed"]),
        })
        .collect();
    let mut texts = |list: &str, member: &str| -> Vec<String> {
        let members = fields.objects(&[list], warnings);
        members
            .into_iter()
            .filter_map(|fields| fields.filled(&[member], warnings))
            .collect()
    };
    summary.questions = texts("unresolved_questions", "question");
    summary.decisions = texts("decisions_made", "decision");
    summary.insights = texts("knowledge_nuggets", "insight");
    summary.places = texts("locations", "name");
}
