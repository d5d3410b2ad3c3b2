//! Trouble with the sound. Where several wearers are heard, it is said of the one who has most of it.

use jiff::{SignedDuration, Timestamp};

use super::Monitor;
use crate::{
    event::Webhook,
    monitor::{Gap, SoundTrack, Suspicion},
};

/// Less of real time than this is said; what is above may be the last bursts of the measure.
const FLOW: f64 = 0.8;

/// Sound that stays away so long while words arrive is said.
const NO_SOUND: SignedDuration = SignedDuration::from_mins(2);

/// From so many repeats on, they are said: one now and then is how a sender makes sure.
const REPEATS: usize = 3;

pub(super) fn wrong_rate(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let suspicion = |track: &SoundTrack| track.suspicion(now);
    let Suspicion {
        told,
        likely,
        ratio,
    } = monitor.sounds.active(now).find_map(suspicion)?;
    let or = if ratio > 1.0 {
        ", or two devices at once"
    } else {
        ""
    };
    Some(format!(
        "{} kHz sent as {} kHz{or}? Sound steadily comes at {ratio:.2} of real time; sample_rate={likely} fits",
        kilohertz(likely),
        kilohertz(told),
    ))
}

pub(super) fn loss(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let unexplained = |track: &&SoundTrack| track.suspicion(now).is_none();
    let flow = monitor
        .sounds
        .active(now)
        .filter(unexplained)
        .filter_map(|track| track.flow(now))
        .min_by(f64::total_cmp)
        .filter(|flow| *flow < FLOW)?;
    Some(format!("sound arrives at {flow:.1} of real time"))
}

pub(super) fn words_without_sound(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let since = |webhook| monitor.last_seen(webhook).map(|at| now.duration_since(at));
    let silent = since(Webhook::Audio)?;
    let talking = since(Webhook::Transcript)? < NO_SOUND;
    (talking && silent >= NO_SOUND).then(|| {
        let minutes = silent.as_mins();
        format!("transcripts arrive but no sound for {minutes} min")
    })
}

pub(super) fn gaps(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let gaps = monitor.sounds.active(now).map(|track| track.gaps(now));
    let gaps = gaps.max_by_key(Vec::len)?;
    let length = |gap: &Gap| gap.to.duration_since(gap.from).as_secs();
    let longest = gaps.iter().map(length).max()?;
    Some(match gaps.len() {
        1 => format!("sound stopped for {longest} s within the last 10 min"),
        count => {
            format!("sound stopped {count} times within the last 10 min, for up to {longest} s")
        }
    })
}

pub(super) fn repeats(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let tracks = monitor.sounds.tracks();
    let most = tracks.map(|(_, track)| track.repeats(now)).max()?;
    (most >= REPEATS).then(|| {
        format!("{most} bodies of sound came twice within the last 10 min and were kept once")
    })
}

fn kilohertz(rate: u32) -> f64 {
    f64::from(rate) / 1000.0
}
