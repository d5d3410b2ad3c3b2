//! Minutes of playing in virtual time: a device of 48 kHz that pulls, and arrivals with jitter, stalls and drift.

use std::{f64::consts::TAU, time::Duration};

use super::*;

const DEVICE: u32 = 48_000;
const SOURCE: u32 = 16_000;
/// Frames that the device asks for at once.
const PULL: usize = 4096;

/// What came out of a simulation.
struct Heard {
    feeder: Feeder,
    /// Lengths of silences after the first sound, in seconds.
    gaps: Vec<f64>,
    /// Greatest step from one frame to the next.
    steepest: f32,
    sound: Vec<f32>,
}

/// Plays a tone that arrives at given times (in seconds) in chunks of a second, on a device whose clock is off by a part.
fn play(arrivals: &[f64], device_error: f64, keep: bool) -> Heard {
    let (mut feeder, mut player) = pair(SOURCE, DEVICE).unwrap();
    let frame = (1.0 + device_error) / f64::from(DEVICE);
    let mut heard = Heard {
        feeder: pair(SOURCE, DEVICE).unwrap().0,
        gaps: Vec::new(),
        steepest: 0.0,
        sound: Vec::new(),
    };
    let (mut now, mut next) = (0.0, 0);
    let (mut silent, mut begun, mut before) = (0_usize, false, 0.0_f32);
    let end = arrivals.last().unwrap() + 3.0;
    let mut buffer = vec![0.0; PULL];
    while now < end {
        while next < arrivals.len() && arrivals[next] <= now {
            feeder.push(&tone(next), Duration::from_secs_f64(arrivals[next]));
            next += 1;
        }
        player.pull(&mut buffer);
        now += PULL as f64 * frame;
        for &sample in &buffer {
            heard.steepest = heard.steepest.max((sample - before).abs());
            before = sample;
            if sample == 0.0 {
                silent += 1;
            } else {
                if begun && silent > 48 {
                    heard.gaps.push(silent as f64 / f64::from(DEVICE));
                }
                (silent, begun) = (0, true);
            }
        }
        if keep {
            heard.sound.extend_from_slice(&buffer);
        }
    }
    heard.feeder = feeder;
    heard
}

/// The second of a 440 Hz tone that begins at a second.
fn tone(second: usize) -> Vec<i16> {
    let begin = second * SOURCE as usize;
    (begin..begin + SOURCE as usize)
        .map(|n| ((TAU * 440.0 * n as f64 / f64::from(SOURCE)).sin() * 16000.0) as i16)
        .collect()
}

/// Arrivals each second with a jitter of up to 200 ms either way.
fn jittered(seconds: usize) -> Vec<f64> {
    let mut state = 12345_u64;
    let mut arrivals: Vec<f64> = (0..seconds)
        .map(|second| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            1.0 + second as f64 + 0.4 * ((state >> 33) as f64 / f64::from(1_u32 << 31) - 0.5)
        })
        .collect();
    arrivals.sort_by(f64::total_cmp);
    arrivals
}

/// No step of a 440 Hz tone of this height is steeper at 48 kHz, with some room for the fades.
const SMOOTH: f32 = 0.04;

#[test]
fn minutes_with_jitter_have_no_gap() {
    let heard = play(&jittered(300), 0.0, false);
    assert_eq!(
        (heard.feeder.underruns(), heard.feeder.dropped()),
        (1, 0),
        "only the end runs dry"
    );
    assert_eq!(heard.gaps, [0.0; 0]);
    assert!(heard.steepest < SMOOTH, "{}", heard.steepest);
}

#[test]
fn clocks_that_differ_neither_run_dry_nor_pile_up() {
    // Far more than clocks really differ, so that minutes show what hours would.
    for error in [2000e-6, -2000e-6] {
        let heard = play(&jittered(300), error, false);
        assert_eq!(heard.feeder.underruns(), 1, "{error}");
        assert_eq!(heard.gaps, [0.0; 0], "{error}");
        assert!(
            heard.feeder.low_water < 1.5,
            "{error}: {}",
            heard.feeder.low_water
        );
    }
}

#[test]
fn a_stall_is_one_gap_and_what_piled_up_is_skipped() {
    let arrivals: Vec<f64> = (0..60)
        .map(|second| {
            if (20..30).contains(&second) {
                30.0
            } else {
                f64::from(second)
            }
        })
        .collect();
    let heard = play(&arrivals, 0.0, false);
    assert_eq!(heard.gaps.len(), 1, "{:?}", heard.gaps);
    assert!((9.0..12.0).contains(&heard.gaps[0]), "{:?}", heard.gaps);
    assert!(heard.feeder.low_water < 2.0, "{}", heard.feeder.low_water);
    assert!(heard.steepest < SMOOTH, "{}", heard.steepest);
}

#[test]
fn a_late_chunk_is_one_gap_and_widens_the_margin() {
    let arrivals: Vec<f64> = (0..40)
        .map(|second| {
            if second == 20 {
                22.0
            } else {
                f64::from(second)
            }
        })
        .collect();
    let mut arrivals = arrivals;
    arrivals.sort_by(f64::total_cmp);
    let heard = play(&arrivals, 0.0, false);
    assert_eq!(heard.gaps.len(), 1, "{:?}", heard.gaps);
    assert!((0.5..2.5).contains(&heard.gaps[0]), "{:?}", heard.gaps);
    assert!(heard.steepest < SMOOTH, "{}", heard.steepest);
}

#[test]
fn bursts_of_five_seconds_are_no_pile() {
    let arrivals: Vec<f64> = (0..120)
        .map(|second| f64::from(second / 5 * 5) + 5.0 + f64::from(second % 5) * 0.01)
        .collect();
    let heard = play(&arrivals, 0.0, false);
    assert_eq!(heard.gaps, [0.0; 0]);
    assert_eq!(heard.feeder.underruns(), 0);
}

#[test]
fn a_tone_stays_a_clean_tone() {
    let heard = play(&jittered(20), 0.0, true);
    let from = heard
        .sound
        .iter()
        .position(|sample| *sample != 0.0)
        .unwrap()
        + 48_000;
    let window = &heard.sound[from..from + 48_000];
    let distortion = residual(window, 440.0);
    assert!(distortion < -60.0, "{distortion} dB");
}

/// What is left of a window beside its sine, in dB. The frequency may be off by the drift control.
fn residual(window: &[f32], frequency: f64) -> f64 {
    let fit = |frequency: f64| {
        let step = TAU * frequency / f64::from(DEVICE);
        let (mut sine, mut cosine, mut power) = (0.0, 0.0, 0.0);
        for (n, sample) in window.iter().enumerate() {
            let (s, c) = (step * n as f64).sin_cos();
            sine += f64::from(*sample) * s;
            cosine += f64::from(*sample) * c;
            power += f64::from(*sample) * f64::from(*sample);
        }
        let fitted = 2.0 * (sine * sine + cosine * cosine) / window.len() as f64;
        (power - fitted) / power
    };
    let best = (-3000..=3000)
        .map(|part| fit(frequency * (1.0 + f64::from(part) * 1e-6)))
        .fold(f64::MAX, f64::min);
    10.0 * best.max(1e-12).log10()
}
