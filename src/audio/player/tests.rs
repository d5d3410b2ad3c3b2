//! Hours of playing in virtual time: arrivals with jitter, stalls and loss, and a device that pulls by a clock of its own.

mod simulation;

use std::{f64::consts::TAU, time::Duration};

use rubato::SincInterpolationType;

use super::*;
use simulation::{Arrival, Simulation, jittered, jittered_intervals, regular};

/// As a wearer sounds on a sound card.
const REAL: Simulation = Simulation {
    source: 16_000,
    device: 48_000,
    clock_error: 0.0,
    cheap: false,
};

/// The same behaviour in a fraction of the time: rates as low, and a filter as short, as they go.
const LONG: Simulation = Simulation {
    source: 1_000,
    device: 6_000,
    clock_error: 0.0,
    cheap: true,
};

const HOUR: usize = 3600;

#[test]
fn an_hour_with_jitter_never_runs_dry() {
    let heard = LONG.play(&jittered(HOUR));
    assert_eq!(heard.counts(), (0, 0.0, 0.0), "underruns, skipped, dropped");
    assert!(heard.longest_delay < 2.0, "{}", heard.longest_delay);
}

#[test]
fn an_hour_with_clocks_that_differ_neither_runs_dry_nor_piles_up() {
    for clock_error in [500e-6, -500e-6] {
        let simulation = Simulation {
            clock_error,
            ..LONG
        };
        let heard = simulation.play(&jittered(HOUR));
        assert_eq!(heard.counts(), (0, 0.0, 0.0), "{clock_error}");
        assert!(heard.longest_delay < 2.2, "{}", heard.longest_delay);
    }
}

/// Clocks that differ by 200 ppm, over ten minutes, in each style of Omi's senders.
#[test]
fn ten_minutes_with_clocks_that_differ_do_not_change_the_delay() {
    const MINUTE: f64 = 60.0;
    const END: f64 = 10.0 * MINUTE;
    for (what, every, chunk) in [
        ("a second every second", 1, 1.0),
        ("bursts of five seconds", 5, 1.0),
        ("bodies of five seconds", 5, 5.0),
    ] {
        let arrivals = jittered_intervals(END as usize, every, chunk);
        let waited = |clock_error| {
            let simulation = Simulation {
                clock_error,
                ..LONG
            };
            let heard = simulation.play(&arrivals);
            assert_eq!(heard.counts(), (0, 0.0, 0.0), "{what}, {clock_error}");
            let early = heard.waited(0.5 * MINUTE, 1.5 * MINUTE);
            let late = heard.waited(END - MINUTE, END);
            assert!(
                (late - early).abs() < 0.35,
                "{what}: {early}, then {late} s"
            );
            late
        };
        // Left alone, they would be a quarter of a second apart.
        let (slow, fast) = (waited(200e-6), waited(-200e-6));
        assert!((slow - fast).abs() < 0.15, "{what}: {slow} s and {fast} s");
    }
}

/// What arrives, and what is to be heard of it.
struct Case {
    what: &'static str,
    arrivals: Vec<Arrival>,
    /// Seconds that are skipped, from and to.
    skipped: (f64, f64),
    /// Seconds of the one gap, from and to.
    gap: Option<(f64, f64)>,
}

fn cases() -> [Case; 7] {
    let clean = |what, arrivals| Case {
        what,
        arrivals,
        skipped: (0.0, 0.0),
        gap: None,
    };
    [
        clean("regular", regular(30)),
        clean("jitter", jittered(30)),
        clean("bursts of five seconds", bursts(30, 5)),
        clean("bursts of a minute", bursts(120, 60)),
        Case {
            what: "a stall of ten seconds",
            arrivals: held_back(40, 10..20, 20.0),
            skipped: (8.0, 11.0),
            gap: Some((9.0, 11.0)),
        },
        Case {
            what: "a chunk two seconds late, and the next one behind it",
            arrivals: held_back(30, 10..12, 12.0),
            skipped: (0.0, 0.0),
            gap: Some((1.0, 2.2)),
        },
        Case {
            what: "three seconds that are lost",
            arrivals: lost(30, 10..13),
            skipped: (0.0, 0.0),
            gap: Some((2.8, 3.2)),
        },
    ]
}

#[test]
fn what_is_late_is_heard_as_it_should_be() {
    for case in cases() {
        let what = case.what;
        let heard = REAL.play(&case.arrivals);
        let (underruns, skipped, dropped) = heard.counts();
        assert_eq!(
            (underruns, dropped),
            (case.gap.iter().count() as u64, 0.0),
            "{what}"
        );
        let (from, to) = case.skipped;
        assert!(
            (from..=to).contains(&skipped),
            "{what}: {skipped} s skipped"
        );
        match (case.gap, heard.gaps.as_slice()) {
            (None, []) => {}
            (Some((from, to)), [gap]) if (from..to).contains(gap) => {}
            (_, gaps) => panic!("{what}: {gaps:?}"),
        }
        assert!(heard.steepest < SMOOTH, "{what}: {}", heard.steepest);
    }
}

/// No step of the simulation's tone at 48 kHz is steeper, with a little room for fades.
const SMOOTH: f32 = 0.06;

#[test]
fn lateness_that_comes_again_is_heard_once() {
    // Every tenth chunk is late by 0.9 s.
    let arrivals: Vec<_> = (0..50)
        .map(|second| Arrival {
            at: f64::from(second) + if second % 10 == 5 { 0.9 } else { 0.0 },
            seconds: 1.0,
        })
        .collect();
    let heard = REAL.play(&arrivals);
    assert_eq!(heard.feeder.underruns(), 1);
}

#[test]
fn what_finds_no_room_is_counted() {
    let (mut feeder, _player) = pair(1_000, 8_000, 1_000).unwrap();
    for _ in 0..150 {
        feeder.push(&[1; 1_000], Duration::ZERO);
    }
    assert!(
        (feeder.dropped() - 30.0).abs() < 1e-9,
        "{}",
        feeder.dropped()
    );
}

#[test]
fn every_legal_rate_can_be_played_on_every_common_device() {
    for source in [1_000, 8_000, 11_025, 16_000, 44_100, 192_000] {
        for device in [8_000, 44_100, 48_000, 192_000] {
            let (mut feeder, mut player) = pair(source, device, source as usize).unwrap();
            feeder.push(&vec![10_000; source as usize], Duration::ZERO);
            let mut frames = vec![0.0; device as usize];
            player.pull(&mut frames);
            let loudest = frames
                .iter()
                .fold(0.0_f32, |loudest, frame| loudest.max(*frame));
            assert!(loudest > 0.3, "{source} on {device}: {loudest}");
        }
    }
}

#[test]
fn a_tone_stays_a_clean_tone() {
    for source in [8_000, 16_000] {
        let heard = Simulation { source, ..REAL }.play(&regular(6));
        let window = &heard.sound[3 * 48_000..4 * 48_000];
        let distortion = residual(window);
        assert!(distortion < -85.0, "{source} Hz: {distortion} dB");
    }
}

/// What there is in a second beside the simulation's tone, in dB.
fn residual(window: &[f32]) -> f64 {
    let step = TAU * simulation::TONE / window.len() as f64;
    let (mut sine, mut cosine, mut power) = (0.0, 0.0, 0.0);
    for (n, sample) in window.iter().enumerate() {
        let sample = f64::from(*sample);
        let (s, c) = (step * n as f64).sin_cos();
        sine += sample * s;
        cosine += sample * c;
        power += sample * sample;
    }
    let tone = 2.0 * (sine * sine + cosine * cosine) / window.len() as f64;
    10.0 * ((power - tone) / power).max(1e-20).log10()
}

/// Chunks of a second that are posted back to back, the last one a stub, after each `every` seconds.
fn bursts(seconds: usize, every: usize) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    for burst in 1..=seconds / every {
        let began = (burst * every) as f64;
        for chunk in 0..=every {
            arrivals.push(Arrival {
                at: began + 0.03 * chunk as f64,
                seconds: if chunk < every {
                    0.992
                } else {
                    0.008 * every as f64
                },
            });
        }
    }
    arrivals
}

/// Chunks of a second; some do not come before a moment.
fn held_back(seconds: usize, which: std::ops::Range<usize>, until: f64) -> Vec<Arrival> {
    regular(seconds)
        .into_iter()
        .enumerate()
        .map(|(second, arrival)| Arrival {
            at: if which.contains(&second) {
                until
            } else {
                arrival.at
            },
            ..arrival
        })
        .collect()
}

/// Chunks of a second; some never come.
fn lost(seconds: usize, which: std::ops::Range<usize>) -> Vec<Arrival> {
    let all = regular(seconds).into_iter().enumerate();
    all.filter(|(second, _)| !which.contains(second))
        .map(|(_, arrival)| arrival)
        .collect()
}
