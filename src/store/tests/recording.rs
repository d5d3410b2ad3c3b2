//! Sound on the disk: what is there, when, and what becomes of it when something fails.

use std::{fs, path::Path};

use proptest::prelude::*;
use rusqlite::Connection;

use super::{super::*, support::*};
use crate::event::Change;

/// Bytes that are the same for the same number only, and never repeat themselves.
fn noise(number: u32, length: u32) -> Vec<u8> {
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let states = std::iter::successors(Some(number), next).take(length as usize + 1);
    states.skip(1).map(|state| (state >> 24) as u8).collect()
}

fn of(uid: &str, rate: u32, mut submission: Submission) -> Submission {
    submission.delivery.uid = Some(Uid::parse(uid).unwrap());
    if let Some(Event::Audio(chunk)) = &mut submission.event {
        chunk.rate = rate;
    }
    submission
}

fn with_key(key: &str, mut submission: Submission) -> Submission {
    submission.delivery.idempotency_key = Some(key.to_owned());
    submission
}

fn database(folder: &tempfile::TempDir) -> Connection {
    Connection::open(folder.path().join("omiscope.db")).unwrap()
}

/// The bytes of each chunk, found by its row in its file, by uid and rate.
fn kept(folder: &tempfile::TempDir, uid: &str, rate: u32) -> Vec<u8> {
    let db = database(folder);
    let mut rows = db
        .prepare(
            "SELECT path, first_sample, c.samples, r.samples FROM sound_chunks c \
             JOIN recordings r ON r.id = recording_id WHERE c.uid = ? AND c.rate = ? ORDER BY seq",
        )
        .unwrap();
    let rows = rows
        .query_map((uid, rate), |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
            ))
        })
        .unwrap();
    let mut bytes = Vec::new();
    for row in rows {
        let (path, first, samples, known) = row.unwrap();
        let (first, samples, known) = (first as usize, samples as usize, known as usize);
        let file = fs::read(recordings::folder(folder.path()).join(path)).unwrap();
        assert!(first + samples <= known, "the file is known as shorter");
        assert!(44 + 2 * known <= file.len());
        bytes.extend_from_slice(&file[44 + 2 * first..44 + 2 * (first + samples)]);
    }
    bytes
}

fn wav_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(wav_files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn what_was_answered_is_on_the_disk_for_each_wearer_and_rate() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let mut expected = std::collections::BTreeMap::<_, Vec<u8>>::new();
    for n in 0..40 {
        let stream = [("u", 16_000), ("v", 16_000), ("u", 8000)][n as usize % 3];
        let bytes = noise(n, 2000);
        // Over the end of an hour, too.
        let second = i64::from(n) * 200;
        store
            .commit(of(stream.0, stream.1, heard(second, &bytes)))
            .await
            .unwrap();
        expected.entry(stream).or_default().extend(bytes);
        assert_eq!(kept(&folder, stream.0, stream.1), expected[&stream]);
    }
    let files = wav_files(&recordings::folder(folder.path()));
    assert_eq!(files.len(), 9, "{files:?}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn however_a_stream_is_cut_the_same_samples_are_kept(
        lengths in prop::collection::vec(0..90_usize, 1..40)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = in_folder(&folder);
        let whole = noise(3, lengths.iter().sum::<usize>() as u32);
        let mut rest = &whole[..];
        for (n, length) in lengths.into_iter().enumerate() {
            let (part, after) = rest.split_at(length);
            runtime.block_on(store.commit(heard(n as i64 / 4, part))).unwrap();
            rest = after;
        }
        prop_assert_eq!(kept(&folder, "u", 16_000), &whole[..whole.len() / 2 * 2]);
    }
}

#[tokio::test]
async fn sound_that_is_sent_twice_is_kept_once_and_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let mut follower = store.follow(Seq(0));
    let (one, two) = (noise(1, 3001), noise(2, 3001));
    for (second, key, bytes) in [
        (0, "a", &one),
        (3, "b", &one),
        (4, "c", &two),
        (9, "d", &one),
    ] {
        store
            .commit(with_key(key, heard(second, bytes)))
            .await
            .unwrap();
    }
    let mut told = Vec::new();
    while follower.behind() > 0 {
        for record in follower.next().await.unwrap() {
            told.push((
                record.changes.len(),
                record.delivery.warnings.last().cloned(),
            ));
        }
    }
    let warning = "the same sound came seconds ago in delivery 1; it is kept once".to_owned();
    let plain = (1, Some("odd".to_owned()));
    let repeat = (0, Some(warning));
    assert_eq!(told, [plain.clone(), repeat.clone(), plain, repeat]);
    assert_eq!(kept(&folder, "u", 16_000), [one, two].concat());
}

#[tokio::test]
async fn what_was_on_its_way_when_the_program_ended_is_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (noise(1, 3000), noise(2, 3000));
    let store = in_folder(&folder);
    for (second, bytes) in [(0, &one), (20, &two)] {
        store.commit(heard(second, bytes)).await.unwrap();
    }
    store.close().await;
    drop(store);
    let store = in_folder(&folder);
    // Another wearer, the same again, and what came too long before.
    store
        .commit(of("v", 16_000, heard(23, &two)))
        .await
        .unwrap();
    for (second, bytes) in [(24, &two), (26, &one)] {
        store.commit(heard(second, bytes)).await.unwrap();
    }
    let expected = [one.clone(), two.clone(), one].concat();
    assert_eq!(kept(&folder, "u", 16_000), expected);
    assert_eq!(kept(&folder, "v", 16_000), two);
}

#[tokio::test]
async fn silence_and_what_comes_again_much_later_are_new_sound() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let (silence, words) = (vec![0; 2000], noise(1, 2000));
    for (second, bytes) in [(0, &silence), (1, &silence), (2, &words), (13, &words)] {
        store.commit(heard(second, bytes)).await.unwrap();
    }
    let expected = [silence.clone(), silence, words.clone(), words].concat();
    assert_eq!(kept(&folder, "u", 16_000), expected);
}

#[tokio::test]
async fn a_key_that_comes_again_adds_nothing_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for second in [0, 5, 500] {
        store
            .commit(with_key("k", heard(second, &[0; 400])))
            .await
            .unwrap();
    }
    store.commit(heard(501, &[1; 2])).await.unwrap();
    let bytes = [vec![0; 400], vec![1; 2]].concat();
    assert_eq!(kept(&folder, "u", 16_000), bytes);
    let files = wav_files(&recordings::folder(folder.path()));
    assert_eq!(fs::metadata(&files[0]).unwrap().len(), 44 + 402);
}

#[tokio::test]
async fn sound_whose_row_failed_is_found_again_when_it_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let db = database(&folder);
    db.execute_batch(
        "CREATE TRIGGER boom BEFORE INSERT ON sound_chunks BEGIN SELECT RAISE(ABORT, 'boom'); END",
    )
    .unwrap();
    let bytes = noise(1, 2001);
    let failed = store.commit(heard(0, &bytes)).await;
    assert_eq!(failed, Err(CommitError::Failed));
    db.execute_batch("DROP TRIGGER boom").unwrap();
    store.commit(heard(2, &bytes)).await.unwrap();
    store.commit(heard(3, &[5])).await.unwrap();
    assert_eq!(kept(&folder, "u", 16_000), [bytes, vec![5]].concat());
    let files = wav_files(&recordings::folder(folder.path()));
    assert_eq!(fs::metadata(&files[0]).unwrap().len(), 44 + 2002);
}

#[tokio::test]
async fn a_disk_that_takes_nothing_refuses_sound_counts_it_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = recordings::folder(folder.path());
    fs::write(&in_the_way, "").unwrap();
    let store = in_folder(&folder);
    for second in 0..3 {
        let refused = store.commit(heard(second, &noise(1, 500))).await;
        assert_eq!(refused, Err(CommitError::Failed));
    }
    store
        .commit(said(3, vec![segment("", 0.0, 1.0, "words")]))
        .await
        .unwrap();
    assert_eq!(store.0.losses.get().sound_refused, 3);
    fs::remove_file(&in_the_way).unwrap();
    store.commit(heard(4, &noise(1, 500))).await.unwrap();
    assert_eq!(kept(&folder, "u", 16_000), noise(1, 500));
    assert_eq!(store.status().queued, 0);
}

#[tokio::test]
async fn a_refused_odd_body_does_not_shift_what_follows() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store.commit(heard(0, &[1, 2, 3])).await.unwrap();
    let root = recordings::folder(folder.path());
    fs::remove_dir_all(&root).unwrap();
    fs::write(&root, "").unwrap();
    let odd = [4, 5, 6];
    store.commit(heard(1, &odd)).await.unwrap_err();
    fs::remove_file(&root).unwrap();
    let mut follower = store.follow(store.latest());
    store.commit(heard(2, &odd)).await.unwrap();
    let batch = follower.next().await.unwrap();
    let Change::Sound(chunk) = &batch[0].changes[0] else {
        panic!("no sound")
    };
    let expected = [i16::from_le_bytes([3, 4]), i16::from_le_bytes([5, 6])];
    assert_eq!(chunk.pcm.as_deref(), Some(&expected[..]));
}

#[tokio::test]
async fn without_a_folder_or_wish_no_sound_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        retention: Retention {
            sound: Keep::NOTHING,
            ..Retention::FOREVER
        },
        ..settings(Location::Folder(folder.path().to_owned()))
    };
    let store = Store::open(settings, LossCounter::default()).unwrap();
    store.commit(heard(0, &noise(1, 500))).await.unwrap();
    assert!(!recordings::folder(folder.path()).exists());
    assert_eq!(store.snapshot(WHOLE).unwrap().sounds[0].samples, 250);
    let db = database(&folder);
    let known: Option<i64> = db
        .query_row("SELECT recording_id FROM sound_chunks", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(known, None);
}

#[tokio::test]
async fn old_sound_is_forgotten_by_whole_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = recordings::folder(folder.path());
    let store = in_folder(&folder);
    for (second, uid) in [(0, "u"), (1, "u"), (4000, "u"), (2, "v"), (9000, "v")] {
        let bytes = noise(second as u32, 500);
        store
            .commit(of(uid, 16_000, heard(second, &bytes)))
            .await
            .unwrap();
    }
    let db = database(&folder);
    assert_eq!(look(&store, &root, at(3601)).await, 0);
    assert_eq!(look(&store, &root, at(7601)).await, 3);
    let left = wav_files(&root);
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(!root.join("u").exists(), "empty folders go, too");
    assert!(kept(&folder, "u", 16_000).is_empty());
    assert_eq!(kept(&folder, "v", 16_000), noise(9000, 500));
    assert_eq!(
        store.snapshot(WHOLE).unwrap().sounds.len(),
        5,
        "levels stay"
    );
    assert_eq!(
        recordings::orphans(&db, &root).unwrap(),
        recordings::Orphans::default()
    );
    store.commit(heard(4002, &noise(8, 500))).await.unwrap();
    assert_eq!(kept(&folder, "u", 16_000), noise(8, 500));
}

/// Deletes the recordings that are older than an hour. Returns how many.
async fn look(store: &Store, root: &Path, now: Timestamp) -> usize {
    let work = retention::Work {
        retention: Retention {
            sound: Keep {
                age: Some(Duration::from_hours(1)),
                bytes: None,
            },
            ..Retention::FOREVER
        },
        readers: Arc::clone(&store.0.readers),
        changes: store.0.changes.clone(),
        index: None,
        recordings: Some(root.to_owned()),
        bell: Arc::default(),
    };
    let looked = tokio::task::spawn_blocking(move || work.look(now));
    looked.await.unwrap().unwrap().recordings
}

#[tokio::test]
async fn the_sound_of_a_starred_line_stays() {
    let folder = tempfile::tempdir().unwrap();
    let root = recordings::folder(folder.path());
    let store = in_folder(&folder);
    store.commit(heard(0, &noise(7, 500))).await.unwrap();
    store.commit(heard(8000, &noise(8, 500))).await.unwrap();
    store
        .commit(said(2, vec![segment("a", 0.0, 1.0, "words")]))
        .await
        .unwrap();
    let line = store.snapshot(WHOLE).unwrap().lines[0].id;
    store.edit(Edit::Star(line, true)).await.unwrap();
    assert_eq!(look(&store, &root, at(900_000)).await, 1);
    assert_eq!(wav_files(&root).len(), 1);
    store.edit(Edit::Star(line, false)).await.unwrap();
    assert_eq!(look(&store, &root, at(900_000)).await, 1);
}

#[tokio::test]
async fn a_kill_while_sound_is_forgotten_leaves_at_most_a_file_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    let root = recordings::folder(folder.path());
    let store = in_folder(&folder);
    store.commit(heard(0, &noise(7, 500))).await.unwrap();
    let db = database(&folder);
    let forget = |db: &Connection| Ok((rows::recording::forget(db, 1)?, Effect::Unseen));
    let forgotten = store.0.changes.make(forget).await.unwrap().unwrap();
    // Here the kill would be.
    let old = std::time::SystemTime::now() - Duration::from_mins(1);
    let file = fs::File::options()
        .write(true)
        .open(root.join(&forgotten))
        .unwrap();
    file.set_modified(old).unwrap();
    let found = recordings::orphans(&db, &root).unwrap();
    let expected = recordings::Orphans {
        files: vec![forgotten.clone()],
        ..recordings::Orphans::default()
    };
    assert_eq!(found, expected);
    recordings::remove(&root, &forgotten).unwrap();
    recordings::remove(&root, &forgotten).unwrap();
    // What cannot be removed is named.
    let folder = root.join("folder");
    fs::create_dir(&folder).unwrap();
    let why = recordings::remove(&root, "folder").unwrap_err().to_string();
    assert!(why.starts_with(&format!("{}: ", folder.display())), "{why}");
    fs::remove_dir(folder).unwrap();
    assert_eq!(
        recordings::orphans(&db, &root).unwrap(),
        recordings::Orphans::default()
    );
}

#[tokio::test]
async fn files_without_rows_and_rows_without_files_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = recordings::folder(folder.path());
    let store = in_folder(&folder);
    for (second, uid) in [(0, "a"), (0, "b"), (0, "c")] {
        store
            .commit(of(uid, 16_000, heard(second, &noise(7, 500))))
            .await
            .unwrap();
    }
    let name = "2023-11-14/22-13-20 16000Hz.wav";
    fs::remove_file(root.join("a").join(name)).unwrap();
    let short = fs::File::options()
        .write(true)
        .open(root.join("b").join(name))
        .unwrap();
    short.set_len(44 + 499).unwrap();
    let young = root.join("c/young.wav");
    fs::write(&young, "").unwrap();
    let stray = root.join("c/stray.wav");
    let old = std::time::SystemTime::now() - Duration::from_mins(1);
    fs::File::create(&stray).unwrap().set_modified(old).unwrap();
    let found = recordings::orphans(&database(&folder), &root).unwrap();
    let expected = recordings::Orphans {
        files: vec!["c/stray.wav".to_owned()],
        missing: vec![format!("a/{name}")],
        short: vec![format!("b/{name}")],
    };
    assert_eq!(found, expected);
}

#[cfg(unix)]
#[tokio::test]
async fn text_flows_while_the_recorder_hangs() {
    let folder = tempfile::tempdir().unwrap();
    // A pipe that nobody reads: whoever opens it to write hangs.
    let store = in_folder(&folder);
    store.commit(heard(0, &noise(1, 200))).await.unwrap();
    store
        .commit(of("v", 1000, heard(0, &noise(2, 200))))
        .await
        .unwrap();
    for n in 0..40 {
        store
            .commit(of(&format!("w{n}"), 1000, heard(0, &noise(3, 200))))
            .await
            .unwrap();
    }
    let path = recordings::folder(folder.path()).join("u/2023-11-14/22-13-20 16000Hz.wav");
    fs::remove_file(&path).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success());

    let hung = tokio::spawn({
        let store = store.clone();
        async move { store.commit(heard(1, &noise(4, 200))).await }
    });
    let mut waiting = Vec::new();
    let mut refused = 0;
    for n in 0..600 {
        let mut commit = Box::pin({
            let store = store.clone();
            async move { store.commit(of("v", 1000, heard(2, &noise(n, 20)))).await }
        });
        match futures_util::FutureExt::now_or_never(&mut commit) {
            Some(result) => {
                assert_eq!(result, Err(CommitError::Full));
                refused += 1;
            }
            None => waiting.push(commit),
        }
        tokio::task::yield_now().await;
    }
    assert!(refused >= 80, "{refused} of 600 were refused");
    for n in 0..100 {
        let words = vec![segment("", f64::from(n), f64::from(n) + 1.0, "words")];
        store.commit(said(i64::from(n), words)).await.unwrap();
    }
    assert!(!hung.is_finished());
    assert_eq!(store.0.losses.get().sound_refused, refused);
    // A reader lets it go on; what it then writes to cannot be sought in.
    let reader = fs::File::open(&path).unwrap();
    assert_eq!(hung.await.unwrap(), Err(CommitError::Failed));
    drop(reader);
    for commit in waiting {
        commit.await.unwrap();
    }
}
