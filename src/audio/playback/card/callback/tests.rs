//! The deck and the callback together, without a device.
#![expect(clippy::float_cmp, reason = "silence and whole seconds are exact")]

use jiff::Timestamp;

use super::*;
use crate::{
    audio::playback::card::{Shared, deck::Deck},
    event::{Level, Seq, SoundChunk, Uid},
};

const DEVICE: u32 = 48_000;

/// A second of a constant, so that gaps and clicks are plain to see.
fn second(rate: u32, uid: &str) -> SoundChunk {
    SoundChunk {
        seq: Seq(1),
        uid: Uid::parse(uid).unwrap(),
        arrived: Timestamp::UNIX_EPOCH,
        rate,
        samples: rate,
        level: Level::SILENCE,
        envelope: [].into(),
        pcm: Some(vec![16_384; rate as usize].into()),
    }
}

/// A deck, a callback on it and a user who listens at 100 %.
fn listening() -> (Deck, Callback, Arc<Wanted>) {
    let wanted = Shared::new().wanted;
    wanted.listening.store(true, Ordering::Relaxed);
    wanted.volume.store(100, Ordering::Relaxed);
    let mut deck = Deck::default();
    let socket = deck.plug(DEVICE);
    let callback = Callback::new(socket, Arc::clone(&wanted), Arc::new(Heartbeat::new()));
    (deck, callback, wanted)
}

/// What a stereo device is given in so many seconds; both channels must be the same.
fn hear(callback: &mut Callback, seconds: usize) -> Vec<f32> {
    let mut frames = vec![0.0_f32; 2 * seconds * DEVICE as usize];
    for buffer in frames.chunks_mut(2 * 4096) {
        callback.fill(buffer, 2);
    }
    let (left, right): (Vec<_>, Vec<_>) =
        frames.chunks(2).map(|frame| (frame[0], frame[1])).unzip();
    assert_eq!(left, right);
    left
}

/// How often silence turns into sound.
fn stretches(sound: &[f32]) -> usize {
    sound
        .windows(2)
        .filter(|pair| pair[0] == 0.0 && pair[1] != 0.0)
        .count()
}

/// The greatest step from one frame to the next: a click, if it is great.
fn steepest(sound: &[f32]) -> f32 {
    sound
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max)
}

fn mean(sound: &[f32]) -> f32 {
    sound.iter().sum::<f32>() / sound.len() as f32
}

#[test]
fn another_rate_goes_on_where_the_first_ended() {
    let (mut deck, mut callback, _wanted) = listening();
    let now = Instant::now();
    deck.feed(&second(16_000, "a"), now);
    deck.feed(&second(8_000, "a"), now);
    let sound = hear(&mut callback, 4);
    assert_eq!(stretches(&sound), 2);
    assert!(steepest(&sound) < 0.02, "{}", steepest(&sound));
    let sounding = sound.iter().filter(|frame| **frame != 0.0).count();
    assert!((90_000..97_000).contains(&sounding), "{sounding} frames");
    assert_eq!(deck.tally().dropped, 0.0);
}

#[test]
fn rates_that_change_faster_than_they_play_are_counted_as_dropped() {
    let (mut deck, _callback, _wanted) = listening();
    let now = Instant::now();
    for turn in 0..8 {
        deck.feed(&second(8_000 + turn, "a"), now);
    }
    assert_eq!(deck.tally().dropped, 4.0);
}

#[test]
fn only_one_wearer_is_heard_at_a_time() {
    let (mut deck, mut callback, _wanted) = listening();
    let now = Instant::now();
    for uid in ["a", "b", "a", "b"] {
        deck.feed(&second(16_000, uid), now);
    }
    let sound = hear(&mut callback, 5);
    let sounding = sound.iter().filter(|frame| **frame != 0.0).count();
    assert!((92_000..97_000).contains(&sounding), "{sounding} frames");
}

#[test]
fn volume_muting_and_the_end_of_listening_do_not_click() {
    let (mut deck, mut callback, wanted) = listening();
    let now = Instant::now();
    for _ in 0..10 {
        deck.feed(&second(16_000, "a"), now);
    }
    let mut sound = hear(&mut callback, 2);
    assert!((mean(&sound[60_000..]) - 0.5).abs() < 0.01);
    wanted.volume.store(40, Ordering::Relaxed);
    sound.extend(hear(&mut callback, 1));
    assert!((mean(&sound[100_000..]) - 0.2).abs() < 0.01);
    wanted.muted.store(true, Ordering::Relaxed);
    sound.extend(hear(&mut callback, 1));
    assert_eq!(mean(&sound[150_000..]), 0.0);
    wanted.muted.store(false, Ordering::Relaxed);
    sound.extend(hear(&mut callback, 1));
    wanted.listening.store(false, Ordering::Relaxed);
    sound.extend(hear(&mut callback, 1));
    assert_eq!(mean(&sound[245_000..]), 0.0);
    assert!(steepest(&sound) < 0.02, "{}", steepest(&sound));
}

#[test]
fn without_a_device_nothing_is_kept_or_counted() {
    let (mut deck, mut callback, _wanted) = listening();
    deck.unplug();
    deck.feed(&second(16_000, "a"), Instant::now());
    assert_eq!(mean(&hear(&mut callback, 1)), 0.0);
    assert_eq!((deck.playing(), deck.tally().dropped), (false, 0.0));
}
