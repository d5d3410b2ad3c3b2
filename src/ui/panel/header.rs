//! The first row: what this is, whether anything arrives, where to send it, whose it is.

use ratatui::{
    Frame,
    layout::{Alignment, Rect},
    text::{Line, Span},
};

use crate::{
    monitor::Monitor,
    text,
    ui::{Context, app::Session},
};

/// Draws the row, and leaves out what there is no room for.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    monitor: &Monitor,
    session: &Session,
    context: &Context,
) {
    let theme = &context.theme;
    let (on, off) = context.glyphs.dot;
    let mut parts = vec![Span::styled(" omiscope ", theme.title)];
    parts.push(if monitor.receiving(context.now) {
        Span::styled(format!(" {on} receiving "), theme.good)
    } else {
        Span::styled(format!(" {off} listening "), theme.dim)
    });
    let wearer = monitor.uid().map(|uid| {
        format!(
            " wearer {} ",
            shortened(uid.as_str(), context.glyphs.ellipsis)
        )
    });
    let optional = [
        (
            format!(" http://{}/webhook ", session.reachable()),
            theme.text,
        ),
        (wearer.unwrap_or_default(), theme.dim),
    ];
    let screen = " 1 Live ";
    let mut room = usize::from(area.width)
        .saturating_sub(parts.iter().map(Span::width).sum::<usize>() + screen.len());
    for (text, style) in optional {
        if text.len() <= room && !text.is_empty() {
            room -= text.len();
            parts.push(Span::styled(text, style));
        }
    }
    frame.render_widget(Line::from(parts), area);
    if room > 0 {
        // Only the words have the style: that of a line would colour the whole row.
        let tab = Line::from(Span::styled(screen, theme.accent)).alignment(Alignment::Right);
        frame.render_widget(tab, area);
    }
}

/// `Xk3u…ABC`: enough to tell wearers apart, too little to read over a shoulder.
fn shortened(uid: &str, ellipsis: &str) -> String {
    if text::width(uid) <= 10 {
        uid.to_owned()
    } else {
        format!("{}{ellipsis}{}", &uid[..4], &uid[uid.len() - 3..])
    }
}
