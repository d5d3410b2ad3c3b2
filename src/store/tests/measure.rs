//! Measurements to run by hand: `cargo test --lib measure -- --ignored --nocapture`.

use std::time::Instant;

use super::{super::*, support::*};

const CONVERSATIONS: i64 = 2000;
const BATCHES: i64 = 250;
const SEGMENTS: i64 = 2;

fn batch(conversation: i64, number: i64) -> Submission {
    let second = conversation * 1000 + number;
    let words = (0..SEGMENTS).map(|part| {
        let start = (number * SEGMENTS + part) as f64 / 2.0;
        let id = format!("{conversation:08}-{number:04}-{part:04}");
        segment(&id, start, start + 0.5, "some words that somebody has said")
    });
    said(second, words.collect())
}

#[tokio::test]
#[ignore = "a measurement of half a minute, to be run by hand"]
async fn a_million_lines() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let begun = Instant::now();
    for conversation in 0..CONVERSATIONS {
        let batches = (0..BATCHES).map(|number| store.commit(batch(conversation, number)));
        for result in futures_util::future::join_all(batches).await {
            result.unwrap();
        }
    }
    let took = begun.elapsed();
    let each = took / (CONVERSATIONS * BATCHES) as u32;
    println!(
        "{} lines in {took:?}, {each:?} a batch",
        CONVERSATIONS * BATCHES * SEGMENTS
    );

    store.close().await;
    drop(store);
    let begun = Instant::now();
    let store = in_folder(&folder);
    println!("open {:?}", begun.elapsed());
    for lines in [200, 2000, 5000] {
        let window = Window {
            lines,
            memories: 200,
            sounds: 500,
        };
        let begun = Instant::now();
        let snapshot = store.snapshot(window).unwrap();
        println!(
            "snapshot of {} lines {:?}",
            snapshot.lines.len(),
            begun.elapsed()
        );
    }
    let begun = Instant::now();
    let records = store.records_after(Seq(1000), 256).unwrap();
    println!("page of {} records {:?}", records.len(), begun.elapsed());
    let begun = Instant::now();
    store.commit(batch(CONVERSATIONS, 0)).await.unwrap();
    println!("one commit {:?}", begun.elapsed());
    let file = std::fs::metadata(folder.path().join("omiscope.db")).unwrap();
    println!("file {} MB", file.len() >> 20);
}

/// A second of sound, different for each number.
fn second_of_sound(number: u32) -> Submission {
    let samples = (0..16_000_u32).map(|n| (n.wrapping_mul(7919 + number) >> 3) as i16);
    let bytes: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    heard(i64::from(number / 16), &bytes)
}

#[tokio::test]
#[ignore = "a measurement of some seconds, to be run by hand"]
async fn seconds_of_sound() {
    const ROUNDS: u32 = 250;
    const SENDERS: u32 = 64;
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let mut took = Duration::ZERO;
    for round in 0..ROUNDS {
        let chunks: Vec<_> = (0..SENDERS)
            .map(|sender| second_of_sound(round * SENDERS + sender))
            .collect();
        let begun = Instant::now();
        let commits = chunks.into_iter().map(|chunk| store.commit(chunk));
        for result in futures_util::future::join_all(commits).await {
            result.unwrap();
        }
        took += begun.elapsed();
    }
    let chunks = ROUNDS * SENDERS;
    let rate = f64::from(chunks) / took.as_secs_f64();
    println!("{chunks} chunks of 32 kB in {took:?}, {rate:.0} a second");
}
