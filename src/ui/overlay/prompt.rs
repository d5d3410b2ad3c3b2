//! A question with one line for the answer.

use crossterm::event::KeyEvent;
use ratatui::{Frame, layout::Rect, text::Span, widgets::Clear};

use super::{Answer, Overlay, over};
use crate::{
    event::{Edit, Voice},
    text,
    ui::{
        Scene,
        action::{Action, Errand, Goal, Question, Request},
        field::{Field, Typed},
        frame::Hints,
        panel::framed,
    },
};

/// Columns of the answer.
const WIDTH: usize = 60;

/// A question, and what was answered so far.
#[derive(Debug)]
pub(in crate::ui) struct Prompt {
    question: Question,
    field: Field,
}

impl Prompt {
    /// A question with the present answer.
    pub(in crate::ui) fn new(question: Question, present: &str) -> Self {
        Self {
            question,
            field: Field::new(present),
        }
    }

    fn title(&self) -> (&'static str, String) {
        match &self.question {
            Question::Note(_) => ("Note", "on this line; empty for none".to_owned()),
            Question::Name(_, Voice::Number(number)) => {
                ("Name", format!("of Speaker {number}; empty for none"))
            }
            Question::Name(_, Voice::Person(_)) => {
                ("Name", "of this person; empty for none".to_owned())
            }
            Question::Filter => ("Filter", "words; empty for all lines".to_owned()),
            Question::Find => ("Find", "in this delivery".to_owned()),
            Question::Replay(seq) => ("Replay", format!("#{} to URL; empty: omiscope", seq.0)),
        }
    }

    fn answer(&self) -> Request {
        let said = text::neutral(self.field.value().trim()).into_owned();
        let wanted = |said: String| Some(said).filter(|said| !said.is_empty());
        match &self.question {
            Question::Note(line) => Errand::Edit(Edit::Note(*line, wanted(said))).into(),
            Question::Name(uid, voice) => {
                Errand::Edit(Edit::Name(uid.clone(), voice.clone(), wanted(said))).into()
            }
            Question::Filter => Request::Go(Goal::Lines(said)),
            Question::Find => Request::Go(Goal::Word(said)),
            Question::Replay(seq) => Errand::Replay(*seq, said).into(),
        }
    }
}

impl Overlay for Prompt {
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>) {
        let context = scene.context;
        let area = over(area, WIDTH, 1);
        frame.render_widget(Clear, area);
        let (name, about) = self.title();
        let about = Span::styled(about, context.theme.dim);
        let block = framed(context, name, vec![about]);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        self.field.render(frame, inner, " ", context);
    }

    fn key(&mut self, key: KeyEvent) -> Answer {
        match self.field.key(key) {
            Typed::Pass => Answer::Pass,
            Typed::Same | Typed::Changed => Answer::Done(None),
        }
    }

    fn act(&mut self, action: Action, _: Rect, _: &Scene<'_>) -> Answer {
        match action {
            Action::Open => Answer::Close(Some(self.answer())),
            Action::Close | Action::Quit | Action::Suspend | Action::Repaint => Answer::Pass,
            // Nothing else happens behind a question.
            _ => Answer::Done(None),
        }
    }

    fn opened_by(&self) -> Action {
        match self.question {
            Question::Note(_) => Action::Note,
            Question::Name(..) => Action::Name,
            Question::Filter => Action::Filter,
            Question::Find => Action::Search,
            Question::Replay(_) => Action::Replay,
        }
    }

    fn hints(&self) -> Hints {
        match self.question {
            Question::Note(_) | Question::Name(..) => {
                vec![(Action::Open, "keep"), (Action::Close, "leave as it is")]
            }
            Question::Filter => vec![(Action::Open, "filter"), (Action::Close, "cancel")],
            Question::Find => vec![(Action::Open, "find"), (Action::Close, "cancel")],
            Question::Replay(_) => vec![(Action::Open, "send"), (Action::Close, "cancel")],
        }
    }
}
