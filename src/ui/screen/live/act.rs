//! What actions do to the filter, to what is selected, and to what is pointed at.

use super::{Aim, Live, heard};
use crate::ui::{
    Scene,
    action::{Action, Question, Request, SoundEffect, Step},
    excerpt::Excerpt,
    frame::Body,
    panel::transcript::{
        State,
        selection::{self, Selection},
    },
};

impl Live {
    /// Plays the sound of the line that is pointed at; once more, and what is new is heard again.
    pub(super) fn listen(&mut self, body: Body, scene: &Scene<'_>) -> Request {
        let lines = self.sheet(body, scene).transcript;
        let chosen = self.transcript.cursor(lines);
        let ends = heard(lines, scene).is_some_and(|heard| chosen == Some(heard));
        let passage = self.transcript.passage(lines);
        self.walks = !ends && self.selection.is_none();
        match passage {
            _ if ends => SoundEffect::Live.into(),
            Some(passage) => SoundEffect::Play(passage).into(),
            None => scene.context.nothing_for(Action::Open),
        }
    }

    /// Shows only some lines, or all of them again. What was selected may not be among them.
    pub(super) fn filter(
        &mut self,
        action: Action,
        body: Body,
        scene: &Scene<'_>,
    ) -> Option<Request> {
        match action {
            Action::Filter => {
                let typed = self.sieve.typed().to_owned();
                return Some(Request::Ask(Question::Filter, typed));
            }
            Action::OnlyMarked => self.sieve.toggle_marked(),
            Action::OnlySpeaker => {
                let lines = self.sheet(body, scene).transcript;
                let Some(speaker) = self.transcript.speaker(lines) else {
                    return Some(scene.context.nothing_for(action));
                };
                self.sieve.toggle_speaker(speaker);
            }
            _ => {
                self.selection = None;
                let none = "there is no filter; {filter} makes one";
                let none = || Request::Say(scene.context.prose(none));
                return (!self.sieve.toggle_typed()).then(none);
            }
        }
        self.selection = None;
        None
    }

    /// Selects lines from the one that is pointed at on.
    pub(super) fn select(&mut self, body: Body, scene: &Scene<'_>) -> Option<Request> {
        let sheet = self.sheet(body, scene);
        let Some((place, _, line)) = self.transcript.line(sheet.transcript) else {
            return Some(scene.context.nothing_for(Action::Select));
        };
        let selection = Selection::of(line);
        self.transcript = self.transcript.pointing_at(place, sheet);
        self.selection = Some(selection);
        self.past.stay();
        self.walks = false;
        None
    }

    /// Copies what is selected, or else the line that is pointed at or its conversation.
    pub(super) fn copy(&self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Request> {
        let sheet = self.sheet(body, scene);
        let lines = sheet.transcript;
        if action == Action::Copy && self.selection.is_some() {
            let selected = selection::lines(&self.selected(lines)?, lines);
            return Some(scene.context.copy(Excerpt::Lines(selected)));
        }
        self.transcript.copy(action, sheet)
    }

    /// Points at the next line with a star or a note, or at the one before.
    pub(super) fn point_at_mark(
        &mut self,
        forth: bool,
        body: Body,
        scene: &Scene<'_>,
    ) -> Option<Request> {
        let sheet = self.sheet(body, scene);
        let Some(place) = self.transcript.marked(forth, sheet.transcript) else {
            let way = if forth { "after" } else { "before" };
            return Some(Request::Say(format!("no star or note {way} this line")));
        };
        self.transcript = self.transcript.pointing_at(place, sheet);
        None
    }

    /// Goes to the very first line, or by a step through those that are here.
    pub(super) fn scroll(&mut self, action: Action, body: Body, scene: &Scene<'_>) {
        let sheet = self.sheet(body, scene);
        let Some(step) = action.step(sheet.port.rows) else {
            return;
        };
        let is_elsewhere = || !self.past.has_first(scene.monitor.transcript());
        if step == Step::First && self.reads_on() && is_elsewhere() {
            self.past.go(Aim::First);
            return;
        }
        let mut after = self.transcript.after(step, sheet);
        // What comes while lines are selected is not among them.
        if let (Some(_), State::Follow, Some(last)) =
            (&self.selection, &after, sheet.transcript.last())
        {
            after = after.pointing_at(last, sheet);
        }
        self.transcript = after;
        self.past.stay();
        self.walks = false;
    }
}
