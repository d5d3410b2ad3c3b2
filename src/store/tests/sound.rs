use super::{super::*, support::*};
use crate::event::{Change, Encoding, Level};

/// The samples of each record, as a follower hears them.
async fn samples(store: &Store, chunks: &[(i64, &[u8])]) -> Vec<Vec<i16>> {
    let mut follower = store.follow(Seq(0));
    for (second, bytes) in chunks {
        store.commit(heard(*second, bytes)).await.unwrap();
    }
    let mut heard = Vec::new();
    while follower.behind() > 0 {
        for record in follower.next().await.unwrap() {
            let [Change::Sound(chunk)] = &record.changes[..] else {
                panic!("no sound in {record:?}")
            };
            let pcm = chunk.pcm.as_ref().unwrap();
            assert_eq!(chunk.samples as usize, pcm.len());
            heard.push(pcm.to_vec());
        }
    }
    heard
}

#[tokio::test]
async fn an_odd_byte_is_carried_to_the_next_chunk_unless_there_was_a_gap() {
    let chunks: &[(i64, &[u8])] = &[
        (0, &[1, 0, 2]),
        (5, &[0, 3, 0]),
        (6, &[9]),
        (7, &[]),
        (40, &[4, 0]),
    ];
    let expected = [vec![1], vec![2, 3], vec![], vec![], vec![4]];
    assert_eq!(samples(&ephemeral(), chunks).await, expected);
}

#[tokio::test]
async fn long_chunks_that_follow_each_other_have_no_gap() {
    let mut minute = vec![0; 2 * 16_000 * 60];
    minute.push(7);
    let heard = samples(&ephemeral(), &[(0, &minute), (60, &minute)]).await;
    assert_eq!(heard[1][0], 7);
    assert_eq!(heard[1].len(), 16_000 * 60 + 1);
}

#[tokio::test]
async fn level_and_envelope_are_kept_but_samples_are_not() {
    let store = ephemeral();
    let loud: Vec<u8> = [0x00, 0x80].repeat(1600);
    store.commit(heard(3, &loud)).await.unwrap();
    let chunk = &store.snapshot(WHOLE).unwrap().sounds[0];
    assert_eq!(*chunk.envelope, [255, 255]);
    assert_eq!(chunk.level.clipped, 1600);
    assert!(chunk.level.rms.abs() < 0.01);
    assert_eq!(
        (chunk.samples, chunk.arrived, chunk.rate),
        (1600, at(3), 16_000)
    );
    assert_eq!(chunk.pcm, None);
}

#[tokio::test]
async fn silence_is_kept_as_silence() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store.commit(heard(0, &[0; 640])).await.unwrap();
    drop(store);
    let chunk = &in_folder(&folder).snapshot(WHOLE).unwrap().sounds[0];
    assert_eq!((chunk.samples, chunk.level), (320, Level::SILENCE));
}

#[tokio::test]
async fn a_codec_we_do_not_know_is_kept_as_sound_of_no_length() {
    let store = ephemeral();
    let mut opus = heard(0, &[1, 2, 3]);
    if let Some(Event::Audio(chunk)) = &mut opus.event {
        chunk.encoding = Encoding::Undecoded("opus".to_owned());
    }
    opus.body = Some(Bytes::from_static(&[1, 2, 3]));
    let receipt = store.commit(opus).await.unwrap();
    let chunk = &store.snapshot(WHOLE).unwrap().sounds[0];
    assert_eq!((chunk.samples, chunk.level), (0, Level::SILENCE));
    assert_eq!(store.body(receipt.seq).unwrap(), Some(vec![1, 2, 3]));
}
