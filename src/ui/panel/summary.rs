//! The summary of a day, in full.

use ratatui::text::Line;

use super::{counted, sheet::Sheet};
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
    sheet.put(" ", &summary.headline, theme.title);
    if let Some(stats) = summary.stats {
        let talked = jiff::SignedDuration::try_from_secs_f64(stats.minutes * 60.0);
        let parts = [
            counted(stats.conversations as usize, "conversation"),
            talked.map_or(String::new(), |talked| {
                format!("{} of talk", length(talked))
            }),
            counted(stats.action_items as usize, "action"),
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
        sheet.put(" ", &highlight.topic, theme.text);
        sheet.put("   ", &highlight.summary, theme.dim);
    }
    sheet.heading("Actions", !summary.action_items.is_empty());
    for item in &summary.action_items {
        let (done, open) = context.glyphs.tick;
        let is_done = item.completed || kept.ticked.contains(&item.description);
        let (tick, style) = match is_done {
            true => (done, theme.dim),
            false => (open, theme.text),
        };
        let priority = item.priority.as_ref();
        let priority = priority.map_or(String::new(), |priority| format!(" ({priority})"));
        let what = format!("{}{priority}", item.description);
        sheet.put(&format!(" {tick} "), &what, style);
    }
    for (heading, said) in [
        ("Decisions", &summary.decisions),
        ("Open questions", &summary.questions),
        ("Insights", &summary.insights),
    ] {
        sheet.heading(heading, !said.is_empty());
        for said in said {
            sheet.put(&format!(" {} ", context.glyphs.middle), said, theme.text);
        }
    }
    if !summary.places.is_empty() {
        sheet.heading("Places", true);
        let places: Vec<_> = summary
            .places
            .iter()
            .map(|place| text::beginning(place, 200))
            .collect();
        sheet.put(" ", &places.join(", "), theme.text);
    }
    sheet.into_rows()
}
