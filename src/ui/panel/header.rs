//! The first row: what this is, whether anything arrives, where to send it, whose it is.

use ratatui::{
    Frame,
    layout::{Alignment, Rect},
    text::{Line, Span},
};

use crate::{
    text,
    ui::{Scene, Staged, frame::Tab},
};

/// Draws the row, and leaves out what there is no room for.
pub(in crate::ui) fn render(frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>, tabs: &[Tab]) {
    let (monitor, context) = (scene.monitor, scene.context);
    let theme = &context.theme;
    let mut parts = status(scene);
    let url = match scene.staged {
        Some(_) => String::new(),
        None => format!(" {} ", scene.url()),
    };
    let wearer = monitor.uid().map(|uid| {
        format!(
            " wearer {} ",
            shortened(uid.as_str(), context.glyphs.ellipsis)
        )
    });
    let optional = [(url, theme.text), (wearer.unwrap_or_default(), theme.dim)];
    let left = usize::from(area.width).saturating_sub(parts.iter().map(Span::width).sum());
    let tabs = fitting(tabs, left);
    let labels: usize = tabs.iter().map(|tab| tab.label.len() + 1).sum();
    let mut room = left.saturating_sub(labels + 1);
    for (text, style) in optional {
        if text.len() <= room && !text.is_empty() {
            room -= text.len();
            parts.push(Span::styled(text, style));
        }
    }
    frame.render_widget(Line::from(parts), area);
    if labels < left {
        // Only the words have the style: that of a line would colour the whole row.
        let mut row = vec![Span::raw(" ")];
        for tab in tabs {
            let style = if tab.shown { theme.accent } else { theme.dim };
            row.extend([Span::styled(tab.label, style), Span::raw(" ")]);
        }
        frame.render_widget(Line::from(row).alignment(Alignment::Right), area);
    }
}

/// The key of the screen whose tab is at a column.
pub(in crate::ui) fn tab_at(
    area: Rect,
    column: u16,
    scene: &Scene<'_>,
    tabs: &[Tab],
) -> Option<char> {
    let used: usize = status(scene).iter().map(Span::width).sum();
    let tabs = fitting(tabs, usize::from(area.width).saturating_sub(used));
    let labels: usize = tabs.iter().map(|tab| tab.label.len() + 1).sum();
    let mut from = usize::from(area.right()).checked_sub(labels)?;
    tabs.iter().find_map(|tab| {
        let cells = from..from + tab.label.len();
        from = cells.end + 1;
        cells.contains(&column.into()).then_some(tab.key)
    })
}

/// What this is, and whether anything arrives.
fn status(scene: &Scene<'_>) -> Vec<Span<'static>> {
    let (monitor, context) = (scene.monitor, scene.context);
    let theme = &context.theme;
    let (on, off) = context.glyphs.dot;
    let mut parts = vec![Span::styled(" omiscope ", theme.title)];
    let staged = scene.staged.map(Staged::name);
    parts.push(if monitor.receiving(context.now) {
        let what = staged.unwrap_or("receiving");
        Span::styled(format!(" {on} {what} "), theme.good)
    } else {
        let what = staged.unwrap_or("listening");
        Span::styled(format!(" {off} {what} "), theme.dim)
    });
    if context.blur {
        parts.push(Span::styled(" private ", theme.warn));
    }
    parts
}

/// All tabs, or where they take too much only the one that is shown.
fn fitting(tabs: &[Tab], room: usize) -> Vec<Tab> {
    let all: usize = tabs.iter().map(|tab| tab.label.len() + 1).sum();
    tabs.iter()
        .filter(|tab| tab.shown || all < room)
        .cloned()
        .collect()
}

/// `Xk3u…ABC`: enough to tell wearers apart, too little to read over a shoulder.
pub(super) fn shortened(uid: &str, ellipsis: &str) -> String {
    if text::width(uid) <= 10 {
        uid.to_owned()
    } else {
        format!("{}{ellipsis}{}", &uid[..4], &uid[uid.len() - 3..])
    }
}
