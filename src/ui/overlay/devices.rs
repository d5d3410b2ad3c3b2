//! The devices that sound can be played on, to choose one.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{Answer, Overlay, over};
use crate::{
    audio::playback::{self, Device},
    text,
    ui::{
        Context, Library, Scene,
        action::{Action, SoundEffect},
        frame::Hints,
        library::Asked,
        panel::{framed, list},
    },
};

/// Most rows that are seen at once.
const ROWS: usize = 16;

/// Widest that it is, without its frame.
const WIDTH: usize = 70;

/// Columns of a name.
const NAME: usize = 16;

/// The list, or why there is none.
#[derive(Debug, Default)]
pub(in crate::ui) struct Devices {
    /// It may take for ever to list them.
    asked: Option<Asked<Result<Vec<Device>, String>>>,
    found: Option<Result<Vec<Device>, String>>,
    /// 0: the system's own.
    chosen: usize,
}

impl Overlay for Devices {
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>) {
        let context = scene.context;
        let rows = self.rows(scene);
        let first = self.chosen.saturating_sub(ROWS - 1);
        let rows: Vec<_> = rows.into_iter().skip(first).take(ROWS).collect();
        let width = rows.iter().map(Line::width).max().unwrap_or_default();
        let area = over(area, width.clamp(30, WIDTH), rows.len());
        frame.render_widget(Clear, area);
        let about = vec![Span::styled("to play on", context.theme.dim)];
        let block = framed(context, "Devices", about);
        frame.render_widget(Paragraph::new(rows).block(block), area);
    }

    fn act(&mut self, action: Action, _: Rect, _: &Scene<'_>) -> Answer {
        let devices = self.devices();
        if let Some(step) = action.step(ROWS) {
            self.chosen = step.applied(self.chosen, devices.len());
            return Answer::Done(None);
        }
        if action != Action::Open {
            return Answer::Pass;
        }
        let device = self.chosen.checked_sub(1);
        let name = device.map(|device| devices[device].name.clone());
        Answer::Close(Some(SoundEffect::Device(name).into()))
    }

    fn opened_by(&self) -> Action {
        Action::Device
    }

    fn hints(&self) -> Hints {
        vec![
            (Action::Open, "play on it"),
            (Action::Down, "next"),
            (Action::Close, "close"),
        ]
    }

    fn update(&mut self, scene: &Scene<'_>, library: &Library) {
        if self.found.is_none() && self.asked.is_none() {
            self.asked = Some(library.ask_aside(playback::devices));
        }
        let Some(answer) = self.asked.as_ref().and_then(Asked::answer) else {
            return;
        };
        self.asked = None;
        self.found = Some(answer.unwrap_or_else(|error| Err(error.to_string())));
        let wanted = scene.playback.wanted.as_deref();
        let is_wanted = |device: &Device| Some(device.name.as_str()) == wanted;
        let at = self.devices().iter().position(is_wanted);
        self.chosen = at.map_or(0, |at| at + 1);
    }
}

impl Devices {
    /// With devices that are found.
    #[cfg(test)]
    pub(in crate::ui) fn of(found: Option<Result<Vec<Device>, String>>) -> Self {
        Self {
            found,
            ..Self::default()
        }
    }

    fn devices(&self) -> &[Device] {
        match &self.found {
            Some(Ok(devices)) => devices,
            _ => &[],
        }
    }

    fn rows(&self, scene: &Scene<'_>) -> Vec<Line<'static>> {
        let context = scene.context;
        let theme = &context.theme;
        match &self.found {
            None => return vec![Line::styled(" looking for devices", theme.dim)],
            Some(Err(error)) => {
                let error = format!(" {}", text::neutral(text::beginning(error, 200)));
                return vec![Line::styled(error, theme.warn)];
            }
            Some(Ok(_)) => {}
        }
        let mut rows = vec![self.row(0, "the system's own", "", context)];
        for (at, device) in self.devices().iter().enumerate() {
            rows.push(self.row(at + 1, &device.name, &device.about, context));
        }
        rows
    }

    fn row(&self, at: usize, name: &str, about: &str, context: &Context) -> Line<'static> {
        let chosen = at == self.chosen;
        let style = if chosen {
            context.theme.chosen
        } else {
            context.theme.text
        };
        let name = text::neutral(text::beginning(name, 200)).into_owned();
        // Names in a column, as far as they are short.
        let fill = " ".repeat(NAME.saturating_sub(text::width(&name)) + 2);
        let about = text::neutral(text::beginning(about, 200)).into_owned();
        Line::from(vec![
            list::pointer(chosen, context),
            Span::styled(name, style),
            Span::raw(fill),
            Span::styled(about, context.theme.dim),
        ])
    }
}
