//! What was answered with 200 survives a kill at any moment.

use std::{collections::BTreeSet, time::Duration};

use omiscope::{
    losses::LossCounter,
    store::{Location, Settings, Store, Window},
};

use crate::{
    program::{Sender, Serve},
    terminal::Terminal,
};

const ROUNDS: usize = 20;

#[test]
fn every_acknowledged_segment_survives_kill_nine() {
    let home = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let serve = Serve::start(home.path());
        let mut sender = Sender::connect(serve.address).unwrap();
        // The kill falls at a different place of the stream in each round.
        let enough = 3 + round * 7 % 50;
        let (reached, killer) = std::sync::mpsc::channel();
        let kill = std::thread::spawn(move || {
            killer.recv().unwrap();
            serve.kill();
        });
        let mut latest = String::new();
        for n in 0.. {
            let text = format!("round {round} said {n}");
            // Offsets grow over all rounds, so that it stays one conversation.
            let start = (round * 10_000 + n) as f64;
            let Ok(200) = sender.say(&format!("r{round}n{n}"), start, &text) else {
                break;
            };
            acknowledged.insert(text.clone());
            latest = text;
            if n == enough {
                reached.send(()).unwrap();
            }
        }
        kill.join().unwrap();

        let mut terminal = Terminal::start(home.path(), &["--port", "0"], (100, 30));
        terminal.wait_for(&latest);
        terminal.press("q");
        terminal.wait();
    }
    let kept = texts_kept(home.path());
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "acknowledged but lost: {lost:?}");
    assert!(acknowledged.len() >= ROUNDS * 3);
}

fn texts_kept(home: &std::path::Path) -> BTreeSet<String> {
    let settings = Settings {
        location: Location::Folder(home.join("data")),
        silence: Duration::from_mins(2),
        keep_sound: None,
    };
    let store = Store::open(settings, LossCounter::default()).unwrap();
    let window = Window {
        lines: usize::MAX >> 1,
        memories: 0,
        sounds: 0,
    };
    store
        .snapshot(window)
        .unwrap()
        .lines
        .into_iter()
        .map(|line| line.segment.text)
        .collect()
}
