//! The newest samples, and a picture of them that moves evenly.

use std::sync::Arc;

use super::*;
use crate::monitor::sound::stream;

/// A track whose samples count up, of bodies by arrival and length; told how far it got at each moment.
struct Ramp {
    sent: Sent,
    next: usize,
    count: usize,
    track: SoundTrack,
    rate: u32,
}

impl Ramp {
    fn new(sent: Sent, rate: u32) -> Self {
        Self {
            sent,
            next: 0,
            count: 0,
            track: SoundTrack::default(),
            rate,
        }
    }

    /// Lets what has come by then arrive.
    fn until(&mut self, second: f64) {
        while let Some((arrived, length)) = self
            .sent
            .get(self.next)
            .copied()
            .filter(|(at, _)| *at <= second)
        {
            let arrival = arrival("u", arrived, length, self.rate);
            let samples = self.count..self.count + arrival.samples as usize;
            let pcm: Arc<[i16]> = samples.clone().map(ramp).collect();
            self.track.hear(&arrival, Some(&pcm));
            (self.count, self.next) = (samples.end, self.next + 1);
        }
    }
}

/// A value that tells its place within the last minute; never 0.
fn ramp(number: usize) -> i16 {
    (number % 30_011) as i16 + 1
}

/// Bursts, each up to 0.3 s early or late.
fn uneven(interval: usize) -> Sent {
    let sent = bursts(interval, 200.0).into_iter().enumerate();
    sent.map(|(number, (at, length))| (at + 0.3 * jitter(number / interval), length))
        .collect()
}

/// What comes, how long it takes until the longest delay has been seen, and what the delay may be, in s.
const EVEN: &[(&str, Sender, f64, f64)] = &[
    ("bodies of a second", || every(1.0, 1.0, 200.0), 30.0, 1.1),
    ("bursts of 5", || bursts(5, 200.0), 30.0, 5.3),
    ("uneven bursts of 5", || uneven(5), 70.0, 6.0),
    ("uneven bursts of 30", || uneven(30), 100.0, 32.0),
    ("bodies of 30", || every(30.0, 30.0, 400.0), 100.0, 30.1),
    ("bodies of 120", || every(120.0, 120.0, 400.0), 250.0, 120.1),
];

#[test]
fn a_picture_moves_evenly_although_sound_comes_in_bursts() {
    for (name, sent, warm, delay) in EVEN.iter().copied() {
        let sent = sent();
        let last = sent.last().unwrap().0;
        let mut ramps = Ramp::new(sent, RATE);
        ramps.until(warm);
        let mut head = ramps.track.paced_head(at(warm)).unwrap();
        let mut before: Option<i16> = None;
        let mut now = warm;
        while now < last {
            now += 0.05;
            ramps.until(now);
            let next = ramps.track.paced_head(at(now)).unwrap();
            let moved = next.duration_since(head).as_secs_f64();
            assert!(
                (0.0..0.06).contains(&moved),
                "{name} at {now}: moved by {moved}"
            );
            let behind = at(now).duration_since(next).as_secs_f64();
            assert!(behind < delay, "{name} at {now}: {behind} behind");
            let stretch = ramps.track.between(head, next);
            assert_eq!(stretch.missing, 0, "{name} at {now}");
            for sample in stretch.samples {
                let expected = before.map_or(sample, |before| ramp(before as usize));
                assert_eq!(sample, expected, "{name} at {now}");
                before = Some(sample);
            }
            head = next;
        }
        // It stops at the end of the sound.
        let end = ramps.track.paced_head(at(now + 500.0)).unwrap();
        assert_eq!(ramps.track.paced_head(at(now + 600.0)), Some(end), "{name}");
        assert_eq!(
            ramps.track.recent(end, 0.01).samples.last(),
            Some(&ramp(ramps.count - 1)),
            "{name}"
        );
    }
}

fn held_up(sent: Sent, from: f64, by: f64) -> Sent {
    let held_up = |(at, length)| {
        let late = (from..from + 1.0).contains(&at);
        (if late { at + by } else { at }, length)
    };
    sent.into_iter().map(held_up).collect()
}

/// What comes, and how much of the sound is missing by the rule that places it on the clock, in s.
const DISTURBED: &[(&str, Sender, f64)] = &[
    ("nothing", || bursts(5, 100.0), 0.0),
    (
        "a late burst",
        || held_up(bursts(5, 200.0), 100.0, 0.4),
        0.0,
    ),
    (
        "one that is later than arrivals jitter",
        || held_up(bursts(5, 200.0), 100.0, 4.0),
        4.0,
    ),
    (
        "an outage",
        || without(bursts(5, 300.0), |_, at| (100.0..160.0).contains(&at)),
        60.0,
    ),
    (
        "another interval",
        || merged(bursts(5, 100.0), later(bursts(30, 200.0), 100.0)),
        1.0,
    ),
    (
        "a shorter one",
        || merged(bursts(30, 120.0), later(bursts(5, 200.0), 120.0)),
        0.0,
    ),
    (
        "long bodies, one of them late",
        || held_up(every(30.0, 30.0, 300.0), 150.0, 7.0),
        7.0,
    ),
];

#[test]
fn whatever_is_late_the_picture_leaves_nothing_out_and_is_never_set_back() {
    for (name, sent, missing) in DISTURBED.iter().copied() {
        let mut ramps = Ramp::new(sent(), RATE);
        let mut head: Option<Timestamp> = None;
        let (mut shown, mut moved) = (0, SignedDuration::ZERO);
        for step in 1..9000 {
            let now = 0.05 * f64::from(step);
            ramps.until(now);
            let Some(next) = ramps.track.paced_head(at(now)) else {
                continue;
            };
            let before = head.replace(next).unwrap_or_else(|| {
                // It begins with the sound, and is seen a step later.
                shown = ramps.track.recent(next, 100.0).heard.len();
                assert!(shown < 60, "{name} at {now}: {shown}");
                next
            });
            assert!(next >= before, "{name} at {now}");
            moved += next.duration_since(before);
            let stretch = ramps.track.between(before, next);
            for sample in &stretch.samples[stretch.heard.clone()] {
                assert_eq!(*sample, ramp(shown), "{name} at {now}");
                shown += 1;
            }
        }
        assert_eq!(shown, ramps.count, "{name}");
        let found = moved.as_secs_f64() - shown as f64 / f64::from(RATE);
        assert!((found - missing).abs() < 0.06, "{name}: {found} s");
    }
}

#[test]
fn what_comes_too_fast_never_sets_the_picture_back() {
    for (spacing, length) in [(5.0, 15.0), (0.3, 1.0), (1.0, 2.1)] {
        let mut ramps = Ramp::new(every(spacing, length, 200.0), RATE);
        let mut head = Timestamp::MIN;
        for step in 1..5000 {
            let now = 0.05 * f64::from(step);
            ramps.until(now);
            let next = ramps.track.paced_head(at(now)).unwrap_or(head);
            assert!(next >= head, "{length} every {spacing} at {now}");
            head = next;
        }
        let head = ramps.track.paced_head(at(3000.0)).unwrap();
        assert_eq!(
            ramps.track.recent(head, 0.01).samples.last(),
            Some(&ramp(ramps.count - 1)),
            "{length} every {spacing}"
        );
    }
}

#[test]
fn what_is_held_is_two_intervals_and_ten_seconds_but_not_more_than_its_share() {
    // Interval, rate, at least so many seconds.
    for (interval, rate, least) in [
        (1, 8000, 12),
        (5, 16_000, 20),
        (30, 16_000, 70),
        (120, 16_000, 130),
        (5, 192_000, 10),
    ] {
        let mut ramps = Ramp::new(every(f64::from(interval), f64::from(interval), 400.0), rate);
        ramps.until(400.0);
        let held = ramps.track.held();
        assert!(
            held >= least * rate as usize,
            "{interval} s at {rate}: {held}"
        );
        assert!(held <= stream::SAMPLES, "{interval} s at {rate}: {held}");
        assert!(
            held <= (3 * interval as usize + 11) * rate as usize,
            "{interval} s at {rate}: {held}"
        );
    }
}

#[test]
fn where_too_much_comes_at_once_the_newest_of_it_is_shown() {
    let mut ramps = Ramp::new(every(60.0, 60.0, 120.0), 192_000);
    ramps.until(120.0);
    let head = ramps.track.paced_head(at(120.0)).unwrap();
    assert_eq!(ramps.track.recent(head, 0.5).missing, 0);
    assert!(ramps.track.paced_head(at(179.0)).unwrap() > head);
}

#[test]
fn missing_sound_is_silence_and_counted() {
    let mut ramps = Ramp::new(vec![(1.0, 1.0), (2.0, 1.0), (5.0, 1.0)], 10);
    ramps.until(5.0);
    let all = ramps.track.between(at(0.0), at(5.0));
    assert_eq!((all.samples.len(), all.missing), (50, 20));
    assert_eq!(all.heard, 0..50);
    assert_eq!(ramps.track.between(at(2.5), at(4.5)).heard, 15..20);
    assert_eq!(ramps.track.between(at(1.5), at(3.5)).heard, 0..5);
    assert_eq!(
        all.samples[18..42],
        [&[19, 20][..], &[0; 20], &[21, 22]].concat()
    );
    assert!(ramps.track.between(at(2.5), at(3.5)).samples.is_empty());
    assert!(ramps.track.between(at(3.0), at(2.0)).samples.is_empty());
    assert!(ramps.track.recent(at(5.0), -1.0).samples.is_empty());
    assert!(ramps.track.recent(at(5.0), f64::NAN).samples.is_empty());
    let whole = ramps.track.recent(at(5.0), f64::INFINITY);
    assert_eq!(whole.samples.len() - whole.missing, 30);
    assert_eq!(
        SoundTrack::default().recent(at(5.0), 1.0),
        Stretch::default()
    );
    assert_eq!(SoundTrack::default().paced_head(at(5.0)), None);
}

#[test]
fn another_rate_takes_over_once_the_first_is_silent() {
    let mut track = SoundTrack::default();
    let mut hear = |second: f64, rate: u32, length: f64| {
        let arrival = arrival("u", second, length, rate);
        let pcm: Arc<[i16]> = vec![1; arrival.samples as usize].into();
        track.hear(&arrival, Some(&pcm));
        track.recent(at(second), 0.1).rate
    };
    // Two sessions overlap, then one is left.
    for second in 0..20 {
        assert_eq!(hear(f64::from(second), 1000, 1.0), 1000);
        assert_eq!(hear(f64::from(second) + 0.5, 8000, 1.0), 1000);
    }
    for second in 20..30 {
        assert_eq!(hear(f64::from(second) + 0.5, 8000, 1.0), 1000);
    }
    assert_eq!(hear(30.5, 8000, 1.0), 8000);
}

#[test]
fn extremes_do_no_harm() {
    let mut track = SoundTrack::default();
    let far = [
        Timestamp::MIN,
        Timestamp::MAX,
        Timestamp::UNIX_EPOCH,
        Timestamp::MAX,
        Timestamp::MIN,
    ];
    for (number, arrived) in far.into_iter().enumerate() {
        for (rate, samples) in [(0, 7), (1, u32::MAX), (u32::MAX, 1), (192_000, 192_000)] {
            let arrival = SoundArrival {
                uid: uid("u"),
                arrived,
                rate,
                samples,
            };
            let pcm: Arc<[i16]> = vec![number as i16; 10].into();
            track.hear(&arrival, Some(&pcm));
        }
        for now in far {
            let hour = SignedDuration::from_hours(1);
            let _ = (
                track.coverage(hour, now),
                track.timing(now),
                track.flow(now),
            );
            let _ = (track.suspicion(now), track.gaps(now), track.paced_head(now));
            let _ = (track.recent(now, 0.1), track.between(now, arrived));
        }
    }
}

#[test]
fn tiny_bodies_are_bounded_too() {
    let mut ramps = Ramp::new(every(0.001, 0.001, 20.0), RATE);
    ramps.until(20.0);
    assert!(ramps.track.held() <= 4096);
}
