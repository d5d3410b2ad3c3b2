//! Whole screens at the sizes that matter.

use proptest::prelude::*;

use super::scene::{self, dark, drawn, empty, everywhere, full, session, text, view};
use crate::{
    audio::playback::{State, Status},
    event::{Change, Line, LineId},
    monitor::Monitor,
    ui::{
        Glyphs,
        action::Action,
        theme::{Depth, Ground, Theme},
    },
};

const SIZES: [(u16, u16); 5] = [(140, 40), (80, 24), (40, 12), (39, 12), (20, 5)];

fn shot(name: &str, monitor: &Monitor, size: (u16, u16), actions: &[Action]) {
    let screen = text(&drawn(monitor, &mut dark(), size, actions));
    insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen);
}

#[test]
fn live_at_every_size() {
    for size in SIZES {
        shot("live_full", &full(), size, &[]);
        shot("live_empty", &empty(), size, &[]);
    }
}

#[test]
fn where_advice_is_cut_it_is_said_where_all_of_it_stands() {
    for (rows, is_cut) in [(40, false), (24, false), (21, true)] {
        let screen = text(&drawn(&full(), &mut dark(), (80, rows), &[]));
        assert_eq!(
            screen.contains("… more: omiscope doctor"),
            is_cut,
            "{screen}"
        );
        assert_eq!(screen.contains("webhook off at 100"), !is_cut, "{screen}");
    }
}

#[test]
fn where_the_transcript_has_no_frame_the_last_row_says_that_it_is_scrolled() {
    shot("scrolled", &full(), (39, 12), &[Action::First]);
    shot("scrolled", &full(), (80, 24), &[Action::First]);
}

#[test]
fn the_audio_screen_at_every_size() {
    for size in SIZES {
        shot("audio_tone", &scene::tone(), size, &[Action::Screen('4')]);
        shot("audio_empty", &empty(), size, &[Action::Screen('4')]);
    }
}

#[test]
fn a_wrong_rate_is_told_where_sound_is_looked_at() {
    for (screen, size, words) in [
        ('1', (140, 40), "! 8 kHz sent as 16 kHz? Sound steadily"),
        ('1', (80, 24), "! 8 kHz sent as 16 kHz?"),
        ('1', (40, 12), "! 8 kHz sent as 16 kHz?"),
        ('4', (140, 40), "! 8000 Hz sent as 16000 Hz? It"),
        ('4', (80, 24), "! 8000 Hz sent as 16000 Hz? It"),
    ] {
        let actions = [Action::Screen(screen)];
        let screen = text(&drawn(&scene::half_rate(), &mut dark(), size, &actions));
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}

#[test]
fn the_audio_frame_leaves_out_what_does_not_fit() {
    let trouble = State::NoDevice.trouble().unwrap();
    let level = "16 kHz ─ -9 dBFS  peak -6";
    for (columns, expected) in [
        (140, format!("╭ Audio ─ {level} ─ ! {trouble} ─ vol 80% ──")),
        (100, format!("╭ Audio ─ {level} ─ ! {trouble} ──")),
        (80, format!("╭ Audio ─ ! {trouble} ─ vol 80% ──")),
    ] {
        let mut view = dark();
        view.heard(Status {
            state: State::NoDevice,
            ..Status::default()
        });
        let screen = text(&drawn(&scene::tone(), &mut view, (columns, 40), &[]));
        assert!(screen.contains(&expected), "{expected}\n{screen}");
    }
}

#[test]
fn the_other_screens_are_empty_in_words() {
    for size in SIZES {
        shot("memories_empty", &empty(), size, &[Action::Screen('2')]);
    }
}

#[test]
fn the_key_is_shown_only_when_asked_for() {
    let shown = |actions: &[Action]| text(&drawn(&full(), &mut dark(), (140, 40), actions));
    let key = session().keys.get().current().reveal().to_owned();
    assert!(!shown(&[Action::Card]).contains(&key));
    assert!(shown(&[Action::Card, Action::Reveal]).contains(&key));
    let code = [Action::Card, Action::Reveal, Action::Reveal];
    assert!(!shown(&code).contains(&key));
    let hidden = [&code[..], &[Action::Reveal]].concat();
    assert_eq!(shown(&hidden), shown(&[Action::Card]));
    assert!(!shown(&[Action::Card, Action::Reveal, Action::Card]).contains(&key));
}

const CODE: [Action; 3] = [Action::Card, Action::Reveal, Action::Reveal];

#[test]
fn the_code_for_cameras_is_black_on_white_whatever_the_theme() {
    use ratatui::style::Color;
    // The size of a code with a key of 64 digits is told by its own tests.
    for size in [(140, 40), (80, 24)] {
        for theme in [
            Theme::dark(Depth::True),
            Theme::light(Depth::True),
            Theme::contrast(Depth::True),
        ] {
            let buffer = drawn(&full(), &mut view(theme, &Glyphs::unicode()), size, &CODE);
            let white = Color::Rgb(255, 255, 255);
            let black = Color::Rgb(0, 0, 0);
            let papered: Vec<_> = buffer
                .content
                .iter()
                .filter(|cell| {
                    [cell.fg, cell.bg]
                        .iter()
                        .all(|c| [white, black].contains(c))
                })
                .filter(|cell| [" ", "▀"].contains(&cell.symbol()))
                .collect();
            let inked = papered.iter().filter(|cell| cell.symbol() == "▀").count();
            assert!(papered.len() > 500 && inked > 200, "{size:?}: {inked}");
        }
    }
    shot("code", &full(), (140, 40), &CODE);
    shot("card_revealed", &full(), (140, 40), &CODE[..2]);
}

#[test]
fn where_no_code_can_be_shown_a_sentence_says_why() {
    let dark = || Theme::dark(Depth::Many);
    for (theme, glyphs, size, why) in [
        (
            Theme::plain(),
            Glyphs::unicode(),
            (140, 40),
            "No QR code without colours",
        ),
        (
            dark(),
            Glyphs::ascii(),
            (140, 40),
            "No QR code with --ascii",
        ),
        (
            dark(),
            Glyphs::unicode(),
            (40, 12),
            "No room for the QR code",
        ),
    ] {
        let screen = text(&drawn(&full(), &mut view(theme, &glyphs), size, &CODE));
        assert!(screen.contains(why), "{why}:\n{screen}");
    }
    shot("code", &full(), (40, 12), &CODE);
}

#[test]
fn times_are_told_in_three_ways_and_lines_can_be_cut() {
    shot("time_offset", &full(), (80, 24), &[Action::TimeStyle]);
    shot(
        "time_age",
        &full(),
        (80, 24),
        &[Action::TimeStyle, Action::TimeStyle],
    );
    shot("cut_lines", &full(), (80, 24), &[Action::Wrap]);
}

#[test]
fn themes_differ_in_style_and_not_in_text() {
    let themes = [
        ("dark", Theme::dark(Depth::Many)),
        ("dark_16", Theme::dark(Depth::Sixteen)),
        ("light", Theme::light(Depth::Many)),
        ("contrast", Theme::contrast(Depth::True)),
        ("contrast_16", Theme::contrast(Depth::Sixteen)),
        (
            "colour_blind_dark",
            Theme::colour_blind(Depth::True, Ground::Dark),
        ),
        (
            "colour_blind_light",
            Theme::colour_blind(Depth::Many, Ground::Light),
        ),
        ("plain", Theme::plain()),
    ];
    for (moment, monitor) in [("full", full()), ("empty", empty())] {
        for size in [(140, 40), (80, 24), (40, 12)] {
            let expected = text(&drawn(&monitor, &mut dark(), size, &[]));
            for (name, theme) in &themes {
                let buffer = drawn(
                    &monitor,
                    &mut view(theme.clone(), &Glyphs::unicode()),
                    size,
                    &[],
                );
                assert_eq!(text(&buffer), expected, "{name}");
                insta::assert_snapshot!(
                    format!("theme_{name}_{moment}_{}x{}", size.0, size.1),
                    styles(&buffer)
                );
            }
        }
    }
}

/// Where each style begins, row by row.
fn styles(buffer: &ratatui::buffer::Buffer) -> String {
    let told = format!("{buffer:?}");
    told[told.find("styles: [").unwrap()..].to_owned()
}

#[test]
fn without_colour_nothing_is_coloured() {
    use ratatui::style::Color;
    let buffer = drawn(
        &full(),
        &mut view(Theme::plain(), &Glyphs::unicode()),
        (140, 40),
        &[],
    );
    assert!(
        buffer
            .content
            .iter()
            .all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset))
    );
}

#[test]
fn in_ascii_mode_everything_of_our_own_is_ascii() {
    let buffer = drawn(
        &empty(),
        &mut view(Theme::plain(), &Glyphs::ascii()),
        (140, 40),
        &[],
    );
    let foreign: String = text(&buffer)
        .chars()
        .filter(|character| !character.is_ascii())
        .collect();
    assert_eq!(foreign, "");
    let screen = text(&drawn(
        &full(),
        &mut view(Theme::plain(), &Glyphs::ascii()),
        (80, 24),
        &[],
    ));
    insta::assert_snapshot!("live_ascii_80x24", screen);
}

proptest! {
    #[test]
    fn late_words_never_move_what_is_read(up in 1_usize..30, starts in prop::collection::vec(0.0..660.0, 1..6)) {
        const SIZE: (u16, u16) = (60, 12);
        let (mut monitor, mut view) = (full(), dark());
        let mut actions = vec![Action::Follow];
        actions.extend(std::iter::repeat_n(Action::Up, up));
        let before = text(&drawn(&monitor, &mut view, SIZE, &actions));
        // What stands before words (a silence, a title) may change; the words may not.
        let is_words = |row: &str| !row.contains("──") && !row.trim_matches(['│', ' ']).is_empty();
        let first = before.lines().skip(2).position(is_words).unwrap() + 2;
        let talk = monitor.transcript().talks().last().unwrap().clone();
        for (start, id) in starts.into_iter().zip(100..) {
            let mut line = talk.lines[0].clone();
            line.id = LineId(id);
            line.segment.start = start;
            line.segment.end = start;
            let mut record = scene::record(vec![Change::Line(line)]);
            record.seq = monitor.seq().next();
            monitor.apply(&record);
        }
        let after = text(&drawn(&monitor, &mut view, SIZE, &[]));
        let held = before.lines().nth(first) == after.lines().nth(first);
        let follows = !after.contains("End follows") && !after.contains(" new ↓");
        prop_assert!(held || follows, "{before}\n{after}");
    }

    #[test]
    fn no_text_from_outside_breaks_a_screen(
        outside in any::<String>(),
        start in any::<f64>(),
        end in any::<f64>(),
        columns in 0_u16..100,
        rows in 0_u16..30,
    ) {
        let monitor = everywhere(&outside, start, end);
        let screen = text(&drawn(&monitor, &mut dark(), (columns, rows), &[Action::Up]));
        prop_assert!(!screen.chars().any(|c| c.is_control() && c != '\n'), "{screen:?}");
        if columns >= 40 && rows >= 8 {
            // The frame of the transcript stands at both its sides, whatever is between them.
            let framed = screen.lines().filter(|row| row.starts_with('│')).count();
            prop_assert!(framed >= usize::from(rows) - 7, "{screen}");
        }
    }
}

#[test]
fn no_size_is_too_small() {
    let (full, empty, tone) = (full(), empty(), scene::tone());
    for key in ['2', '4', '5'] {
        for columns in (0..=90).step_by(9) {
            for rows in 0..=14 {
                let actions = [Action::Screen(key), Action::Open, Action::Down];
                drawn(&tone, &mut dark(), (columns, rows), &actions);
            }
        }
    }
    let actions = [
        Action::Help,
        Action::Search,
        Action::Device,
        Action::Card,
        Action::Up,
        Action::PageUp,
        Action::First,
        Action::Down,
        Action::Freeze,
    ];
    for columns in [0, 1, 2, 3, 5, 8, 13, 21, 34, 39, 40, 45] {
        for rows in 0..=14 {
            for action in actions {
                drawn(&full, &mut dark(), (columns, rows), &[action, Action::Up]);
            }
            drawn(&empty, &mut dark(), (columns, rows), &[]);
        }
    }
}

#[test]
fn of_megabytes_in_a_line_the_beginning_is_drawn() {
    let full = full();
    let talk = full.transcript().talks().last().unwrap();
    let mut line: Line = talk.lines.last().unwrap().clone();
    line.segment.text = format!("{}\u{9d}", "loud".repeat(1 << 20));
    let mut record = scene::record(vec![
        Change::Conversation(talk.conversation.clone()),
        Change::Line(line),
    ]);
    record.seq = full.seq().next();
    let mut monitor: Monitor = full;
    monitor.apply(&record);
    let screen = text(&drawn(&monitor, &mut dark(), (80, 24), &[]));
    assert!(screen.contains("loud…"), "{screen}");
}

#[test]
fn while_it_is_private_no_screen_shows_what_was_said() {
    let full = full();
    for size in [(140, 40), (80, 24), (40, 12)] {
        let private = text(&drawn(&full, &mut dark(), size, &[Action::Blur]));
        assert!(private.contains('▒'), "{private}");
        let talks = full.transcript().talks().iter();
        let lines = talks.flat_map(|talk| talk.lines.iter().map(|line| &line.segment.text));
        let words = lines.flat_map(|text| text.split_whitespace());
        let long: Vec<_> = words.filter(|word| word.len() > 5).collect();
        assert!(long.len() > 3);
        for word in long {
            assert!(!private.contains(word), "{word}\n{private}");
        }
        for memory in full.memories() {
            assert!(!private.contains(&memory.memory.title), "{private}");
        }
    }
}
