//! Keys of one's own, actions by name, and what the mouse does.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::tz::TimeZone;

use super::{
    scene::{self, dark, drawn, empty, full, text},
    script::{
        Step::{Gone, Mouse, Press, Remember, Say, Until, Wait},
        key, misses, play, sees, types,
    },
};
use crate::{
    audio::playback::{State, Status},
    ui::{
        Arrangement, Glyphs, Moment, View,
        action::{Action, Effect, SoundEffect, TABLE, TerminalEffect},
        keymap::{KeyBinding, Keymap},
        theme::{Depth, Theme},
    },
};

/// Long enough for a frame.
const MOMENT: Duration = Duration::from_millis(100);

const SIZE: (u16, u16) = (140, 40);

const PRESS: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const RELEASE: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

fn shown(view: &mut View, actions: &[Action]) -> String {
    text(&drawn(&full(), view, SIZE, actions))
}

fn mouse(view: &mut View, kind: MouseEventKind, column: u16, row: u16) -> Option<Effect> {
    let event = MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    };
    view.mouse(event, Moment::new(&full(), SIZE, scene::now()))
}

fn press(view: &mut View, code: KeyCode) -> Option<Effect> {
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    view.key(key, Moment::new(&full(), SIZE, scene::now()))
}

#[test]
fn a_key_that_has_nothing_to_act_on_says_so() {
    let nothing = "nothing here for";
    let unheard = if cfg!(feature = "playback") {
        "nothing is heard; a listens"
    } else {
        "this omiscope was built without playback"
    };
    for (screen, letter, said) in [
        ('1', 'w', "there is no other wearer to listen to"),
        ('1', 'x', "nothing here for x: tick an action item here"),
        ('1', 'r', "nothing here for r: send a delivery again"),
        ('1', 'u', "no star or note after this line"),
        ('1', 'U', "no star or note before this line"),
        ('2', 'u', nothing),
        ('3', 'x', nothing),
        ('4', 'y', nothing),
        (
            '2',
            'f',
            "nothing here for f: show only lines with some words",
        ),
        ('6', 't', nothing),
        ('3', 'z', nothing),
        ('3', '<', nothing),
        ('4', 'j', "z shows one picture alone"),
        ('1', 'n', "nothing is found yet; / searches"),
        ('1', 'p', unheard),
        ('1', ',', unheard),
        ('1', '.', unheard),
    ] {
        let mut view = dark();
        shown(&mut view, &[Action::Screen(screen)]);
        press(&mut view, KeyCode::Char(letter));
        let screen = shown(&mut view, &[]);
        assert!(screen.contains(said), "{letter}: {screen}");
    }
    for letter in ['m', ';', 'y', 'j'] {
        let mut view = dark();
        press(&mut view, KeyCode::Char(letter));
        assert!(!shown(&mut view, &[]).contains(nothing), "{letter}");
    }
}

#[test]
fn no_key_is_silent() {
    // At the end of a list it is plain why nothing moves, what is not there yet has no looks, and back may be pressed once too often.
    let may_be_silent = |screen, action: Action| match action {
        Action::Close => true,
        Action::Screen(key) => key == screen,
        Action::TimeStyle | Action::Wrap => ['1', '5'].contains(&screen),
        _ => screen != '4' && action.step(1).is_some(),
    };
    let mut silent = Vec::new();
    for (scene, monitor) in [("full", full()), ("empty", empty())] {
        for screen in '1'..='6' {
            for entry in TABLE.iter().filter(|it| !may_be_silent(screen, it.action)) {
                let mut view = dark();
                let shown = |view: &mut View| text(&drawn(&monitor, view, SIZE, &[]));
                let moment = Moment::new(&monitor, SIZE, scene::now());
                view.act(Action::Screen(screen), moment);
                let before = shown(&mut view);
                let effect = view.act(entry.action, moment);
                if effect.is_none() && shown(&mut view) == before {
                    silent.push(format!("{scene} {screen} {}", entry.name));
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// As it is where there is nothing to play on.
fn without_device() -> Status {
    Status {
        state: State::NoDevice,
        ..Status::default()
    }
}

#[test]
fn that_nothing_can_be_played_is_said_below_what_lies_over_the_screen_too() {
    let trouble = State::NoDevice.trouble().unwrap();
    for over in [&[][..], &[Action::Search], &[Action::Help]] {
        let mut view = dark();
        shown(&mut view, over);
        view.heard(without_device());
        let screen = shown(&mut view, &[]);
        let last = screen.lines().last().unwrap();
        assert!(last.contains(trouble), "{screen}");
        press(&mut view, KeyCode::Down);
        let screen = shown(&mut view, &[]);
        assert!(
            !screen.lines().last().unwrap().contains(trouble),
            "{screen}"
        );
    }
}

#[test]
fn what_is_heard_cannot_be_held_without_a_device() {
    let trouble = State::NoDevice.trouble().unwrap();
    for letter in ['p', ',', '.'] {
        let mut view = dark();
        view.heard(without_device());
        assert_eq!(press(&mut view, KeyCode::Char(letter)), None, "{letter}");
        let screen = shown(&mut view, &[]);
        assert!(screen.lines().last().unwrap().contains(trouble), "{screen}");
    }
}

#[tokio::test(start_paused = true)]
async fn how_loud_it_is_and_whether_the_mouse_is_on_is_said_on_every_screen() {
    let mut steps = Vec::new();
    for screen in '1'..='6' {
        steps.extend([key(screen), Press(KeyCode::F(2)), Wait(MOMENT)]);
        steps.push(sees("mouse o"));
        for (letter, said) in [
            ('-', " volume 70 %"),
            ('+', " volume 80 %"),
            ('A', " muted  "),
            ('A', " volume 80 %"),
        ] {
            let said = if cfg!(feature = "playback") {
                said
            } else {
                "this omiscope was built without playback"
            };
            steps.extend([key(letter), Wait(MOMENT), sees(said)]);
        }
    }
    play(steps).await;
}

#[test]
fn what_is_too_long_for_the_last_row_is_cut_visibly() {
    for word in ["ab ".repeat(40), "日本語".repeat(30)] {
        let mut view = dark();
        view.say(word);
        let screen = text(&drawn(&full(), &mut view, (80, 24), &[]));
        assert!(screen.lines().last().unwrap().ends_with('…'), "{screen}");
    }
}

#[test]
fn the_keymap_of_the_user_is_what_counts_and_what_is_told() {
    let binding = |action: &str, keys: &[&str]| KeyBinding {
        action: action.to_owned(),
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
    };
    let bindings = [
        binding("help", &["F9"]),
        binding("freeze", &[]),
        binding("card", &["ß"]),
        binding("follow", &["Ctrl-E"]),
        binding("filter", &["F6"]),
    ];
    let mut view = View::new(
        scene::session(),
        Keymap::with(&bindings).unwrap(),
        Theme::dark(Depth::Many),
        Glyphs::unicode(),
        TimeZone::UTC,
    );
    let before = shown(&mut view, &[]);
    assert!(before.contains(" F9 help "), "{before}");
    assert!(before.contains(" :freeze freeze "), "{before}");
    assert!(before.contains(" ß connect "), "{before}");
    press(&mut view, KeyCode::Char('?'));
    assert!(!shown(&mut view, &[]).contains("╭ Help"));
    press(&mut view, KeyCode::F(9));
    let help = shown(&mut view, &[]);
    assert!(help.contains("│ F9  "), "{help}");
    assert!(help.contains(" :freeze  "), "{help}");
    press(&mut view, KeyCode::Esc);
    assert!(shown(&mut view, &[Action::First]).contains(" Ctrl-E follows "));
    let card = text(&drawn(&empty(), &mut view, SIZE, &[]));
    assert!(card.contains(" ß this card"), "{card}");
    let none = shown(&mut view, &[Action::FilterOnOff]);
    assert!(none.contains("there is no filter; F6 makes one"), "{none}");
}

#[tokio::test(start_paused = true)]
async fn what_to_do_is_named_and_completed() {
    let mut steps = vec![Say(3), Wait(MOMENT), key(':')];
    steps.extend(types("mem"));
    steps.extend([
        Wait(MOMENT),
        sees("▌memories"),
        Press(KeyCode::Enter),
        Until("No memory yet"),
        misses("╭ Command"),
        key(':'),
    ]);
    steps.extend(types("page"));
    steps.extend([
        Wait(MOMENT),
        sees("▌page-up"),
        Press(KeyCode::Tab),
        Wait(MOMENT),
        sees("▌page-down"),
        Press(KeyCode::BackTab),
        Press(KeyCode::BackTab),
        Wait(MOMENT),
        // Around the end.
        misses("▌page-up"),
        misses("▌page-down"),
        Press(KeyCode::Esc),
        Wait(MOMENT),
        misses("╭ Command"),
        key(':'),
    ]);
    steps.extend(types("no such thing"));
    steps.extend([
        Wait(MOMENT),
        sees("no action is called so"),
        Press(KeyCode::Enter),
        Wait(MOMENT),
        sees("╭ Command"),
        Press(KeyCode::Esc),
        key(':'),
    ]);
    steps.extend(types("quit"));
    steps.extend([Press(KeyCode::Enter), key('x')]);
    assert_eq!(play(steps).await, 1, "only what follows the end is left");
}

#[test]
fn the_help_is_searched_and_left_step_by_step() {
    let mut view = dark();
    shown(&mut view, &[Action::Help]);
    press(&mut view, KeyCode::Char('/'));
    for letter in "louder".chars() {
        press(&mut view, KeyCode::Char(letter));
    }
    let found = shown(&mut view, &[]);
    assert!(found.contains("│ + =          louder"), "{found}");
    assert!(found.contains("╰ / louder"), "{found}");
    assert!(!found.contains("softer"), "{found}");
    press(&mut view, KeyCode::Enter);
    assert!(!shown(&mut view, &[]).contains("softer"));
    press(&mut view, KeyCode::Esc);
    assert!(shown(&mut view, &[]).contains("softer"));
    press(&mut view, KeyCode::Esc);
    assert!(!shown(&mut view, &[]).contains("╭ Help"));
}

#[test]
fn what_means_nothing_on_a_screen_is_dim_in_the_help() {
    let theme = Theme::dark(Depth::Many);
    let style_of = |screen: char, words: &str| {
        let actions = [Action::Screen(screen), Action::Help];
        let buffer = drawn(&full(), &mut dark(), SIZE, &actions);
        let screen = text(&buffer);
        let (row, line) = screen
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(words))
            .unwrap();
        let column = line[..line.find(words).unwrap()].chars().count();
        buffer[(column as u16, row as u16)].fg
    };
    let dim = theme.dim.fg.unwrap();
    assert_eq!(style_of('1', "tick an action item"), dim);
    assert_ne!(style_of('3', "tick an action item"), dim);
    assert_ne!(style_of('1', "a note on a line"), dim);
    assert_eq!(style_of('2', "a note on a line"), dim);
    assert_ne!(style_of('2', "quit"), dim);
}

#[test]
fn one_pane_can_have_all_the_room() {
    let mut view = dark();
    let alone = shown(&mut view, &[Action::Zoom]);
    assert!(alone.contains("╭ Transcript"), "{alone}");
    assert!(!alone.contains("╭ Health") && !alone.contains("╭ Audio"));
    assert!(alone.contains(" z all panes "), "{alone}");
    assert!(shown(&mut view, &[Action::Zoom]).contains("╭ Health"));
    let picture = |view: &mut View, actions: &[Action]| {
        let screen = shown(view, actions);
        let pictures = ["╭ Scope", "╭ Spectrum ", "╭ Spectrogram"];
        pictures.map(|picture| screen.contains(picture))
    };
    let audio = [Action::Screen('4'), Action::Zoom];
    assert_eq!(picture(&mut view, &audio), [true, false, false]);
    assert_eq!(picture(&mut view, &[Action::Down]), [false, true, false]);
    assert_eq!(picture(&mut view, &[Action::Follow]), [false, false, true]);
    assert_eq!(picture(&mut view, &[Action::Zoom]), [true; 3]);
    let actions = shown(&mut view, &[Action::Screen('3'), Action::Zoom]);
    assert!(!actions.contains("all panes"), "{actions}");
}

/// The column of the right pane on the screen that is shown.
fn splitter(view: &mut View, actions: &[Action]) -> usize {
    let screen = shown(view, actions);
    let row = screen.lines().nth(1).unwrap();
    row.chars().skip(1).position(|sign| sign == '╭').unwrap() + 1
}

#[test]
fn the_border_between_panes_is_moved_by_key_and_by_mouse() {
    for (screen, suits) in [('1', 96), ('2', 46), ('5', 61)] {
        let mut view = dark();
        assert_eq!(splitter(&mut view, &[Action::Screen(screen)]), suits);
        assert_eq!(splitter(&mut view, &[Action::Wider]), suits + 2);
        assert_eq!(splitter(&mut view, &[Action::Narrower; 2]), suits - 2);
        mouse(&mut view, PRESS, suits as u16 - 2, 10);
        mouse(&mut view, DRAG, 70, 11);
        assert_eq!(splitter(&mut view, &[]), 70);
        mouse(&mut view, DRAG, 500, 11);
        assert_eq!(splitter(&mut view, &[]), 120);
        mouse(&mut view, RELEASE, 500, 11);
        mouse(&mut view, DRAG, 70, 11);
        assert_eq!(splitter(&mut view, &[]), 120, "it was let go");
        mouse(&mut view, PRESS, 40, 11);
        mouse(&mut view, DRAG, 70, 11);
        assert_eq!(splitter(&mut view, &[]), 120, "nothing was taken hold of");
    }
}

#[test]
fn what_is_pasted_is_typed_where_there_is_a_field() {
    let mut view = dark();
    let before = shown(&mut view, &[]);
    view.paste("q\n6?");
    assert_eq!(shown(&mut view, &[]), before, "these are no keys");
    shown(&mut view, &[Action::Help]);
    view.paste("q\n6?");
    assert!(shown(&mut view, &[]).contains("╭ Help"));
    shown(&mut view, &[Action::Help]);
    press(&mut view, KeyCode::Char('f'));
    view.paste("the\u{1b}[2J\ntrain");
    assert!(shown(&mut view, &[]).contains("│ the train  "), "{before}");
    press(&mut view, KeyCode::Enter);
    assert!(shown(&mut view, &[]).contains("filter \"the train\": 1 line"));
}

#[test]
fn a_click_on_a_tab_shows_its_screen() {
    let mut view = dark();
    let screen = shown(&mut view, &[]);
    let row = screen.lines().next().unwrap();
    for (tab, title) in [
        ("4 Audio", "╭ Scope"),
        ("6 Day", "╭ Day"),
        ("1 Live", "╭ Transcript"),
    ] {
        let column = row[..row.find(tab).unwrap()].chars().count() as u16;
        mouse(&mut view, PRESS, column, 0);
        assert!(shown(&mut view, &[]).contains(title), "{tab}");
        mouse(&mut view, PRESS, column + tab.len() as u16, 0);
        assert!(
            shown(&mut view, &[]).contains(title),
            "beside a tab is nothing"
        );
    }
}

#[test]
fn a_line_is_chosen_by_a_click_and_played_by_a_second_one() {
    let mut view = dark();
    let screen = shown(&mut view, &[]);
    let row_of = |screen: &str, words: &str| {
        screen
            .lines()
            .position(|line| line.contains(words))
            .unwrap() as u16
    };
    let row = row_of(&screen, "I will send the copy");
    assert_eq!(mouse(&mut view, PRESS, 30, row), None);
    mouse(&mut view, RELEASE, 30, row);
    let chosen = shown(&mut view, &[]);
    assert_eq!(row_of(&chosen, "I will send the copy"), row, "it stays");
    let line = chosen.lines().nth(row.into()).unwrap();
    assert!(line.starts_with("│▌"), "{chosen}");
    assert!(matches!(
        mouse(&mut view, PRESS, 30, row),
        Some(Effect::Sound(SoundEffect::Play(_)))
    ));
    mouse(&mut view, PRESS, 30, row);
    press(&mut view, KeyCode::Char('t'));
    assert_eq!(mouse(&mut view, PRESS, 30, row), None, "a key was between");
    assert_eq!(
        mouse(&mut view, PRESS, 110, 10),
        None,
        "memories are for reading"
    );
}

#[test]
fn behind_an_overlay_nothing_is_clicked() {
    let mut view = dark();
    shown(&mut view, &[Action::Help]);
    let before = shown(&mut view, &[]);
    for (column, row) in [(30, 10), (95, 10), (120, 0)] {
        mouse(&mut view, PRESS, column, row);
        mouse(&mut view, DRAG, 60, row);
        assert_eq!(shown(&mut view, &[]), before);
    }
    let effect = press(&mut view, KeyCode::F(2));
    assert_eq!(effect, Some(Effect::Terminal(TerminalEffect::Mouse(true))));
}

#[tokio::test(start_paused = true)]
async fn rows_of_lists_are_chosen_by_a_click_and_opened_by_a_second_one() {
    play(vec![
        Remember("the train"),
        Wait(MOMENT),
        Remember("the boat"),
        key('2'),
        Until("▌the boat"),
        Mouse(PRESS, 5, 4),
        Until("▌the train"),
        sees("All about the train."),
        misses("reading"),
        Mouse(PRESS, 5, 4),
        Until("─ reading"),
        Mouse(PRESS, 5, 2),
        Until("▌the boat"),
        misses("─ reading"),
        Mouse(PRESS, 60, 10),
        Until("─ reading"),
        key('3'),
        Until("▌· See to the boat"),
        Mouse(PRESS, 5, 4),
        Until("▌· See to the train"),
        Mouse(PRESS, 5, 4),
        Until("All about the train."),
        key('5'),
        Until("▌12:42"),
        Mouse(PRESS, 5, 2),
        Say(1),
        Until("1 new ↓"),
        Mouse(PRESS, 5, 2),
        Until("╭ Delivery ─ #1"),
        Gone("╭ Deliveries"),
    ])
    .await;
}

#[test]
fn a_filter_is_found_again_and_told_at_every_size() {
    let typed = |view: &mut View, words: &str| {
        press(view, KeyCode::Char('f'));
        for letter in words.chars() {
            press(view, KeyCode::Char(letter));
        }
        press(view, KeyCode::Enter);
        let mut again = dark();
        again.recall(&view.arrangement());
        again
    };
    let mut again = typed(&mut dark(), "train");
    for (size, told) in [
        (SIZE, "filter \"train\": 1 line"),
        (SIZE, "╰ \\ filter off ─"),
        ((40, 12), "filter \"train\": 1 line"),
        ((40, 12), "╰ \\ filter off ─"),
        ((39, 12), "filter \"train\": 1 line (\\ filter off)"),
    ] {
        let screen = text(&drawn(&full(), &mut again, size, &[]));
        assert!(screen.contains(told), "{told}:\n{screen}");
        assert!(!screen.contains("Let's ship"), "{screen}");
    }
    let none = shown(&mut typed(&mut dark(), "zeppelin"), &[]);
    assert!(none.contains("no line passes (\\ filter off)"), "{none}");

    // What was turned off stays so, and the words are there for the next time.
    let all = shown(&mut again, &[Action::FilterOnOff]);
    assert!(
        all.contains("Let's ship") && !all.contains("filter"),
        "{all}"
    );
    let mut third = dark();
    third.recall(&again.arrangement());
    assert_eq!(shown(&mut third, &[]), all);
    assert!(shown(&mut third, &[Action::FilterOnOff]).contains("filter \"train\""));
}

#[test]
fn what_was_arranged_is_as_it_was() {
    let mut view = dark();
    let actions = [
        Action::Narrower,
        Action::TimeStyle,
        Action::Wrap,
        Action::Screen('4'),
        Action::Zoom,
        Action::Screen('2'),
    ];
    let before = shown(&mut view, &actions);
    let arrangement = view.arrangement();
    let mut again = dark();
    again.recall(&arrangement);
    assert_eq!(shown(&mut again, &[]), before);
    assert_eq!(splitter(&mut again, &[Action::Screen('1')]), 94);
    assert!(!shown(&mut again, &[Action::Screen('4')]).contains("╭ Level"));
    assert_eq!(dark().arrangement(), {
        let mut fresh = dark();
        fresh.recall(&Arrangement::default());
        fresh.arrangement()
    });
}
