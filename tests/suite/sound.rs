//! What is really played: the real binary, real posts, and a virtual sound card that is recorded.
//!
//! Needs `pulseaudio`, `parec`, `pactl` and ALSA's plugin for PulseAudio (`sh assets/setup.sh --tests`); without them these
//! tests say so and pass. They run in real time, on machines that stall now and then: what was heard counts only if the
//! machine was awake, else it is tried again.

mod canary;
mod card;
mod scenario;
mod tone;

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    program::{Sender, loudly, until},
    terminal::Terminal,
};
use canary::{Canary, Held};
use card::Card;
use scenario::{BURSTS, Body, SECONDS, Scenario, WHOLE, jitter};
use tone::{Heard, Tone};

const DASHBOARD: &[&str] = &["--port", "0", "--ephemeral"];
const SIZE: (u16, u16) = (140, 40);

const ATTEMPTS: u32 = 3;

/// A dashboard whose user listens, and a sender.
fn listening(card: &Card) -> (Terminal, Sender) {
    let mut terminal = Terminal::start(card.home(), DASHBOARD, SIZE);
    let sender = Sender::connect(terminal.address()).unwrap();
    terminal.press("a");
    terminal.wait_for("listening, nothing to play");
    card.wait_until_open();
    (terminal, sender)
}

/// Posts each body at its time, which is counted from `began`. How much too late this thread was awake for one, at worst.
fn post(sender: &mut Sender, tone: &mut Tone, began: Instant, bodies: &[Body]) -> Duration {
    let mut late = Duration::ZERO;
    for body in bodies {
        late = late.max(wait_until(began, body.at));
        let sound = tone.next(body.seconds);
        assert_eq!(sender.sound(tone.rate, &sound).unwrap(), 200);
    }
    late
}

/// Posts sound until some is played: on a machine that stalls the card is lost, and what comes before it is found again, too.
fn play_some(terminal: &Terminal, sender: &mut Sender) {
    let mut tone = Tone::new(16_000);
    until("something is played", || {
        let bodies = WHOLE.posts(1, |_| 0.0);
        post(sender, &mut tone, Instant::now(), &bodies);
        let is_played = terminal.shows("s behind", Duration::from_secs(10));
        is_played.then_some(())
    });
}

/// So many seconds after `began`. How much too long it slept.
fn wait_until(began: Instant, seconds: f64) -> Duration {
    let due = began + Duration::from_secs_f64(seconds);
    match due.checked_duration_since(Instant::now()) {
        Some(left) => {
            thread::sleep(left);
            due.elapsed()
        }
        None => Duration::ZERO,
    }
}

/// Watches over a program that plays on a card.
fn watch(card: &Card, terminal: &Terminal) -> Canary {
    let mut processes = card.processes().to_vec();
    processes.push(terminal.pid());
    Canary::start(processes)
}

/// Lets something sound on a card, and what was recorded of it be judged. What is wrong counts only if the machine was awake all
/// the while; else it is tried again.
fn judge(
    what: &str,
    sound: impl Fn(&Card) -> Held,
    verdict: impl Fn(&Heard) -> Result<(), String>,
) {
    for _ in 0..ATTEMPTS {
        let Some(card) = Card::start() else { return };
        let held = sound(&card);
        let heard = tone::analyse(&card.recording());
        println!("{what}: {heard:?}; {held:?}");
        match heard.and_then(|heard| verdict(&heard)) {
            Ok(()) => return,
            Err(wrong) => assert!(held.is_stall(), "{what}: {wrong}"),
        }
    }
    loudly(&format!(
        "NOT JUDGED: {what}; the machine stalled {ATTEMPTS} times"
    ));
}

/// Plays scenarios at the same time, each on a card of its own.
fn play(scenarios: &[Scenario]) {
    thread::scope(|scope| {
        for scenario in scenarios {
            let sound = |card: &Card| {
                let (mut terminal, mut sender) = listening(card);
                let canary = watch(card, &terminal);
                let began = Instant::now();
                let mut tone = Tone::new(scenario.rate);
                let late = post(&mut sender, &mut tone, began, &scenario.bodies);
                wait_until(began, scenario.ends());
                let held = canary.stop(late);
                terminal.press("q");
                terminal.wait();
                held
            };
            scope.spawn(move || judge(scenario.what, sound, |heard| scenario.judge(heard)));
        }
    });
}

/// Seeds of the worst jitter: as if all that follows were early, or late.
const LATE_FIRST: u64 = 17;
const EARLY_FIRST: u64 = 23;

#[test]
fn a_tone_that_arrives_with_jitter_is_heard_without_gaps_or_clicks() {
    play(&[
        Scenario {
            what: "seconds, the first of them late",
            rate: 16_000,
            bodies: SECONDS.posts(22, jitter(LATE_FIRST)),
            gaps: &[],
        },
        Scenario {
            what: "seconds, the first of them early",
            rate: 8_000,
            bodies: SECONDS.posts(22, jitter(EARLY_FIRST)),
            gaps: &[],
        },
        Scenario {
            what: "bursts of seconds",
            rate: 16_000,
            bodies: BURSTS.posts(4, jitter(EARLY_FIRST)),
            gaps: &[],
        },
        Scenario {
            what: "bodies of five seconds",
            rate: 8_000,
            bodies: WHOLE.posts(5, jitter(EARLY_FIRST)),
            gaps: &[],
        },
    ]);
}

#[test]
fn what_is_lost_or_late_is_silence_without_clicks() {
    play(&[
        Scenario {
            what: "three seconds are lost",
            rate: 16_000,
            bodies: SECONDS.posts(16, |second| if second < 8 { 0.0 } else { 3.0 }),
            gaps: &[2.5..3.5],
        },
        Scenario {
            what: "three seconds are lost between bursts",
            rate: 16_000,
            bodies: BURSTS.posts(4, |burst| if burst < 2 { 0.0 } else { 3.0 }),
            gaps: &[2.5..3.5],
        },
        Scenario {
            // And the next one behind it.
            what: "a body is two seconds late",
            rate: 16_000,
            bodies: SECONDS.posts(12, |second| match second {
                4 | 5 => f64::from(6 - second),
                _ => 0.0,
            }),
            gaps: &[1.0..2.2],
        },
    ]);
}

/// Plays what was kept from a line on, pauses, goes on, seeks, and hears it to its end.
#[test]
fn a_kept_moment_is_heard_with_pauses_and_seeks_without_clicks() {
    let sound = |card: &Card| {
        let mut terminal = Terminal::start(card.home(), &["--port", "0"], SIZE);
        let mut sender = Sender::connect(terminal.address()).unwrap();
        let canary = watch(card, &terminal);
        let mut tone = Tone::new(16_000);
        let bodies = SECONDS.posts(8, |_| 0.0);
        let (before, after) = bodies.split_at(3);
        let began = Instant::now();
        let late = post(&mut sender, &mut tone, began, before);
        assert_eq!(sender.say("a", 0.0, "do you hear this?").unwrap(), 200);
        let late = late.max(post(&mut sender, &mut tone, began, after));
        terminal.wait_for("do you hear this?");
        terminal.press("k\r");
        terminal.wait_for("what was kept");
        thread::sleep(Duration::from_secs(2));
        terminal.press("p");
        terminal.wait_for("paused");
        thread::sleep(Duration::from_secs(1));
        terminal.press("p");
        terminal.wait_for("what was kept");
        thread::sleep(Duration::from_secs(2));
        terminal.press(",");
        terminal.wait_until("the end", |screen| {
            !screen.contents().contains("what was kept")
        });
        // What the card has buffered is still to be heard.
        thread::sleep(Duration::from_secs(1));
        let held = canary.stop(late);
        terminal.press("q");
        terminal.wait();
        held
    };
    judge("a kept moment", sound, |heard| {
        scenario::right(heard, &[0.8..1.8, 0.0..0.8])?;
        let lengths: Vec<f64> = heard.stretches.iter().map(|it| it.end - it.begin).collect();
        let [first, second, whole] = lengths[..] else {
            return Err(format!("{lengths:?} s were heard"));
        };
        let fits = (1.0..2.5).contains(&first) && (1.0..2.5).contains(&second);
        if fits && (7.9..8.1).contains(&whole) {
            return Ok(());
        }
        Err(format!("{lengths:?} s were heard"))
    });
}

#[test]
fn a_sound_server_that_dies_is_told_and_nothing_else_suffers() {
    let Some(card) = Card::start() else { return };
    let (mut terminal, mut sender) = listening(&card);
    play_some(&terminal, &mut sender);
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
    play_some(&terminal, &mut sender);
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
