//! What the Actions screen does while items arrive and are ticked.

use std::time::Duration;

use crossterm::event::KeyCode;

use super::script::{
    Step::{Picture, Press, Remember, Until, Wait},
    key, misses, play, sees,
};

/// Long enough for a frame.
const MOMENT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn items_are_ticked_and_lead_to_where_they_are_from() {
    play(vec![
        // Before anything is waited for: what is waited for takes a time of its own.
        Remember("the train"),
        Wait(MOMENT),
        Remember("the boat"),
        Wait(Duration::from_secs(7)),
        key('3'),
        Until("2 open of 2"),
        Until("▌· See to the boat"),
        key('x'),
        // What is done goes down, and the cursor stays with what is open.
        Until("1 open of 2"),
        Until("▌· See to the train"),
        Until(" ✓ See to the boat"),
        Picture("actions"),
        key('P'),
        Until("private"),
        misses("boat"),
        misses("train"),
        key('P'),
        Until("boat"),
        Press(KeyCode::End),
        key('x'),
        Until("2 open of 2"),
        Press(KeyCode::Home),
        Press(KeyCode::Down),
        Press(KeyCode::Enter),
        Until("All about the train."),
        sees("reading"),
    ])
    .await;
}
