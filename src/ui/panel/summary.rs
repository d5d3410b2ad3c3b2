//! The summary of a day, in full.

use ratatui::text::Line;

use super::sheet::Sheet;
use crate::{
    store::day::DaySummed,
    text,
    ui::{Context, context::length},
};

/// Its rows, for a width.
pub(in crate::ui) fn rows(kept: &DaySummed, width: usize, context: &Context) -> Vec<Line<'static>> {
    let summary = &*kept.summary;
    let theme = &context.theme;
    let mut sheet = Sheet::new(width, context);
    sheet.say(" ", &summary.headline, theme.title);
    if let Some(stats) = summary.stats {
        let talked = jiff::SignedDuration::try_from_secs_f64(stats.minutes * 60.0);
        let parts = [
            text::counted(stats.conversations as usize, "conversations"),
            talked.map_or(String::new(), |talked| {
                format!("{} of talk", length(talked))
            }),
            text::counted(stats.action_items as usize, "actions"),
        ];
        sheet.put(
            " ",
            &parts.join(&format!(" {} ", context.glyphs.middle)),
            theme.dim,
        );
    }
    // The plain text says all of it again, where there is more.
    let plain = summary.overview.is_empty() && summary.headline.is_empty();
    sheet.part(
        "",
        if plain {
            &summary.text
        } else {
            &summary.overview
        },
    );
    sheet.heading("Highlights", !summary.highlights.is_empty());
    for highlight in &summary.highlights {
        sheet.say(" ", &highlight.topic, theme.text);
        sheet.say("   ", &highlight.summary, theme.dim);
    }
    sheet.heading("Actions", !summary.action_items.is_empty());
    for item in &summary.action_items {
        let (done, open) = context.glyphs.tick;
        let is_done = item.completed || kept.ticked.contains(&item.description);
        let (tick, style) = if is_done {
            (done, theme.dim)
        } else {
            (open, theme.text)
        };
        let priority = item.priority.as_ref();
        let priority = priority.map_or(String::new(), |priority| format!(" ({priority})"));
        let what = format!("{}{priority}", item.description);
        sheet.say(&format!(" {tick} "), &what, style);
    }
    for (heading, said) in [
        ("Decisions", &summary.decisions),
        ("Open questions", &summary.questions),
        ("Insights", &summary.insights),
    ] {
        sheet.heading(heading, !said.is_empty());
        for said in said {
            sheet.say(&format!(" {} ", context.glyphs.middle), said, theme.text);
        }
    }
    if !summary.places.is_empty() {
        sheet.heading("Places", true);
        let places: Vec<_> = summary
            .places
            .iter()
            .map(|place| text::beginning(place, 200))
            .collect();
        sheet.say(" ", &places.join(", "), theme.text);
    }
    sheet.into_rows()
}
