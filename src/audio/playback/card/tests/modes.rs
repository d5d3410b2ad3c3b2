//! From live to kept sound and back, with pauses, seeks and losses in between.

use proptest::prelude::*;

use super::bench::{Bench, at, uid};
use crate::audio::playback::{
    card::*,
    status::{Heard as Mode, State},
};

/// Asserts that stretches of kept sound were heard, within 30 ms.
fn assert_kept(heard: &super::bench::Heard, expected: &[(f64, f64)]) {
    let kept = heard.kept();
    let near = |a: f64, b: f64| (a - b).abs() < 0.03;
    let fits = kept
        .iter()
        .zip(expected)
        .all(|(a, b)| near(a.0, b.0) && near(a.1, b.1));
    assert!(
        fits && kept.len() == expected.len(),
        "{kept:?} instead of {expected:?}"
    );
    assert!(!heard.clicks());
}

/// What is kept, from when on it is played, what is heard, and for how many seconds; whether it is told that nothing is kept.
type Case = (&'static [(f64, f64)], f64, &'static [(f64, f64)], f64, bool);

#[test]
fn kept_sound_is_heard_from_where_it_is_asked_for_as_far_as_it_goes() {
    let cases: [Case; 9] = [
        (&[(0.0, 8.0)], 2.5, &[(2.5, 8.0)], 5.5, false),
        (&[(5.0, 8.0)], 0.0, &[(5.0, 8.0)], 3.0, false),
        // Much shorter than what is read ahead.
        (&[(0.0, 0.3)], 0.0, &[(0.0, 0.3)], 0.3, false),
        // A short gap is silence, a long one is passed over.
        (
            &[(0.0, 2.0), (2.5, 4.0)],
            0.0,
            &[(0.0, 2.0), (2.5, 4.0)],
            4.0,
            false,
        ),
        (
            &[(0.0, 2.0), (30.0, 32.0)],
            0.0,
            &[(0.0, 2.0), (30.0, 32.0)],
            4.0,
            false,
        ),
        // After a very long one, it is another matter.
        (
            &[(0.0, 2.0), (603.0, 604.0)],
            0.0,
            &[(0.0, 2.0)],
            2.0,
            false,
        ),
        (&[(0.0, 2.0)], 2.0, &[], 0.0, true),
        (&[(11.0, 12.0)], 0.0, &[], 0.0, true),
        (&[], 0.0, &[], 0.0, true),
    ];
    for (kept, from, expected, seconds, not_kept) in cases {
        let mut bench = Bench::with(kept);
        bench.playback.play_from(uid(), at(from));
        assert_eq!(bench.status().heard, Mode::Kept);
        let heard = bench.hear(8.0);
        assert_kept(&heard, expected);
        let sounding = heard.frames.iter().filter(|frame| frame.abs() > 1e-6);
        let gaps = if kept == [(0.0, 2.0), (2.5, 4.0)] {
            0.5
        } else {
            0.0
        };
        let sounding = sounding.count() as f64 / super::bench::DEVICE as f64;
        assert!((sounding + gaps - seconds).abs() < 0.03, "{sounding} s");
        let status = bench.status();
        assert_eq!(
            (status.state, status.heard, status.not_kept),
            (State::Off, Mode::Live, not_kept),
            "{kept:?}"
        );
    }
}

#[test]
fn that_nothing_is_kept_is_forgotten_with_the_next_that_is_heard() {
    let mut bench = Bench::with(&[(0.0, 4.0)]);
    bench.playback.play_from(uid(), at(50.0));
    bench.hear(0.1);
    assert!(bench.status().not_kept);
    bench.playback.play_from(uid(), at(0.0));
    assert!(!bench.status().not_kept);
    assert_kept(&bench.hear(5.0), &[(0.0, 4.0)]);
}

#[test]
fn words_are_heard_from_a_little_before_where_they_are_in_the_sound() {
    let mut bench = Bench::shifted(&[(0.0, 12.0)], 2.0);
    bench.playback.play(&Passage {
        uid: uid(),
        conversation: None,
        at: at(5.0),
    });
    assert_kept(&bench.hear(2.0), &[(6.7, 8.7)]);
    // What is shown is the clock of the words; what is gone back to is the sound.
    let (_, place) = bench.playback.place().unwrap();
    let shown = place.duration_since(at(0.0)).as_secs_f64();
    assert!((shown - 6.7).abs() < 0.1, "{shown}");
    bench.playback.toggle_pause();
    bench.hear(0.5);
    bench.playback.toggle_pause();
    let kept = bench.hear(8.0).kept();
    let [(from, to)] = kept[..] else {
        panic!("{kept:?}")
    };
    assert!(
        (from - 8.7).abs() < 0.1 && (to - 12.0).abs() < 0.03,
        "{kept:?}"
    );
}

#[test]
fn a_pause_goes_on_where_it_began() {
    let mut bench = Bench::with(&[(0.0, 8.0)]);
    bench.playback.play_from(uid(), at(1.0));
    let first = bench.hear(2.0);
    bench.playback.toggle_pause();
    assert_eq!(bench.status().heard, Mode::Paused);
    let fading = bench.hear(0.1);
    assert!(bench.hear(2.0).is_silent());
    bench.playback.toggle_pause();
    assert_eq!(bench.status().heard, Mode::Kept);
    let rest = bench.hear(8.0);
    assert!(!first.clicks() && !fading.clicks() && !rest.clicks());
    let ([(from, until)], [(resumed, end)]) = (&first.kept()[..], &rest.kept()[..]) else {
        panic!("{:?}, {:?}", first.kept(), rest.kept())
    };
    assert!((from - 1.0).abs() < 0.03 && (end - 8.0).abs() < 0.03);
    assert!((resumed - until).abs() < 0.05, "{until}, then {resumed}");
}

#[test]
fn seeks_go_back_and_forth_and_into_the_present() {
    let mut bench = Bench::with(&[(0.0, 58.0)]);
    bench.playback.set_listening(true);
    bench.playback.play_from(uid(), at(20.0));
    assert_kept(&bench.hear(2.0), &[(20.0, 22.0)]);
    for by in [10, -20, -10, 30] {
        let (_, place) = bench.playback.place().unwrap();
        let to = place.duration_since(at(0.0)).as_secs_f64() + f64::from(by);
        let by = SignedDuration::from_secs(by.into());
        bench.playback.seek(by, bench.now());
        let heard = bench.hear(2.0);
        assert!(!heard.clicks());
        let kept = heard.kept();
        let [.., (from, until)] = kept[..] else {
            panic!("nothing")
        };
        assert!((from - to).abs() < 0.03, "{from} instead of {to}");
        assert!((until - to - 2.0).abs() < 0.2, "{until}, from {to} on");
    }
    // Ten minutes on is not past yet.
    bench
        .playback
        .seek(SignedDuration::from_mins(10), bench.now());
    assert_eq!(bench.status().heard, Mode::Live);
    bench.feed();
    let heard = bench.hear(3.0);
    assert!((heard.live() - 1.0).abs() < 0.02, "{}", heard.live());
}

#[test]
fn while_paused_a_seek_moves_the_place() {
    let mut bench = Bench::with(&[(0.0, 20.0)]);
    bench.playback.play_from(uid(), at(10.0));
    bench.hear(1.0);
    bench.playback.toggle_pause();
    bench
        .playback
        .seek(SignedDuration::from_secs(-8), bench.now());
    assert!(bench.hear(1.0).kept().is_empty());
    let (_, place) = bench.playback.place().unwrap();
    assert!((place.duration_since(at(3.0)).as_secs_f64()).abs() < 0.05);
    bench.playback.toggle_pause();
    let kept = bench.hear(2.0).kept();
    assert!((kept[0].0 - 3.0).abs() < 0.05, "{kept:?}");
}

#[test]
fn live_sound_is_heard_again_once_kept_sound_has_ended() {
    let mut bench = Bench::with(&[(0.0, 3.0)]);
    bench.playback.set_listening(true);
    bench.feed();
    let before = bench.hear(0.9);
    assert!(before.live() > 0.3);
    bench.playback.play_from(uid(), at(0.0));
    let mut kept = Vec::new();
    for _ in 0..4 {
        // Meanwhile live sound goes on, and is not heard.
        bench.feed();
        let heard = bench.hear(0.7);
        assert!(!heard.clicks());
        kept.push(heard);
    }
    assert!(kept.iter().skip(1).all(|heard| heard.live() == 0.0));
    bench.hear(1.0);
    assert_eq!(
        (bench.status().state, bench.status().heard),
        (State::Waiting, Mode::Live)
    );
    bench.feed();
    let after = bench.hear(2.0);
    assert!((after.live() - 1.0).abs() < 0.02, "{}", after.live());
    assert!(!after.clicks());
}

#[test]
fn asked_for_while_the_past_is_heard_the_present_comes() {
    // Whether someone listened before; what is then.
    for (listened, state) in [(true, State::Waiting), (false, State::Waiting)] {
        let mut bench = Bench::with(&[(0.0, 9.0)]);
        bench.playback.set_listening(listened);
        bench.playback.play_from(uid(), at(0.0));
        bench.hear(1.0);
        bench.playback.toggle();
        assert_eq!(
            (bench.status().state, bench.status().heard),
            (state, Mode::Live)
        );
        bench.hear(0.2);
        bench.feed();
        let heard = bench.hear(2.0);
        assert!(heard.kept().is_empty() && (heard.live() - 1.0).abs() < 0.02);
        bench.playback.toggle();
        assert_eq!(bench.status().state, State::Off);
    }
}

#[test]
fn what_was_before_comes_back_when_the_past_is_left() {
    for (listened, state) in [(true, State::Waiting), (false, State::Off)] {
        let mut bench = Bench::with(&[(0.0, 9.0)]);
        bench.playback.set_listening(listened);
        bench.playback.play_from(uid(), at(0.0));
        let heard = bench.hear(1.0);
        bench.playback.live();
        let after = bench.hear(0.1);
        assert!(!heard.clicks() && !after.clicks());
        assert!(bench.hear(1.0).is_silent());
        assert_eq!(
            (bench.status().state, bench.status().heard),
            (state, Mode::Live)
        );
    }
}

#[test]
fn a_lost_device_goes_on_where_it_was_lost() {
    let mut bench = Bench::with(&[(0.0, 8.0)]);
    bench.playback.play_from(uid(), at(0.0));
    assert_kept(&bench.hear(3.0), &[(0.0, 3.0)]);
    bench.unplug();
    bench.hear(5.0);
    assert_eq!(bench.status().heard, Mode::Kept);
    bench.plug();
    let kept = bench.hear(8.0).kept();
    let [(from, to)] = kept[..] else {
        panic!("{kept:?}")
    };
    assert!(
        (from - 3.0).abs() < 0.05 && (to - 8.0).abs() < 0.03,
        "{kept:?}"
    );
}

#[test]
fn seeks_that_come_faster_than_a_device_takes_them_lose_nothing() {
    let mut bench = Bench::with(&[(0.0, 30.0)]);
    for second in 0..12 {
        bench.playback.play_from(uid(), at(f64::from(second)));
        bench.hear(0.0);
    }
    let heard = bench.hear(4.0);
    assert!(!heard.clicks());
    let kept = heard.kept();
    assert!((kept[0].0 - 11.0).abs() < 0.03, "{kept:?}");
}

#[test]
fn loud_sound_begins_without_a_click_on_a_device_that_has_just_been_opened() {
    let mut bench = Bench::with(&[(0.0, 45.0)]);
    bench.playback.play_from(uid(), at(41.0));
    // Its own fade, that of the player and that of the gain end almost together.
    let heard = bench.hear(0.1);
    assert!(!heard.clicks());
    assert!(heard.frames.last().is_some_and(|frame| *frame > 0.4));
}

/// What a user does, and what happens to one.
#[derive(Debug, Clone, Copy)]
enum Act {
    Toggle,
    Play(u8),
    Pause,
    Seek(i8),
    Live,
    Mute,
    Volume(u8),
    Feed,
    Replug,
    Hear(u8),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => Just(Act::Toggle),
        3 => (0..40_u8).prop_map(Act::Play),
        1 => Just(Act::Pause),
        1 => (-20..20_i8).prop_map(Act::Seek),
        1 => Just(Act::Live),
        1 => Just(Act::Mute),
        1 => (0..100_u8).prop_map(Act::Volume),
        2 => Just(Act::Feed),
        1 => Just(Act::Replug),
        8 => (1..60_u8).prop_map(Act::Hear),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_nothing_clicks_and_off_is_silent(acts in prop::collection::vec(act(), 1..40)) {
        let mut bench = Bench::with(&[(0.0, 12.0), (12.4, 20.0), (30.0, 45.0)]);
        for act in acts {
            let now = bench.now();
            let playback = &bench.playback;
            match act {
                Act::Toggle => playback.toggle(),
                Act::Play(second) => playback.play_from(uid(), at(second.into())),
                Act::Pause => playback.toggle_pause(),
                Act::Seek(by) => playback.seek(SignedDuration::from_secs(by.into()), now),
                Act::Live => playback.live(),
                Act::Mute => playback.toggle_mute(),
                Act::Volume(percent) => playback.set_volume(percent),
                Act::Feed => bench.feed(),
                Act::Replug => {
                    bench.unplug();
                    bench.plug();
                }
                Act::Hear(hundredths) => {
                    let heard = bench.hear(f64::from(hundredths) / 100.0);
                    prop_assert!(!heard.clicks());
                }
            }
        }
        bench.hear(0.3);
        if bench.status().state == State::Off {
            prop_assert!(bench.hear(0.1).is_silent());
            prop_assert_eq!(bench.status().heard, Mode::Live);
        }
        bench.playback.set_listening(false);
        bench.hear(0.3);
        prop_assert!(bench.hear(0.5).is_silent());
        prop_assert!(bench.playback.place().is_none());
    }
}
