//! Several wearers at once.

use proptest::prelude::*;

use super::*;
use crate::event::{Level, Seq};

fn chunk(name: &str, second: f64, length: f64, rate: u32) -> SoundChunk {
    let arrival = arrival(name, second, length, rate);
    SoundChunk {
        seq: Seq(1),
        uid: arrival.uid,
        arrived: arrival.arrived,
        rate,
        samples: arrival.samples,
        level: Level::SILENCE,
        envelope: vec![0; 20].into(),
        pcm: Some(vec![7; arrival.samples as usize].into()),
    }
}

#[test]
fn each_wearer_has_a_track_and_the_one_who_is_heard_is_shown_until_silent() {
    let mut sounds = Sounds::default();
    for second in 0..60 {
        sounds.push(chunk("a", f64::from(second), 1.0, RATE));
        sounds.push(chunk("b", f64::from(second) + 0.5, 0.5, RATE));
        assert_eq!(sounds.shown, Some(uid("a")), "{second}");
    }
    let coverage = |name| {
        sounds
            .track(Some(&uid(name)))
            .coverage(SignedDuration::from_mins(1), at(60.1))
    };
    assert!((coverage("a").unwrap().ratio - 1.0).abs() < 0.01);
    assert!((coverage("b").unwrap().ratio - 0.5).abs() < 0.01);
    assert!((sounds.coverage(at(60.1)).unwrap() - 0.5).abs() < 0.01);
    assert_eq!(
        sounds.track(None).chunks(),
        sounds.track(Some(&uid("a"))).chunks()
    );
    for (second, shown) in [(62.0, "a"), (64.9, "a"), (65.0, "b"), (65.5, "b")] {
        sounds.push(chunk("b", second, 0.5, RATE));
        assert_eq!(sounds.shown, Some(uid(shown)), "{second}");
    }
    assert!(sounds.track(Some(&uid("c"))).chunks().is_empty());
}

#[test]
fn wearers_and_their_samples_are_bounded() {
    let mut sounds = Sounds::default();
    for round in 0..3 {
        for wearer in 0..20 {
            let second = f64::from(round * 20 + wearer) * 130.0;
            sounds.push(chunk(&format!("w{wearer}"), second, 120.0, 16_000));
            let held: usize = sounds.tracks().map(|(_, track)| track.held()).sum();
            assert!(held <= SAMPLES, "{held}");
            assert!(sounds.track(Some(&uid(&format!("w{wearer}")))).held() > 1_900_000);
        }
    }
    assert_eq!(sounds.tracks().count(), WEARERS);
    assert_eq!(sounds.tracks().next_back().unwrap().0, &uid("w19"));
}

#[test]
fn a_restart_goes_on_where_the_store_left_it_and_a_reload_keeps_the_samples() {
    let mut live = Sounds::default();
    let chunks: Vec<_> = bursts(5, 300.0)
        .into_iter()
        .map(|(at, length)| chunk("a", at, length, RATE))
        .collect();
    for chunk in &chunks {
        live.push(chunk.clone());
    }
    let arrivals: Vec<_> = chunks.iter().map(SoundChunk::arrival).collect();
    let newest: Vec<_> = chunks.iter().rev().take(10).rev().cloned().collect();
    let mut fresh = Sounds::default();
    fresh.load(&arrivals, newest);
    let (now, span) = (at(303.0), SignedDuration::from_mins(10));
    let (live_track, track) = (live.track(None), fresh.track(None));
    assert_eq!(track.coverage(span, now), live_track.coverage(span, now));
    assert_eq!(track.timing(now), live_track.timing(now));
    assert_eq!(track.paced_head(now), live_track.paced_head(now));
    assert_eq!((track.chunks().len(), track.held()), (10, 0));
    fresh.keep_samples_of(&live);
    let head = live_track.paced_head(now).unwrap();
    assert_eq!(
        fresh.track(None).recent(head, 5.0),
        live_track.recent(head, 5.0)
    );
    assert_eq!(fresh.track(None).recent(head, 5.0).missing, 0);
}

proptest! {
    #[test]
    fn whatever_comes_is_bounded_and_adds_up(
        bodies in prop::collection::vec((0..3_usize, -5.0..20.0_f64, 0.0..8.0_f64, 0..3_usize), 1..150)
    ) {
        let mut sounds = Sounds::default();
        let mut now = 0.0;
        for (wearer, later, length, rate) in bodies {
            now += later;
            let name = ["a", "b", "c"][wearer];
            let rate = [1000, 8000, 1001][rate];
            sounds.push(chunk(name, now, length, rate));
            let track = sounds.track(Some(&uid(name)));
            prop_assert!(track.held() <= crate::monitor::sound::stream::SAMPLES);
            if let Some(head) = track.paced_head(at(now)) {
                let stretch = track.recent(head, 2.0);
                let heard = stretch.samples.iter().filter(|sample| **sample == 7).count();
                prop_assert_eq!(stretch.samples.len() - stretch.missing, heard);
            }
            for minutes in [1, 10, 60] {
                let span = SignedDuration::from_mins(minutes);
                if let Some(coverage) = track.coverage(span, at(now)) {
                    prop_assert!(coverage.ratio.is_finite() && coverage.ratio >= 0.0);
                }
            }
        }
    }
}
