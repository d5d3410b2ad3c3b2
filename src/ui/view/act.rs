//! What actions do: first comes what is open over the screen, then the screen where it wants to, then what is the same everywhere.

use ratatui::layout::Rect;

use super::{Moment, View};
use crate::{
    audio::playback::{Heard, State},
    ui::{
        action::{Action, Effect, Errand, Goal, Question, Request, SoundEffect, TerminalEffect},
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
    pub fn act(&mut self, action: Action, moment: Moment<'_>) -> Option<Effect> {
        self.common.be_at(moment.now);
        let scene = self.common.scene(self.screens.place(), moment.monitor);
        if let Some(overlay) = &mut self.overlay {
            match overlay.act(action, moment.area, &scene) {
                Answer::Pass => {}
                Answer::Done(request) => return self.resolved(request?, moment),
                Answer::Close(request) => {
                    self.close();
                    return self.resolved(request?, moment);
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
            return self.act_on_screen(action, moment);
        }
        let from_kept = self.common.playback.heard != Heard::Live;
        if action == Action::Close && self.overlay.is_none() && from_kept {
            return Some(Effect::Sound(SoundEffect::Live));
        }
        self.act_everywhere(action, moment)
    }

    /// What an action does whatever the screen; those that mean something else on each are the screen's.
    fn act_everywhere(&mut self, action: Action, moment: Moment<'_>) -> Option<Effect> {
        match action {
            _ if !screen::means(self.screens.place(), action) => {
                let nothing = self.common.context.nothing_for(action);
                return self.resolved(nothing, moment);
            }
            Action::Back if self.overlay.is_none() => return Some(Effect::Quit),
            Action::Back | Action::Close => self.close(),
            Action::Quit => return Some(Effect::Quit),
            Action::Suspend => return Some(Effect::Terminal(TerminalEffect::Suspend)),
            Action::Repaint => return Some(Effect::Terminal(TerminalEffect::Repaint)),
            Action::Mouse => {
                self.mouse.on = !self.mouse.on;
                let word = if self.mouse.on {
                    "mouse on"
                } else {
                    "mouse off: text can be selected"
                };
                self.say(word.to_owned());
                return Some(Effect::Terminal(TerminalEffect::Mouse(self.mouse.on)));
            }
            Action::Pause | Action::Earlier | Action::Later if !self.is_heard(action) => {
                let listen = self.common.context.key(Action::Listen);
                self.say(match self.common.playback.state {
                    State::Off => format!("nothing is heard; {listen} listens"),
                    state => state.trouble().unwrap_or("this is the present").to_owned(),
                });
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
                let scene = self.scene(moment.monitor);
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
            Action::NextMatch => return self.show_match(1, moment),
            Action::PreviousMatch => return self.show_match(-1, moment),
            Action::Export => return self.export(moment),
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
            Action::Freeze => self.common.freeze(moment),
            Action::TimeStyle | Action::Blur | Action::Wrap => self.common.restyle(action),
            Action::Zoom => {
                let panes = self.screens.panes_mut();
                panes.zoomed = !panes.zoomed;
            }
            Action::Narrower => self.move_splitter(moment.area, |at| at.saturating_sub(SPLIT_STEP)),
            Action::Wider => self.move_splitter(moment.area, |at| at.saturating_add(SPLIT_STEP)),
            _ => return self.act_on_screen(action, moment),
        }
        None
    }

    fn act_on_screen(&mut self, action: Action, moment: Moment<'_>) -> Option<Effect> {
        let body = self.places(moment.area).body;
        let scene = self.common.scene(self.screens.place(), moment.monitor);
        let Some(request) = self.screens.shown_mut().act(action, body, &scene) else {
            let nothing = action
                .wants_something()
                .then(|| self.common.context.nothing_for(action));
            return self.resolved(nothing?, moment);
        };
        self.resolved(request, moment)
    }

    /// Whether there is something heard that an action can hold, or move in; nobody hears on from the present.
    fn is_heard(&self, action: Action) -> bool {
        let playback = &self.common.playback;
        let sounds = playback.state != State::Off && playback.state.trouble().is_none();
        sounds && (action != Action::Later || playback.heard != Heard::Live)
    }

    /// Asks what is to be exported, or stops what is under way.
    fn export(&mut self, moment: Moment<'_>) -> Option<Effect> {
        if self.progress.is_some() {
            return Some(Effect::Errand(Errand::StopExport));
        }
        let body = self.places(moment.area).body;
        let scene = self.scene(moment.monitor);
        let offers = self.screens.shown().offers(body, &scene);
        if offers.is_empty() {
            self.say("there is nothing to export here yet".to_owned());
        } else {
            let export = Export::new(offers, &self.shelf, &self.common.session);
            self.toggle(Action::Export, |_| Box::new(export));
        }
        None
    }

    /// Does what the view itself can do; anything else is left for the loop.
    pub(super) fn resolved(&mut self, request: Request, moment: Moment<'_>) -> Option<Effect> {
        match request {
            Request::Go(goal) => self.go_to(&goal, moment),
            Request::Say(word) => self.say(word),
            Request::Do(action) => return self.act(action, moment),
            Request::Ask(question, present) => {
                let present = match question {
                    Question::Replay(_) => &self.shelf.replayed_to,
                    _ => &present,
                };
                self.overlay = Some(Box::new(Prompt::new(question, present)));
            }
            Request::Effect(effect) => {
                if let Effect::Errand(Errand::Replay(_, to)) = &effect {
                    self.shelf.replayed_to.clone_from(to);
                }
                return Some(effect);
            }
        }
        None
    }

    /// Moves the border between two panes; says so if there are not two.
    pub(super) fn move_splitter(&mut self, area: Rect, to: impl FnOnce(u16) -> u16) {
        let body = self.places(area).body;
        if let Some(at) = self.screens.shown().splitter(body) {
            let panes = self.screens.panes_mut();
            panes.divide(to(at).saturating_sub(body.area.x), body.area.width);
        } else {
            self.say("there is no border between panes now".to_owned());
        }
    }

    pub(super) fn close(&mut self) {
        if let Some(overlay) = self.overlay.take() {
            overlay.put_away(&mut self.shelf);
        }
    }

    fn go_to(&mut self, goal: &Goal, moment: Moment<'_>) {
        let body = self.places(moment.area).body;
        let scene = self.common.scene(self.screens.place(), moment.monitor);
        let found = self.screens.go_to(goal, body, &scene);
        if let (false, Goal::Word(word)) = (found, goal) {
            self.say(format!("'{word}' is not in it"));
        }
    }

    fn show_match(&mut self, by: isize, moment: Moment<'_>) -> Option<Effect> {
        let search = self.shelf.search.as_mut();
        let request = search.and_then(|search| search.next(by)).map_or_else(
            || {
                let key = self.common.context.key(Action::Search);
                Request::Say(format!("nothing is found yet; {key} searches"))
            },
            Request::Go,
        );
        self.resolved(request, moment)
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
