//! The spectrum of a moment: how loud each frequency is.

use ratatui::{Frame, layout::Rect};

use super::{
    axis::{self, Plot},
    dots::{self, Span},
};
use crate::{audio::spectrum::Spectrum, ui::Context};

/// The foot of the plot, in dBFS: the noise of 16 bits is about there.
const FLOOR: f32 = -100.0;

/// Columns of the labels of levels.
const LABELS: u16 = 7;

/// Draws a filled curve, the lowest frequency at the left.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    spectrum: Option<&Spectrum>,
    context: &Context,
) {
    let Some(spectrum) = spectrum else {
        return axis::nothing(frame, area, context);
    };
    let plot = Plot::new(area, LABELS);
    let dots = context.glyphs.dots;
    let (columns, rows) = dots.of(plot.area);
    let bands = spectrum.bands(columns);
    let spans: Vec<Span> = bands.iter().map(|level| span(*level, rows)).collect();
    dots::draw(frame, plot.area, &spans, dots, context.theme.accent);
    plot.label_across(frame, axis::frequencies(spectrum.scale()), context);
    let step = axis::step([10.0, 20.0, 50.0], -FLOOR, plot.area.height / 2);
    let levels = (0..)
        .map(|index| index as f32 * step)
        .take_while(|below| *below <= -FLOOR)
        .map(|below| {
            let unit = if below > 0.0 { "" } else { " dBFS" };
            (1.0 + below / FLOOR, format!("{:.0}{unit}", 0.0 - below))
        });
    plot.label_upwards(frame, levels, context);
}

/// The dots from a level down to the foot; None below it.
fn span(level: f32, rows: usize) -> Span {
    let height = ((1.0 - level / FLOOR) * rows as f32).round() as usize;
    (height > 0).then(|| rows.saturating_sub(height)..=rows.saturating_sub(1))
}
