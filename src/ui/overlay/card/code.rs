//! The URL with its key for a camera; where that cannot be shown, a sentence that says why.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::over;
use crate::{
    text,
    ui::{Context, glyphs::Dots, panel::framed, qr::Code},
};

/// Columns of a sentence.
const SENTENCE: usize = 44;

/// Draws the code of a URL over the middle of a screen: in a frame if there is room for one.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, url: &str, context: &Context) {
    let code = match shown(url, area, context) {
        Ok(code) => code,
        Err(why) => return say(frame, area, &why, context),
    };
    let (Some(paper), (columns, rows)) = (context.theme.paper, code.size()) else {
        return;
    };
    let framed_area = over(area, columns.into(), rows.into());
    let place = if framed_area.width >= columns + 2 && framed_area.height >= rows + 2 {
        frame.render_widget(Clear, framed_area);
        let about = Span::styled("the URL with its key", context.theme.warn);
        let block = framed(context, "QR code", vec![about]);
        let inside = block.inner(framed_area);
        frame.render_widget(block, framed_area);
        inside
    } else {
        let room = Rect {
            height: area.height - u16::from(rows < area.height),
            ..area
        };
        room.centered(columns.into(), rows.into())
    };
    code.draw(frame.buffer_mut(), place, paper);
}

/// The code, or why there is none.
fn shown(url: &str, area: Rect, context: &Context) -> Result<Code, String> {
    if context.theme.paper.is_none() {
        let why =
            "No QR code without colours: cameras need black on white. (NO_COLOR, --theme none)";
        return Err(why.to_owned());
    }
    if context.glyphs.dots == Dots::Ascii {
        return Err("No QR code with --ascii: it is drawn with half blocks.".to_owned());
    }
    let code = Code::of(url).ok_or("The URL is too long for a QR code.")?;
    let (columns, rows) = code.size();
    if columns > area.width || rows > area.height {
        return Err(format!(
            "No room for the QR code: it takes {columns} columns and {rows} rows, here are {} and {}.",
            area.width, area.height
        ));
    }
    Ok(code)
}

fn say(frame: &mut Frame<'_>, area: Rect, why: &str, context: &Context) {
    let width = SENTENCE.min(usize::from(area.width.saturating_sub(2)));
    let rows: Vec<_> = text::wrapped(why, width)
        .into_iter()
        .map(|row| Line::styled(row.to_owned(), context.theme.text))
        .collect();
    let area = over(area, width, rows.len());
    frame.render_widget(Clear, area);
    let block = framed(context, "QR code", Vec::new());
    frame.render_widget(Paragraph::new(rows).block(block), area);
}
