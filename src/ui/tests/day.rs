//! What the Day screen does while keys are pressed.

use std::time::Duration;

use crossterm::event::KeyCode;

use super::script::{
    Step::{Picture, Press, Remember, Say, Until, Wait},
    key, play, sees,
};

const MOMENT: Duration = Duration::from_millis(200);

#[tokio::test(start_paused = true)]
async fn a_day_is_walked_through_and_left_for_a_moment() {
    play(vec![
        // Before anything is waited for: what is waited for takes a time of its own.
        Say(3),
        Remember("the train"),
        Wait(Duration::from_secs(7)),
        key('6'),
        Until("1 memory"),
        sees("Speaker 1"),
        sees("No summary of this day"),
        Picture("day"),
        Press(KeyCode::PageUp),
        Until("Nothing was heard."),
        // There is no tomorrow.
        Press(KeyCode::PageDown),
        Until("1 memory"),
        Press(KeyCode::PageDown),
        Wait(MOMENT),
        sees("1 memory"),
        sees("Speaker 1"),
        Press(KeyCode::Right),
        Press(KeyCode::Right),
        Wait(MOMENT),
        sees("nobody spoke"),
        // To the first line after it, or else the last one.
        Press(KeyCode::Enter),
        Until("line number 2"),
        sees("Transcript"),
    ])
    .await;
}
