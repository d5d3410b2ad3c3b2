//! A wrong rate, loss, and sound that stops must not be taken for each other.

use super::*;

/// What is made of the sound.
#[derive(Debug, PartialEq)]
enum Verdict {
    Whole,
    Rate(u32),
    Loss,
    Stopped,
    Unknown,
}
use Verdict::{Loss, Rate, Stopped, Unknown, Whole};

fn verdict(track: &SoundTrack, now: Timestamp) -> Verdict {
    match (track.suspicion(now), track.flow(now)) {
        (Some(suspicion), _) => Rate(suspicion.likely),
        (None, Some(flow)) if flow < 0.8 => Loss,
        (None, Some(_)) if track.gaps(now).is_empty() => Whole,
        (None, Some(_)) => Stopped,
        (None, None) => Unknown,
    }
}

/// The same bodies, each up to so many seconds late.
fn late(sent: Sent, most: f64) -> Sent {
    let late = |(number, (at, length))| (at + most * jitter(number).abs(), length);
    let mut sent: Sent = sent.into_iter().enumerate().map(late).collect();
    sent.sort_by(|a, b| a.0.total_cmp(&b.0));
    sent
}

/// Bytes that make five seconds of the rate that was told are posted when they have come.
fn slow(ratio: f64) -> Sent {
    every(5.0 / ratio, 5.0, 300.0)
}

/// Lost by chance.
fn by_chance(share: f64) -> impl Fn(usize, f64) -> bool {
    move |number, _| jitter(number) < 2.0 * share - 1.0
}

/// The rate that was told, what came, when it is judged, and as what.
const JUDGED: &[(&str, u32, Sender, f64, Verdict)] = &[
    ("all is well", 16_000, || bursts(5, 300.0), 303.0, Whole),
    ("8 kHz sent as 16", 16_000, || slow(0.5), 303.0, Rate(8000)),
    (
        "in bodies of a second",
        16_000,
        || every(2.0, 1.0, 300.0),
        301.0,
        Rate(8000),
    ),
    (
        "which are late",
        16_000,
        || late(every(2.0, 1.0, 300.0), 0.4),
        301.0,
        Rate(8000),
    ),
    (
        "in long bodies",
        16_000,
        || every(60.0, 30.0, 600.0),
        602.0,
        Rate(8000),
    ),
    (
        "in the longest",
        16_000,
        || every(240.0, 120.0, 1200.0),
        1202.0,
        Unknown,
    ),
    ("16 kHz sent as 8", 8000, || slow(2.0), 303.0, Rate(16_000)),
    (
        "48 kHz sent as 16",
        16_000,
        || slow(3.0),
        303.0,
        Rate(48_000),
    ),
    (
        "16 kHz sent as 48",
        48_000,
        || slow(1.0 / 3.0),
        303.0,
        Rate(16_000),
    ),
    (
        "16 kHz sent as 24",
        24_000,
        || slow(2.0 / 3.0),
        303.0,
        Rate(16_000),
    ),
    (
        "44.1 kHz sent as 48 is near real time",
        48_000,
        || slow(44.1 / 48.0),
        303.0,
        Whole,
    ),
    (
        "two at once",
        16_000,
        || late(merged(every(1.0, 1.0, 300.0), every(1.0, 1.0, 300.0)), 0.1),
        303.0,
        Rate(32_000),
    ),
    (
        "too early to tell",
        16_000,
        || every(2.0, 1.0, 50.0),
        51.0,
        Unknown,
    ),
    (
        "after a stop of a minute",
        16_000,
        || without(every(2.0, 1.0, 300.0), off(100.0, 160.0)),
        301.0,
        Rate(8000),
    ),
    ("a bad radio link", 16_000, || slow(0.7), 303.0, Loss),
    (
        "half is lost by chance",
        16_000,
        || without(every(1.0, 1.0, 300.0), by_chance(0.5)),
        301.0,
        Loss,
    ),
    (
        "bursts are lost by chance",
        16_000,
        || without(every(5.0, 5.0, 400.0), by_chance(0.45)),
        403.0,
        Loss,
    ),
    (
        "ever more is lost",
        16_000,
        || {
            without(every(1.0, 1.0, 300.0), |n, at| {
                at > 180.0 && (n % 2 == 0 || at > 240.0 && n % 4 == 1)
            })
        },
        301.0,
        Loss,
    ),
    (
        "an outage",
        16_000,
        || without(bursts(5, 300.0), off(180.0, 240.0)),
        303.0,
        Stopped,
    ),
    (
        "two outages",
        16_000,
        || {
            without(every(1.0, 1.0, 300.0), |_, at| {
                (150.0..180.0).contains(&at) || (200.0..230.0).contains(&at)
            })
        },
        301.0,
        Stopped,
    ),
    (
        "the device is off",
        16_000,
        || bursts(5, 300.0),
        330.0,
        Unknown,
    ),
    (
        "and on again for a little",
        16_000,
        || without(bursts(5, 320.0), off(100.0, 290.0)),
        323.0,
        Stopped,
    ),
    (
        "on and off",
        16_000,
        || without(bursts(5, 600.0), |_, at| at % 60.0 < 30.0),
        602.0,
        Stopped,
    ),
    (
        "an old session drains",
        16_000,
        || merged(every(1.0, 1.0, 240.0), later(every(1.0, 1.0, 30.0), 210.01)),
        241.0,
        Whole,
    ),
    (
        "three times too fast without a pause",
        16_000,
        || every(0.333, 1.0, 420.0),
        421.0,
        Rate(48_000),
    ),
    (
        "in bursts",
        16_000,
        || {
            every(5.0, 1.0, 300.0)
                .into_iter()
                .flat_map(|(at, _)| (0..15).map(move |body| (at + 0.04 * f64::from(body), 1.0)))
                .collect()
        },
        303.0,
        Rate(48_000),
    ),
];

#[test]
fn a_wrong_rate_is_steady_and_loss_is_not() {
    for (name, rate, sent, now, expected) in JUDGED {
        let track = track(&sent(), *rate);
        let (flow, suspicion) = (track.flow(at(*now)), track.suspicion(at(*now)));
        assert_eq!(
            verdict(&track, at(*now)),
            *expected,
            "{name}: {flow:?} {suspicion:?}"
        );
    }
}

/// Between two moments.
fn off(from: f64, to: f64) -> impl Fn(usize, f64) -> bool {
    move |_, at| (from..to).contains(&at)
}

#[test]
fn a_suspicion_tells_both_rates_and_the_ratio() {
    let suspicion = track(&slow(0.5), 16_000).suspicion(at(301.0)).unwrap();
    assert_eq!((suspicion.told, suspicion.likely), (16_000, 8000));
    assert!((suspicion.ratio - 0.5).abs() < 1e-9);
}

#[test]
fn a_change_of_rate_is_not_judged_together() {
    let mut track = track(&slow(0.5), 16_000);
    for (second, length) in every(5.0, 5.0, 50.0) {
        track.hear(&arrival("u", 300.0 + second, length, 8000), None);
    }
    assert_eq!(track.suspicion(at(351.0)), None);
}

#[test]
fn a_gap_is_where_sound_is_missing() {
    let sent = without(bursts(5, 300.0), |_, at| (180.0..240.0).contains(&at));
    let gap = Gap {
        from: at(175.0),
        to: at(235.0),
    };
    assert_eq!(track(&sent, RATE).gaps(at(303.0)), [gap]);
    assert_eq!(track(&sent, RATE).gaps(at(843.0)), []);
}

/// How often bodies half of which are lost by chance look like a wrong rate, in five hours and a half: seldom enough to be believed.
#[test]
fn chance_seldom_looks_like_a_wrong_rate() {
    let mut track = SoundTrack::default();
    let mut accused = 0;
    for second in 0..20_000 {
        if jitter(second + 77) < 0.0 {
            track.hear(&arrival("u", second as f64, 1.0, 16_000), None);
            accused += usize::from(track.suspicion(at(second as f64 + 0.5)).is_some());
        }
    }
    assert!(accused < 20, "{accused}");
}
