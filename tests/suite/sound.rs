//! What is really played: the real binary, real posts, and a virtual sound card that is recorded.
//!
//! Needs `pulseaudio`, `parec`, `pactl` and ALSA's plugin for PulseAudio (`sh assets/setup.sh --tests`); without them these
//! tests say so and pass. They run in real time, on machines that stall now and then: what was heard counts only if the
//! machine was awake, else it is tried again.

mod card;
mod tone;

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{program::Sender, terminal::Terminal};
use card::Card;
use tone::{Canary, Tone};

const DASHBOARD: &[&str] = &["--port", "0", "--ephemeral"];
const SIZE: (u16, u16) = (140, 40);

/// A machine that oversleeps by so much cannot be expected to play without gaps.
const STALLED: Duration = Duration::from_millis(60);
const ATTEMPTS: u32 = 3;

/// A dashboard whose user listens, and a sender.
fn listening(card: &Card) -> (Terminal, Sender) {
    let mut terminal = Terminal::start(card.home(), DASHBOARD, SIZE);
    let sender = Sender::connect(terminal.address()).unwrap();
    terminal.press("a");
    terminal.wait_for("listening, nothing to play");
    (terminal, sender)
}

/// Posts each chunk (when, how long, both in seconds) at its time.
fn post(sender: &mut Sender, tone: &mut Tone, chunks: &[(f64, f64)]) {
    let began = Instant::now();
    for (at, seconds) in chunks {
        let due = began + Duration::from_secs_f64(*at);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        assert_eq!(sender.sound(tone.rate, &tone.next(*seconds)).unwrap(), 200);
    }
}

/// Plays chunks and returns what was heard. None if there is no card, or the machine was never awake all the while.
fn heard(rate: u32, chunks: &[(f64, f64)]) -> Option<tone::Heard> {
    for _ in 0..ATTEMPTS {
        let card = Card::start()?;
        let (mut terminal, mut sender) = listening(&card);
        let canary = Canary::start();
        post(&mut sender, &mut Tone::new(rate), chunks);
        // A second for the margin, one for what the card has buffered; the last chunk sounds meanwhile.
        let last = chunks.last().map_or(0.0, |(_, seconds)| *seconds);
        thread::sleep(Duration::from_secs_f64(last + 2.0));
        let overslept = canary.stop();
        terminal.press("q");
        terminal.wait();
        let heard = tone::analyse(&card.recording());
        println!("{rate} Hz: {heard:?}; the machine overslept by {overslept:?}");
        if overslept < STALLED || heard.is_clean() {
            return Some(heard);
        }
    }
    println!("not judged: the machine stalled {ATTEMPTS} times");
    None
}

#[test]
fn a_tone_is_heard_without_gaps_or_clicks() {
    let seconds: Vec<_> = (0..12).map(|second| (f64::from(second), 1.0)).collect();
    let bursts: Vec<_> = (0..3).map(|burst| (f64::from(burst) * 5.0, 5.0)).collect();
    for (rate, chunks) in [(16_000, seconds), (8_000, bursts)] {
        let Some(heard) = heard(rate, &chunks) else {
            return;
        };
        assert!(heard.is_clean(), "{rate} Hz: {heard:?}");
        assert!((heard.frequency - tone::HZ).abs() < 0.5, "{heard:?}");
        assert!(heard.sounding > 10.0, "{heard:?}");
    }
}

#[test]
fn a_late_chunk_is_one_gap_without_clicks() {
    // The fifth comes two seconds late, and the two after it with it.
    let chunks: Vec<_> = (0..11)
        .map(|second| if (4..6).contains(&second) { 6 } else { second })
        .map(|at| (f64::from(at), 1.0))
        .collect();
    let Some(heard) = heard(16_000, &chunks) else {
        return;
    };
    let [(_, length)] = heard.gaps.as_slice() else {
        panic!("{heard:?}")
    };
    assert!((1.0..2.2).contains(length), "{heard:?}");
    assert!(heard.clicks.is_empty(), "{heard:?}");
}

#[test]
fn a_sound_server_that_dies_is_told_and_nothing_else_suffers() {
    let Some(card) = Card::start() else { return };
    let (mut terminal, mut sender) = listening(&card);
    post(&mut sender, &mut Tone::new(16_000), &[(0.0, 5.0)]);
    terminal.wait_for("s behind");
    let killed = Instant::now();
    card.signal(Signal::KILL);
    terminal.wait_for("the audio device is gone");
    println!("told after {:?}", killed.elapsed());
    assert_eq!(sender.say("a", 0.0, "still here").unwrap(), 200);
    terminal.wait_for("still here");
    terminal.press("a");
    terminal.wait_until("silence", |screen| !screen.contents().contains("is gone"));
    terminal.press("q");
    assert_eq!(terminal.wait().exit_code(), 0);
}

#[test]
fn a_sound_server_that_hangs_is_told_and_does_not_hold_up_the_end() {
    let Some(card) = Card::start() else { return };
    let (mut terminal, mut sender) = listening(&card);
    post(&mut sender, &mut Tone::new(16_000), &[(0.0, 5.0)]);
    terminal.wait_for("s behind");
    card.signal(Signal::STOP);
    terminal.wait_for("the audio device is gone");
    assert_eq!(sender.say("a", 0.0, "still here").unwrap(), 200);
    terminal.wait_for("still here");
    let quit = Instant::now();
    terminal.press("q");
    assert_eq!(terminal.wait().exit_code(), 0);
    println!("ended after {:?}", quit.elapsed());
}

#[test]
fn without_a_sound_server_it_starts_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    card::configure(home.path(), &home.path().join("no-such-socket"));
    let mut terminal = Terminal::start(home.path(), DASHBOARD, SIZE);
    let mut sender = Sender::connect(terminal.address()).unwrap();
    terminal.press("a");
    terminal.wait_for("no audio device");
    assert_eq!(sender.sound(16_000, &vec![0; 16_000]).unwrap(), 200);
    terminal.wait_for("16 kHz");
    terminal.wait_until("a screen without ALSA's messages", |screen| {
        !screen.contents().contains("ALSA")
    });
    terminal.press("q");
    assert_eq!(terminal.wait().exit_code(), 0);
}
