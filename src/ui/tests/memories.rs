//! What the Memories screen does while memories arrive and keys are pressed.

use std::time::Duration;

use crossterm::event::KeyCode;

use super::script::{
    Step::{Gone, Press, Remember, Until, Wait},
    key, misses, play, sees,
};

/// Long enough for a frame.
const MOMENT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn memories_are_listed_read_and_left_again() {
    play(vec![
        key('2'),
        Until("No memory yet"),
        Remember("the first"),
        Wait(MOMENT),
        Remember("the second"),
        Until("All about the second."),
        Press(KeyCode::Down),
        Until("All about the first."),
        // The chosen one stays chosen.
        Wait(MOMENT),
        Remember("the third"),
        Until("the third"),
        sees("All about the first."),
        Press(KeyCode::Enter),
        Wait(MOMENT),
        sees("reading"),
        key('q'),
        Wait(MOMENT),
        misses("reading"),
        Press(KeyCode::Home),
        Until("All about the third."),
        key('P'),
        Until("private"),
        misses("third"),
        misses("first"),
        key('P'),
        Until("All about the third."),
        key('1'),
        Wait(MOMENT),
        sees("Transcript"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn of_many_memories_those_in_sight_are_read() {
    const TITLES: [&str; 300] = ["again"; 300];
    let mut steps: Vec<_> = TITLES.into_iter().map(Remember).collect();
    // The same id revises: only one is there.
    steps.extend([key('2'), Until("revision 300"), sees("Memories ─ 1 ")]);
    play(steps).await;
}

#[tokio::test(start_paused = true)]
async fn a_memory_is_gone_to_from_the_search() {
    let mut steps = vec![Remember("umbrella"), key('/')];
    steps.extend(super::script::types("umbrella"));
    steps.extend([
        Until("1 found"),
        Press(KeyCode::Enter),
        Gone("1 found"),
        Until("All about umbrella."),
        sees("reading"),
    ]);
    play(steps).await;
}
