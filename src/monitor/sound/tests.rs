//! Sound as it arrives, as data: when (s) and how long (s).

mod flow;
mod stream;
mod wearers;

use jiff::{SignedDuration, Timestamp};

use super::*;

pub(super) const RATE: u32 = 1000;

pub(super) fn at(second: f64) -> Timestamp {
    let micros = (second * 1e6).round() as i64;
    Timestamp::from_microsecond(1_795_000_000_000_000 + micros).unwrap()
}

pub(super) fn uid(name: &str) -> Uid {
    Uid::parse(name).unwrap()
}

/// Bodies by arrival and length, in s.
pub(super) type Sent = Vec<(f64, f64)>;

/// Makes what is sent, for tables of it.
pub(super) type Sender = fn() -> Sent;

/// A number from -1 to 1 that is the same for the same number, and by chance otherwise.
pub(super) fn jitter(number: usize) -> f64 {
    let mut mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 40) as f64 / f64::from(1 << 23) - 1.0
}

/// A body of `length` every `spacing`, from the one that arrives after `spacing`.
pub(super) fn every(spacing: f64, length: f64, until: f64) -> Sent {
    let count = (until / spacing) as usize;
    let body = |number: usize| (number as f64 * spacing, length);
    (1..=count).map(body).collect()
}

/// What an interval held, as bodies of a second that arrive 40 ms apart.
pub(super) fn bursts(interval: usize, until: f64) -> Sent {
    every(interval as f64, 1.0, until)
        .into_iter()
        .flat_map(|(at, length)| (0..interval).map(move |body| (at + 0.04 * body as f64, length)))
        .collect()
}

pub(super) fn without(sent: Sent, lost: impl Fn(usize, f64) -> bool) -> Sent {
    let kept = sent.into_iter().enumerate();
    kept.filter(|(number, (at, _))| !lost(*number, *at))
        .map(|(_, body)| body)
        .collect()
}

/// What two sessions sent, as it arrives.
pub(super) fn merged(one: Sent, other: Sent) -> Sent {
    let mut sent = [one, other].concat();
    sent.sort_by(|a, b| a.0.total_cmp(&b.0));
    sent
}

pub(super) fn later(sent: Sent, by: f64) -> Sent {
    let later = |(at, length)| (at + by, length);
    sent.into_iter().map(later).collect()
}

pub(super) fn arrival(name: &str, at_second: f64, length: f64, rate: u32) -> SoundArrival {
    SoundArrival {
        uid: uid(name),
        arrived: at(at_second),
        rate,
        samples: (length * f64::from(rate)).round() as u32,
    }
}

pub(super) fn track(sent: &[(f64, f64)], rate: u32) -> SoundTrack {
    let mut track = SoundTrack::default();
    for (second, length) in sent {
        track.hear(&arrival("u", *second, *length, rate), None);
    }
    track
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;

/// What was sent; then over how long and when coverage is asked, the ratio, and over what it is told. All in s.
const COVERED: &[(&str, Sender, [f64; 4])] = &[
    (
        "a body a second",
        || every(1.0, 1.0, 200.0),
        [MINUTE, 200.6, 1.0, 60.0],
    ),
    ("bursts", || bursts(5, 200.0), [MINUTE, 201.0, 1.0, 60.0]),
    (
        "bursts, the last one on its way",
        || bursts(5, 200.0),
        [MINUTE, 200.2, 1.0, 60.0],
    ),
    (
        "a third is lost",
        || without(bursts(30, 600.0), |number, _| number % 3 == 0),
        [600.0, 602.0, 0.667, 570.0],
    ),
    (
        "a third is lost, and more may be on its way",
        || without(bursts(30, 600.0), |number, _| number % 3 == 0),
        [600.0, 601.5, 0.667, 540.0],
    ),
    (
        "long bodies",
        || every(120.0, 120.0, 1800.0),
        [MINUTE, 1860.0, 1.0, 120.0],
    ),
    (
        "longer than any",
        || every(300.0, 300.0, 3600.0),
        [600.0, 3660.0, 1.0, 600.0],
    ),
    (
        "the beginning",
        || every(5.0, 5.0, 20.0),
        [HOUR, 22.0, 1.0, 15.0],
    ),
    (
        "an outage",
        || {
            without(every(1.0, 1.0, HOUR), |_, at| {
                (1000.0..1360.0).contains(&at)
            })
        },
        [HOUR, HOUR + 0.6, 0.9, 3599.0],
    ),
    (
        "more than an hour",
        || every(1.0, 1.0, 3.0 * HOUR),
        [HOUR, 3.0 * HOUR + 0.6, 1.0, HOUR],
    ),
    (
        "not overdue yet",
        || bursts(5, 100.0),
        [MINUTE, 112.0, 1.0, 60.0],
    ),
    ("overdue", || bursts(5, 100.0), [MINUTE, 130.0, 0.5, 60.0]),
    (
        "switched off",
        || bursts(5, 100.0),
        [MINUTE, 220.0, 0.0, 120.0],
    ),
    (
        "off, of an hour",
        || every(5.0, 5.0, HOUR),
        [HOUR, HOUR + 600.0, 0.833, HOUR],
    ),
    (
        "a clock that is put back",
        || [every(1.0, 1.0, 200.0), every(1.0, 1.0, 200.0)].concat(),
        [MINUTE, 200.6, 1.0, 60.0],
    ),
    (
        "two at once",
        || merged(every(1.0, 1.0, 200.0), every(1.0, 1.0, 200.0)),
        [MINUTE, 200.6, 2.0, 60.0],
    ),
    (
        "no sound of no length",
        || vec![(1.0, 0.0), (2.0, 0.0), (3.0, 1.0), (4.0, 1.0)],
        [MINUTE, 4.6, 1.0, 1.0],
    ),
    (
        "an old session drains",
        || merged(every(1.0, 1.0, 100.0), later(every(1.0, 1.0, 30.0), 70.01)),
        [HOUR, 100.6, 1.303, 99.0],
    ),
    (
        "three times too fast in long bodies",
        || every(5.0, 15.0, 300.0),
        [MINUTE, 301.0, 3.0, 60.0],
    ),
    (
        "three times too fast without a pause",
        || every(0.333, 1.0, 300.0),
        [MINUTE, 299.8, 3.0, 60.3],
    ),
];

#[test]
fn coverage_is_measured_from_burst_to_burst_and_tells_over_what() {
    for (name, sent, [span, now, ratio, over]) in COVERED {
        let coverage =
            track(&sent(), RATE).coverage(SignedDuration::from_secs_f64(*span), at(*now));
        let coverage = coverage.unwrap_or_else(|| panic!("{name}: unknown"));
        assert!(
            (coverage.ratio - ratio).abs() < 0.005,
            "{name}: {coverage:?}"
        );
        assert!(
            (coverage.over.as_secs_f64() - over).abs() < 1.0,
            "{name}: {coverage:?}"
        );
    }
}

#[test]
fn coverage_is_unknown_before_two_bursts_and_once_sound_has_ended() {
    let minute = SignedDuration::from_mins(1);
    for (sent, now) in [
        (Vec::new(), 10.0),
        (every(5.0, 5.0, 5.0), 7.6),
        (every(5.0, 5.0, 60.0), 211.0),
    ] {
        assert_eq!(
            track(&sent, RATE).coverage(minute, at(now)),
            None,
            "{sent:?}"
        );
    }
}

fn uneven() -> Sent {
    let sent = every(5.0, 5.3, 500.0).into_iter().enumerate();
    sent.map(|(number, (at, length))| (at + 0.4 * jitter(number), length))
        .collect()
}

fn outage(_: usize, at: f64) -> bool {
    (300.0..360.0).contains(&at)
}

/// What was sent and when it is asked; then the length of a body, interval, spacing, its p95, the longest, jitter; at most how far off.
const TIMED: &[(&str, Sender, f64, [f64; 6], f64)] = &[
    (
        "a body a second",
        || every(1.0, 1.0, 700.0),
        700.6,
        [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
        0.001,
    ),
    (
        "bursts",
        || bursts(5, 300.0),
        303.0,
        [1.0, 5.0, 5.0, 5.0, 5.0, 0.0],
        0.001,
    ),
    (
        "old bodies",
        || every(10.4, 10.4, 300.0),
        305.0,
        [10.4, 10.0, 10.4, 10.4, 10.4, 0.0],
        0.001,
    ),
    (
        "short bodies",
        || every(0.2, 0.2, 60.0),
        60.5,
        [0.2, 0.2, 0.2, 0.2, 0.2, 0.0],
        0.001,
    ),
    (
        "an outage",
        || without(bursts(5, 500.0), outage),
        503.0,
        [1.0, 5.0, 5.0, 5.0, 65.0, 0.0],
        0.001,
    ),
    (
        "past outages",
        || without(bursts(5, 1200.0), outage),
        1203.0,
        [1.0, 5.0, 5.0, 5.0, 5.0, 0.0],
        0.001,
    ),
    (
        "jitter",
        uneven,
        503.0,
        [5.3, 5.0, 5.0, 5.5, 5.7, 0.2],
        0.15,
    ),
    (
        "three times too fast",
        || every(2.0, 6.0, 300.0),
        303.0,
        [6.0, 6.0, 2.0, 2.0, 2.0, 0.0],
        0.001,
    ),
];

#[test]
fn timing_tells_length_interval_spacing_and_jitter() {
    for (name, sent, now, expected, off) in TIMED {
        let timing = track(&sent(), RATE).timing(at(*now)).unwrap();
        let told = [
            timing.body,
            timing.interval,
            timing.spacing,
            timing.spacing_p95,
            timing.longest,
            timing.jitter,
        ];
        for (told, expected) in told.iter().zip(expected) {
            assert!(
                (told.as_secs_f64() - expected).abs() <= *off,
                "{name}: {timing:?}"
            );
        }
    }
    assert_eq!(track(&every(5.0, 5.0, 5.0), RATE).timing(at(8.0)), None);
}
