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

/// What is said below the code of a URL that no phone reaches.
const LOOPBACK: &str = " only this machine reaches this URL ";

/// Draws the code of a URL over the middle of a screen: in a frame if there is room for one.
pub(super) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    url: &str,
    is_loopback: bool,
    context: &Context,
) {
    let (code, has_frame) = match shown(url, area, is_loopback, context) {
        Ok(shown) => shown,
        Err(why) => return say(frame, area, &why, context),
    };
    let (Some(paper), (columns, rows)) = (context.theme.paper, code.size()) else {
        return;
    };
    let place = if has_frame {
        let area = over(area, columns.into(), rows.into());
        frame.render_widget(Clear, area);
        let about = Span::styled("the URL with its key", context.theme.warn);
        let mut block = framed(context, "QR code", vec![about]);
        if is_loopback {
            block = block.title_bottom(Span::styled(LOOPBACK, context.theme.warn));
        }
        let inside = block.inner(area);
        frame.render_widget(block, area);
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

/// The code and whether it has a frame, or why there is none.
fn shown(
    url: &str,
    area: Rect,
    is_loopback: bool,
    context: &Context,
) -> Result<(Code, bool), String> {
    if context.theme.paper.is_none() {
        let why =
            "No QR code without colours: cameras need black on white. (NO_COLOR, --theme none)";
        return Err(why.to_owned());
    }
    if context.glyphs.dots == Dots::Ascii {
        return Err("No QR code with --ascii: it is drawn with half blocks.".to_owned());
    }
    let code = Code::of(url).ok_or("The URL is too long for a QR code.")?;
    let codes = code.in_quiet_zones();
    // Only in a frame there is room to say that it leads to this machine.
    let has_frame: &[bool] = if is_loopback { &[true] } else { &[true, false] };
    let each = codes
        .iter()
        .flat_map(|code| has_frame.iter().map(move |has_frame| (code, *has_frame)));
    let mut least = (0, 0);
    for (code, has_frame) in each {
        let around = if has_frame { 2 } else { 0 };
        let (columns, rows) = code.size();
        least = (columns + around, rows + around);
        if least.0 <= area.width && least.1 <= area.height {
            return Ok((code.clone(), has_frame));
        }
    }
    Err(format!(
        "No room for the QR code: it takes {} columns and {} rows, here are {} and {}.",
        least.0, least.1, area.width, area.height
    ))
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
