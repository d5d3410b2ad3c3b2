//! What was answered with 200 survives a kill at any moment.

use std::{collections::BTreeSet, time::Duration};

use omiscope::{
    event::Uid,
    export::wav,
    feed::Window,
    losses::LossCounter,
    store::{
        Location, Settings, Store,
        archive::{Archive, SoundSelection},
    },
};

use crate::{
    program::{Sender, UID},
    serving::Serving,
    terminal::Terminal,
};

const ROUNDS: usize = 20;

#[test]
fn every_acknowledged_segment_survives_kill_nine() {
    let home = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let serve = Serving::of(home.path());
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
        retention: omiscope::store::retention::Retention::FOREVER,
    };
    let store = Store::open(settings, LossCounter::default()).unwrap();
    let window = Window {
        lines: usize::MAX >> 1,
        memories: 0,
        sounds: 0,
        arrivals: jiff::SignedDuration::ZERO,
    };
    store
        .snapshot(window)
        .unwrap()
        .lines
        .into_iter()
        .map(|line| line.segment.text)
        .collect()
}

#[test]
fn every_acknowledged_second_of_sound_survives_kill_nine() {
    let home = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<Vec<i16>> = Vec::new();
    for round in 0..ROUNDS {
        let serve = Serving::of(home.path());
        let mut sender = Sender::connect(serve.address).unwrap();
        let enough = 1 + round * 7 % 20;
        let (reached, killer) = std::sync::mpsc::channel();
        let kill = std::thread::spawn(move || {
            killer.recv().unwrap();
            serve.kill();
        });
        for n in 0.. {
            let samples = noise((round * 100_000 + n) as u32);
            let Ok(200) = sender.sound(16_000, &samples) else {
                break;
            };
            acknowledged.push(samples);
            if n == enough {
                reached.send(()).unwrap();
            }
        }
        kill.join().unwrap();
    }
    // A start brings the database in order.
    Serving::of(home.path()).kill();
    let archive = Archive::open(&home.path().join("data")).unwrap();
    let selection = SoundSelection {
        uid: Uid::parse(UID).unwrap(),
        since: None,
        until: None,
    };
    let mut file = Vec::new();
    let track = archive.sound(&selection).unwrap().unwrap();
    let written = wav::write(&track, &mut file).unwrap();
    assert_eq!(written.unreadable, 0);
    let mut at = 0;
    for samples in &acknowledged {
        let bytes: Vec<u8> = samples.iter().copied().flat_map(i16::to_le_bytes).collect();
        let found = file[at..]
            .windows(bytes.len())
            .position(|part| part == bytes);
        at += found.expect("acknowledged but lost") + bytes.len();
    }
    assert!(acknowledged.len() >= ROUNDS * 2);
}

/// Some sound that is like no other.
fn noise(seed: u32) -> Vec<i16> {
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let states = std::iter::successors(Some(seed), next).skip(1).take(4000);
    states.map(|state| (state >> 16) as i16).collect()
}
