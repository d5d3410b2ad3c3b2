//! Sound that is read back: where it stands on the clock, and the WAV file that is made of it.

use std::fs;

use super::{super::*, support::*};
use crate::{
    event::ConversationId,
    export::wav::{self, Written},
    store::archive::{Archive, SoundSelection, track::Track},
};

const RATE: u32 = 1000;

/// Seconds of sound of one value.
fn level(value: i16, seconds: f64) -> Vec<u8> {
    value
        .to_le_bytes()
        .repeat((seconds * f64::from(RATE)) as usize)
}

fn of(uid: &str, rate: u32, millis: i64, bytes: &[u8]) -> Submission {
    let mut submission = heard(0, bytes);
    submission.delivery.received = at(0) + jiff::SignedDuration::from_millis(millis);
    submission.delivery.uid = Some(Uid::parse(uid).unwrap());
    if let Some(Event::Audio(chunk)) = &mut submission.event {
        chunk.rate = rate;
    }
    submission
}

fn all() -> SoundSelection {
    SoundSelection {
        uid: Uid::parse("u").unwrap(),
        since: None,
        until: None,
    }
}

fn track(folder: &tempfile::TempDir, selection: &SoundSelection) -> Option<Track> {
    let archive = Archive::open(folder.path()).unwrap();
    archive.sound(selection).unwrap()
}

/// Writes a track and reads it with a parser that goes from chunk to chunk of the file. Returns rate and samples.
fn written(track: &Track) -> (u32, Vec<i16>, Written) {
    let mut file = Vec::new();
    let written = wav::write(track, &mut file).unwrap();
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes[..4].try_into().unwrap());
    let (riff, mut rest) = file.split_at(12);
    assert_eq!((&riff[..4], &riff[8..]), (&b"RIFF"[..], &b"WAVE"[..]));
    assert_eq!(number(&riff[4..]) as usize, file.len() - 8);
    let (mut rate, mut samples) = (0, Vec::new());
    while !rest.is_empty() {
        let (head, body) = rest.split_at(8);
        let (chunk, after) = body.split_at(number(&head[4..]) as usize);
        match &head[..4] {
            b"fmt " => {
                assert_eq!(chunk[..4], [1, 0, 1, 0], "PCM, mono");
                assert_eq!(chunk[12..], [2, 0, 16, 0], "16 bits");
                rate = number(&chunk[4..]);
                assert_eq!(number(&chunk[8..]), 2 * rate);
            }
            b"data" => {
                let pairs = chunk.chunks_exact(2);
                assert!(pairs.remainder().is_empty());
                samples.extend(pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])));
            }
            other => panic!("a chunk {other:?}"),
        }
        rest = after;
    }
    (rate, samples, written)
}

/// How often each value comes in a row.
fn runs(samples: &[i16]) -> Vec<(i16, usize)> {
    let runs = samples.chunk_by(|a, b| a == b);
    runs.map(|run| (run[0], run.len())).collect()
}

#[tokio::test]
async fn a_gap_is_silence_of_exactly_its_length() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    // The second one after a stall, as a burst of bodies of a second; the last one in another hour, and so in another file.
    for (millis, value, seconds) in [
        (5000, 1, 5.0),
        (20_000, 2, 1.0),
        (20_010, 3, 1.0),
        (20_020, 4, 0.5),
        (4_000_000, 5, 2.0),
    ] {
        store
            .commit(of("u", RATE, millis, &level(value, seconds)))
            .await
            .unwrap();
        store
            .commit(of("v", RATE, millis, &level(99, seconds)))
            .await
            .unwrap();
    }
    let track = track(&folder, &all()).unwrap();
    assert_eq!(track.started, at(0));
    let (rate, samples, told) = written(&track);
    assert_eq!(rate, RATE);
    let expected = [
        (1, 5000),
        (0, 12_520),
        (2, 1000),
        (3, 1000),
        (4, 500),
        (0, 3_977_980),
        (5, 2000),
    ];
    assert_eq!(runs(&samples), expected);
    let expected = Written {
        samples: 4_000_000,
        silent: 12_520 + 3_977_980,
        unreadable: 0,
    };
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_stretch_is_cut_out_to_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for second in 1..=10 {
        store
            .commit(of("u", RATE, i64::from(second) * 1000, &level(second, 1.0)))
            .await
            .unwrap();
    }
    let millis = jiff::SignedDuration::from_millis;
    let selection = SoundSelection {
        since: Some(at(0) + millis(2500)),
        until: Some(at(0) + millis(4250)),
        ..all()
    };
    let cut = track(&folder, &selection).unwrap();
    assert_eq!(cut.started, at(0) + millis(2500));
    assert_eq!(runs(&written(&cut).1), [(3, 500), (4, 1000), (5, 250)]);
    let nothing = SoundSelection {
        since: Some(at(100)),
        ..all()
    };
    assert!(track(&folder, &nothing).is_none());
    let of_nobody = SoundSelection {
        uid: Uid::parse("nobody").unwrap(),
        ..all()
    };
    assert!(track(&folder, &of_nobody).is_none());
}

#[tokio::test]
async fn a_conversation_sounds_from_its_start_to_its_last_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(of("u", RATE, 3000, &level(1, 1.0)))
        .await
        .unwrap();
    store
        .commit(said(10, vec![segment("a", 0.0, 10.0, "words")]))
        .await
        .unwrap();
    let snapshot = store.snapshot(WHOLE).unwrap();
    let conversation = &snapshot.conversations[0];
    let archive = Archive::open(folder.path()).unwrap();
    let track = archive.sound_of(conversation.id).unwrap().unwrap();
    assert_eq!(track.started, conversation.started);
    let before = at(2).duration_since(conversation.started).as_millis() as usize;
    let expected = [(0, before), (1, 1000), (0, 9000 - before)];
    assert_eq!(runs(&written(&track).1), expected);
    assert!(archive.sound_of(ConversationId(99)).unwrap().is_none());
}

#[tokio::test]
async fn a_track_has_the_rate_of_most_of_the_sound_and_tells_of_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(of("u", 2 * RATE, 1000, &level(7, 2.0)))
        .await
        .unwrap();
    store
        .commit(of("u", RATE, 4000, &level(1, 3.0)))
        .await
        .unwrap();
    store
        .commit(of("u", 2 * RATE, 5000, &level(7, 2.0)))
        .await
        .unwrap();
    store
        .commit(of("u", RATE, 8000, &level(2, 3.0)))
        .await
        .unwrap();
    let track = track(&folder, &all()).unwrap();
    assert!((track.left_out - 2.0).abs() < 1e-9, "{}", track.left_out);
    let (rate, samples, _) = written(&track);
    assert_eq!(
        (rate, runs(&samples)),
        (RATE, vec![(1, 3000), (0, 1000), (2, 3000)])
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_silence_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for (millis, value) in [(1000, 1), (3_700_000, 2)] {
        store
            .commit(of("u", RATE, millis, &level(value, 1.0)))
            .await
            .unwrap();
    }
    let root = recordings::folder(folder.path());
    fs::remove_file(root.join("u/2023-11-14/22-13-21 1000Hz.wav")).unwrap();
    let (_, samples, told) = written(&track(&folder, &all()).unwrap());
    assert_eq!(runs(&samples), [(0, 3_699_000), (2, 1000)]);
    assert_eq!((told.silent, told.unreadable), (3_698_000, 1000));
    let faults = Archive::open(folder.path()).unwrap().faults().unwrap();
    let missing =
        check::Fault::Sound("recordings/u/2023-11-14/22-13-21 1000Hz.wav is missing".to_owned());
    assert!(faults.contains(&missing), "{faults:?}");
    store.close().await;
    drop(store);
    let told = repair::repair(folder.path().to_owned(), &mut |_| ()).unwrap();
    let mended = "of the sound, 1 lost file forgotten and 0 stray files removed";
    assert!(told.contains(&mended.to_owned()), "{told:?}");
    assert_eq!(Archive::open(folder.path()).unwrap().faults().unwrap(), []);
}

#[tokio::test]
async fn wearers_who_were_heard_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for (uid, millis) in [("b", 1000), ("a", 2000), ("c", 9000)] {
        store
            .commit(of(uid, RATE, millis, &level(1, 0.5)))
            .await
            .unwrap();
    }
    let archive = Archive::open(folder.path()).unwrap();
    let heard = archive.heard(None, Some(at(5))).unwrap();
    let heard: Vec<_> = heard.iter().map(Uid::as_str).collect();
    assert_eq!(heard, ["a", "b"]);
}

#[tokio::test]
async fn more_than_a_file_holds_is_refused_before_a_byte_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for millis in [0, 100 * 24 * 3_600_000] {
        store
            .commit(of("u", RATE, millis, &level(1, 0.5)))
            .await
            .unwrap();
    }
    let mut out = Vec::new();
    let refused = wav::write(&track(&folder, &all()).unwrap(), &mut out).unwrap_err();
    assert!(refused.to_string().starts_with("2400 hours"), "{refused}");
    assert!(out.is_empty());
}
