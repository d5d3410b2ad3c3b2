//! What the Live screen does while things arrive and keys are pressed.

use std::time::Duration;

use crossterm::event::KeyCode;

use super::script::{
    Step::{self, Count, Press, Say, Until, Wait},
    key, misses, play, sees, types,
};

/// Long enough for a frame.
const MOMENT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn the_newest_line_is_followed_until_the_user_scrolls() {
    play(vec![
        Say(60),
        Wait(MOMENT),
        sees("line number 59"),
        Press(KeyCode::PageUp),
        Wait(MOMENT),
        misses("line number 59"),
        sees("line number 30"),
        Say(7),
        Wait(MOMENT),
        sees("line number 30"),
        misses("line number 59"),
        sees("7 new ↓"),
        Press(KeyCode::End),
        Wait(MOMENT),
        sees("line number 66"),
        misses("new ↓"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn scrolling_down_to_the_end_follows_again() {
    play(vec![
        Say(60),
        Wait(MOMENT),
        Press(KeyCode::Up),
        Press(KeyCode::Up),
        Wait(MOMENT),
        sees("End follows"),
        Press(KeyCode::Down),
        Press(KeyCode::Down),
        Wait(MOMENT),
        misses("End follows"),
        Say(1),
        Wait(MOMENT),
        sees("line number 60"),
        key('g'),
        Wait(MOMENT),
        sees("line number 0"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_frozen_view_stays_and_nothing_is_lost() {
    play(vec![
        Say(1),
        Wait(MOMENT),
        Press(KeyCode::Char(' ')),
        Say(2),
        Wait(MOMENT),
        sees("frozen, 2 waiting"),
        misses("line number 1"),
        Press(KeyCode::Char(' ')),
        Wait(MOMENT),
        sees("line number 2"),
        misses("frozen"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn q_goes_back_before_it_quits() {
    let left = play(vec![
        key('?'),
        Wait(MOMENT),
        sees("this help"),
        key('q'),
        Wait(MOMENT),
        misses("this help"),
        key('q'),
        key('x'),
    ]);
    assert_eq!(left.await, 1);
}

#[tokio::test(start_paused = true)]
async fn the_hints_are_the_keys_that_matter_now() {
    play(vec![
        Say(60),
        Wait(MOMENT),
        sees("q quit   ? help"),
        misses("End follow"),
        Press(KeyCode::PageUp),
        Wait(MOMENT),
        sees(" End follow   Up scroll"),
        key(' '),
        Wait(MOMENT),
        sees("frozen, 0 waiting  Space go on"),
        key('i'),
        Wait(MOMENT),
        sees(" Esc close   v show key, then QR code"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_help_scrolls_to_its_end_and_back_without_a_lost_key() {
    play(vec![
        key('?'),
        Press(KeyCode::End),
        Press(KeyCode::Down),
        Wait(MOMENT),
        sees("repaint the screen"),
        Press(KeyCode::Home),
        Wait(MOMENT),
        sees("back, quit at the top"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn escape_goes_back_and_never_quits() {
    let left = play(vec![
        key('?'),
        Press(KeyCode::Esc),
        Wait(MOMENT),
        misses("this help"),
        Press(KeyCode::Esc),
        Press(KeyCode::Esc),
        Wait(MOMENT),
    ]);
    assert_eq!(left.await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_idle_screen_is_drawn_once() {
    let hour = Duration::from_hours(1);
    play(vec![
        Wait(hour),
        Count(Box::new(|frames| assert_eq!(frames, 1))),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn after_the_last_word_the_screen_comes_to_rest() {
    let (minutes, day) = (Duration::from_mins(11), Duration::from_hours(23));
    play(vec![
        Say(1),
        Wait(minutes),
        Count(Box::new(|frames| {
            assert!((60..90).contains(&frames), "{frames}");
        })),
        Wait(day),
        Count(Box::new(|frames| assert!(frames <= 1, "{frames}"))),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_drawn_in_few_frames_and_shown_whole() {
    play(vec![
        Say(5000),
        Wait(MOMENT),
        sees("line number 4999"),
        key('g'),
        Wait(MOMENT),
        sees("line number 0"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_cursor_goes_line_by_line_and_pages_take_it_along() {
    let points_at = |line: &'static str| {
        Step::Look(Box::new(move |screen| {
            let pointed: Vec<_> = screen.lines().filter(|row| row.contains('▌')).collect();
            assert!(
                matches!(&pointed[..], [row] if row.contains(&format!("{line} "))),
                "{line}\n{screen}"
            );
        }))
    };
    play(vec![
        Say(60),
        Wait(MOMENT),
        misses("▌"),
        Press(KeyCode::Up),
        Press(KeyCode::Up),
        Wait(MOMENT),
        points_at("number 57"),
        sees("line number 59"),
        Press(KeyCode::Home),
        Wait(MOMENT),
        points_at("number 0"),
        Press(KeyCode::Down),
        Press(KeyCode::PageDown),
        Wait(MOMENT),
        misses("line number 0 "),
        Press(KeyCode::PageUp),
        Wait(MOMENT),
        sees("line number 0 "),
        Press(KeyCode::PageUp),
        Wait(MOMENT),
        points_at("number 0"),
        Press(KeyCode::End),
        Wait(MOMENT),
        misses("▌"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_searched_is_found_as_it_is_typed_and_gone_to() {
    let mut steps = vec![Say(60), key('/'), Wait(MOMENT), sees("speaker: kind:")];
    steps.extend(types("\"number 7\""));
    steps.extend([
        Until("1 found"),
        Press(KeyCode::Enter),
        Wait(MOMENT),
        misses("Search"),
        sees("▌"),
        sees("line number 7 "),
        key('/'),
        Wait(MOMENT),
        // As it was left.
        sees("1 found"),
    ]);
    steps.extend((0..12).map(|_| Press(KeyCode::Backspace)));
    steps.extend(types("number"));
    steps.extend([
        Until("60 found"),
        Press(KeyCode::Esc),
        key('n'),
        Wait(MOMENT),
        sees("line number 58"),
        key('n'),
        key('n'),
        key('N'),
        Wait(MOMENT),
        sees("line number 57"),
        key('/'),
    ]);
    steps.extend(types(" wonder:"));
    steps.extend([Wait(MOMENT), sees("wonder"), misses("60 found")]);
    play(steps).await;
}

#[tokio::test(start_paused = true)]
async fn lines_are_starred_noted_and_their_speakers_named() {
    let mut steps = vec![
        Say(3),
        Wait(MOMENT),
        Press(KeyCode::Up),
        key('m'),
        Until("★ line number 1"),
        key('u'),
        key('U'),
        key(';'),
        Wait(MOMENT),
        sees("on this line"),
    ];
    steps.extend(types("q is text here"));
    steps.extend([
        Press(KeyCode::Enter),
        Until("; q is text here"),
        key(';'),
        Wait(MOMENT),
        // The present note can be changed.
        sees(" q is text here "),
        Press(KeyCode::Esc),
        key('S'),
        Wait(MOMENT),
        sees("of Speaker 1"),
    ]);
    steps.extend(types("Maya"));
    steps.extend([
        Press(KeyCode::Enter),
        Until("Maya"),
        Press(KeyCode::Home),
        key('u'),
        Wait(MOMENT),
        Step::Look(Box::new(|screen| {
            let starred = screen.lines().find(|row| row.contains('★')).unwrap();
            assert!(starred.contains('▌'), "{screen}");
        })),
        key('m'),
        key(';'),
    ]);
    steps.extend((0..14).map(|_| Press(KeyCode::Backspace)));
    steps.extend([Press(KeyCode::Enter), Step::Gone("★"), Step::Gone("; q is")]);
    play(steps).await;
}

#[tokio::test(start_paused = true)]
async fn a_filter_shows_some_lines_and_is_turned_off_and_on() {
    let mut steps = vec![Say(12), Wait(MOMENT), sees("line number 3"), key('f')];
    steps.extend(types("number 11"));
    steps.extend([
        Press(KeyCode::Enter),
        Until("filter \"number 11\": 1 line"),
        sees("line number 11"),
        misses("line number 3"),
        // What comes is sifted, too.
        Say(108),
        Until("11 lines"),
        sees("line number 119"),
        key('\\'),
        Until("line number 109"),
        misses("filter"),
        key('\\'),
        Until("filter \"number 11\""),
        // An answer of nothing lets all through.
        key('f'),
    ]);
    steps.extend((0..9).map(|_| Press(KeyCode::Backspace)));
    steps.extend([
        Press(KeyCode::Enter),
        Until("line number 109"),
        key('\\'),
        Until("there is no filter"),
    ]);
    play(steps).await;
}

#[tokio::test(start_paused = true)]
async fn only_marked_lines_or_those_of_one_speaker_are_shown() {
    play(vec![
        Say(6),
        Wait(MOMENT),
        key('s'),
        Until("Speaker 1: 6 lines"),
        key('s'),
        Wait(MOMENT),
        misses("Speaker 1: 6 lines"),
        key('M'),
        Until("no line passes"),
        key('M'),
        Until("line number 5"),
        Press(KeyCode::Up),
        key('m'),
        Until("★"),
        key('M'),
        Until("marked: 1 line"),
        sees("line number"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_the_newest_lines_is_read_and_left_again() {
    play(vec![
        // More than are held.
        Say(21_500),
        Until("line number 21499"),
        Press(KeyCode::Home),
        Until("line number 0 "),
        misses("line number 21499"),
        Press(KeyCode::PageDown),
        Press(KeyCode::PageDown),
        Until("line number 40 "),
        // What comes meanwhile moves nothing.
        Say(1),
        Until("1 new"),
        sees("line number 40 "),
        Press(KeyCode::Up),
        key('m'),
        Until("★"),
        Press(KeyCode::End),
        Until("line number 21500"),
        misses("★"),
        // A mark of the far past is gone to from the first line on.
        Press(KeyCode::Home),
        Until("line number 0 "),
        key('u'),
        Until("★"),
    ])
    .await;
}
