//! What actions do: first comes what is open over the screen, then the screen where it wants to, then what is the same everywhere.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::View;
use crate::{
    audio::playback::Heard,
    monitor::Monitor,
    ui::{
        action::{Action, Effect, Errand, Goal, Question, SoundEffect, TerminalEffect},
        overlay::{
            Answer, Overlay, Shelf,
            card::{Card, Key},
            command::Command,
            devices::Devices,
            export::Export,
            help::Help,
            prompt::Prompt,
        },
        screen,
    },
};

/// Columns by which a key moves the border between two panes.
const SPLIT_STEP: u16 = 2;

impl View {
    /// Does what an action asks for; what is outside the state is given back as an effect.
    pub fn act(
        &mut self,
        action: Action,
        monitor: &Monitor,
        size: (u16, u16),
        now: Timestamp,
    ) -> Option<Effect> {
        let area = Rect::new(0, 0, size.0, size.1);
        let context = self.common.context(now);
        let scene = self.common.scene(self.screens.place(), monitor, &context);
        if let Some(overlay) = &mut self.overlay {
            match overlay.act(action, area, &scene) {
                Answer::Pass => {}
                Answer::Done(effect) => return self.resolved(effect?, monitor, area, now),
                Answer::Close(effect) => {
                    self.close();
                    return self.resolved(effect?, monitor, area, now);
                }
            }
        }
        let shown = self.screens.shown();
        let taken = match action {
            Action::Back | Action::Close => shown.takes_back(),
            Action::Search | Action::NextMatch | Action::PreviousMatch => shown.takes_search(),
            _ => false,
        };
        if taken && self.overlay.is_none() {
            return self.act_on_screen(action, monitor, area, now);
        }
        let from_kept = self.common.playback.heard != Heard::Live;
        if action == Action::Close && self.overlay.is_none() && from_kept {
            return Some(Effect::Sound(SoundEffect::Live));
        }
        self.act_everywhere(action, monitor, area, now)
    }

    /// What an action does whatever the screen; those that mean something else on each are the screen's.
    fn act_everywhere(
        &mut self,
        action: Action,
        monitor: &Monitor,
        area: Rect,
        now: Timestamp,
    ) -> Option<Effect> {
        match action {
            Action::Back if self.overlay.is_none() => return Some(Effect::Quit),
            Action::Back | Action::Close => self.close(),
            Action::Quit => return Some(Effect::Quit),
            Action::Suspend => return Some(Effect::Terminal(TerminalEffect::Suspend)),
            Action::Repaint => return Some(Effect::Terminal(TerminalEffect::Repaint)),
            Action::Mouse => {
                self.mouse.on = !self.mouse.on;
                return Some(Effect::Terminal(TerminalEffect::Mouse(self.mouse.on)));
            }
            Action::Listen
            | Action::Mute
            | Action::Pause
            | Action::Earlier
            | Action::Later
            | Action::Louder
            | Action::Softer => return action.sound().map(Effect::Sound),
            Action::Device => self.toggle(action, |_| Box::<Devices>::default()),
            Action::Wearer => {
                let context = self.common.context(now);
                let scene = self.common.scene(self.screens.place(), monitor, &context);
                if scene.wearer.is_none() && scene.monitor.heard().count() < 2 {
                    self.say("there is no other wearer to listen to".to_owned());
                    return None;
                }
                let wearer = scene.next_wearer();
                self.common.wearer.clone_from(&wearer);
                return Some(Effect::Sound(SoundEffect::Wearer(wearer)));
            }
            Action::Search => {
                self.toggle(action, |shelf| shelf.search.take().unwrap_or_default());
            }
            Action::NextMatch => self.show_match(1, monitor, area, now),
            Action::PreviousMatch => self.show_match(-1, monitor, area, now),
            Action::Export => return self.export(monitor, area, now),
            Action::Help => self.toggle(action, |_| Box::<Help>::default()),
            Action::Command => self.toggle(action, |_| Box::<Command>::default()),
            Action::Card | Action::Reveal if self.common.staged.is_some() => {
                self.toggle(Action::Card, |_| Box::new(Card { key: Key::Unneeded }));
            }
            Action::Card => self.toggle(action, |_| Box::new(Card { key: Key::Masked })),
            Action::Reveal => self.overlay = Some(Box::new(Card { key: Key::Revealed })),
            Action::Screen(key) => self.screens.show(key),
            Action::NextScreen => self.screens.turn(1),
            Action::PreviousScreen => self.screens.turn(-1),
            Action::Freeze => self.common.freeze(monitor, now),
            Action::TimeStyle | Action::Blur | Action::Wrap => self.common.restyle(action),
            Action::Zoom | Action::Narrower | Action::Wider => self.divide(action, area),
            _ => return self.act_on_screen(action, monitor, area, now),
        }
        None
    }

    fn act_on_screen(
        &mut self,
        action: Action,
        monitor: &Monitor,
        area: Rect,
        now: Timestamp,
    ) -> Option<Effect> {
        let context = self.common.context(now);
        let scene = self.common.scene(self.screens.place(), monitor, &context);
        let body = self.places(area).body;
        let Some(effect) = self.screens.shown_mut().act(action, body, &scene) else {
            if action.wants_something() || !screen::means(self.screens.place(), action) {
                let key = context.key(action);
                self.say(format!("nothing here for {key}: {}", action.help()));
            }
            return None;
        };
        self.resolved(effect, monitor, area, now)
    }

    /// Asks what is to be exported, or stops what is under way.
    fn export(&mut self, monitor: &Monitor, area: Rect, now: Timestamp) -> Option<Effect> {
        if self.progress.is_some() {
            return Some(Effect::Export(None));
        }
        let context = self.common.context(now);
        let scene = self.common.scene(self.screens.place(), monitor, &context);
        let offers = self.screens.shown().offers(self.places(area).body, &scene);
        if offers.is_empty() {
            self.say("there is nothing to export here yet".to_owned());
        } else {
            let export = Export::new(offers, &self.shelf, &self.common.session);
            self.toggle(Action::Export, |_| Box::new(export));
        }
        None
    }

    /// Does what the view itself can do; anything else is left for the loop.
    fn resolved(
        &mut self,
        effect: Effect,
        monitor: &Monitor,
        area: Rect,
        now: Timestamp,
    ) -> Option<Effect> {
        match effect {
            Effect::Go(goal) => self.go_to(&goal, monitor, area, now),
            Effect::Say(word) => self.say(word),
            Effect::Do(action) => return self.act(action, monitor, (area.width, area.height), now),
            Effect::Ask(question, present) => {
                let present = match question {
                    Question::Replay(_) => &self.shelf.replayed_to,
                    _ => &present,
                };
                self.overlay = Some(Box::new(Prompt::new(question, present)));
            }
            Effect::Errand(Errand::Replay(seq, to)) => {
                self.shelf.replayed_to.clone_from(&to);
                return Some(Effect::Errand(Errand::Replay(seq, to)));
            }
            effect => return Some(effect),
        }
        None
    }

    /// Gives the panes other room.
    fn divide(&mut self, action: Action, area: Rect) {
        match action {
            Action::Narrower => self.move_splitter(area, |at| at.saturating_sub(SPLIT_STEP)),
            Action::Wider => self.move_splitter(area, |at| at.saturating_add(SPLIT_STEP)),
            // Where there is but one pane, it has all the room.
            _ if !screen::means(self.screens.place(), action) => {}
            _ => {
                let panes = self.screens.panes_mut();
                panes.zoomed = !panes.zoomed;
            }
        }
    }

    /// Moves the border between two panes, if there are two.
    pub(super) fn move_splitter(&mut self, area: Rect, to: impl FnOnce(u16) -> u16) {
        let body = self.places(area).body;
        if let Some(at) = self.screens.shown().splitter(body) {
            let panes = self.screens.panes_mut();
            panes.divide(to(at).saturating_sub(body.area.x), body.area.width);
        }
    }

    fn close(&mut self) {
        if let Some(overlay) = self.overlay.take() {
            overlay.put_away(&mut self.shelf);
        }
    }

    fn go_to(&mut self, goal: &Goal, monitor: &Monitor, area: Rect, now: Timestamp) {
        let context = self.common.context(now);
        let scene = self.common.scene(self.screens.place(), monitor, &context);
        let body = self.places(area).body;
        let found = self.screens.go_to(goal, body, &scene);
        if let (false, Goal::Word(word)) = (found, goal) {
            self.say(format!("'{word}' is not in it"));
        }
    }

    fn show_match(&mut self, by: isize, monitor: &Monitor, area: Rect, now: Timestamp) {
        let goal = self
            .shelf
            .search
            .as_mut()
            .and_then(|search| search.next(by));
        if let Some(goal) = goal {
            self.go_to(&goal, monitor, area, now);
        }
    }

    /// Opens an overlay in place of what is open, or closes it if it is open itself.
    fn toggle(&mut self, by: Action, overlay: impl FnOnce(&mut Shelf) -> Box<dyn Overlay>) {
        let open = self.overlay.as_ref().map(|open| open.opened_by());
        self.close();
        if open != Some(by) {
            self.overlay = Some(overlay(&mut self.shelf));
        }
    }
}
