use std::fs;

use super::*;
use crate::event::Uid;

fn stream(uid: &str, rate: u32) -> Stream {
    Stream {
        uid: Uid::parse(uid).unwrap(),
        rate,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn files(folder: &tempfile::TempDir) -> Files {
    Files::new(folder.path().join("recordings"), 1)
}

/// The samples of a file as its head tells, read by nothing of ours.
fn samples(file: &[u8]) -> Vec<i16> {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(
        (&file[0..4], &file[8..16]),
        (&b"RIFF"[..], &b"WAVEfmt "[..])
    );
    assert_eq!((number(4), &file[36..40]), (number(40) + 36, &b"data"[..]));
    let data = &file[44..44 + number(40)];
    data.chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

fn read(files: &Files, place: &Place) -> Vec<i16> {
    samples(&fs::read(files.root.join(&*place.path)).unwrap())
}

#[test]
fn sound_of_one_stream_and_hour_goes_into_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(&folder);
    let (here, other) = (stream("u", 16_000), stream("u", 8000));
    let first = files.append(&here, at(0), &[1, 2]).unwrap();
    let faster = files.append(&other, at(0), &[7]).unwrap();
    let second = files.append(&here, at(1), &[3]).unwrap();
    let later = files.append(&here, at(3600), &[4]).unwrap();
    let back = files.append(&here, at(2), &[5]).unwrap();
    assert_eq!(&*first.path, "u/2023-11-14/22-13-20 16000Hz.wav");
    assert_eq!((second.recording, second.first), (first.recording, 2));
    assert_eq!(read(&files, &first), [1, 2, 3]);
    assert_eq!(read(&files, &faster), [7]);
    assert_eq!(read(&files, &later), [4]);
    assert_eq!(read(&files, &back), [5], "a clock that was put back");
    let numbers = [first, faster, later, back].map(|place| place.recording);
    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[test]
fn whatever_byte_a_kill_falls_on_the_file_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(&folder);
    let here = stream("u", 16_000);
    files.append(&here, at(0), &[1, 2, 3]).unwrap();
    let path = files.root.join(&*files.growing[&here].place.path);
    let before = fs::read(&path).unwrap();
    files.append(&here, at(1), &[4, 5, 6, 7]).unwrap();
    let after = fs::read(&path).unwrap();
    // First the samples grow byte by byte under the old head, then the head is written.
    for length in before.len()..=after.len() {
        let mut killed = after[..length].to_vec();
        killed[..44].copy_from_slice(&before[..44]);
        assert_eq!(samples(&killed), [1, 2, 3], "killed at {length}");
    }
    assert_eq!(samples(&after), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_new_program_begins_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = stream("u", 16_000);
    let old = files(&folder).append(&here, at(0), &[1]).unwrap();
    let mut files = files(&folder);
    let new = files.append(&here, at(0), &[2]).unwrap();
    assert_eq!(&*new.path, "u/2023-11-14/22-13-20 16000Hz 2.wav");
    assert_eq!((read(&files, &old), read(&files, &new)), (vec![1], vec![2]));
}

#[test]
fn many_wearers_need_few_open_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(&folder);
    let streams: Vec<_> = (0..50).map(|n| stream(&format!("u{n}"), 1000)).collect();
    let mut places = Vec::new();
    for round in 0..3_i16 {
        for here in &streams {
            let place = files.append(here, at(0), &[round]).unwrap();
            assert_eq!(place.first, u64::from(round.unsigned_abs()));
            places.push(place);
        }
        let open = files
            .growing
            .values()
            .filter(|growing| growing.file.is_some());
        assert_eq!(open.count(), OPEN);
    }
    for place in &places[..50] {
        assert_eq!(read(&files, place), [0, 1, 2]);
    }
}

#[test]
fn more_streams_than_are_remembered_begin_new_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(&folder);
    for n in 0..=STREAMS as u32 {
        files.append(&stream("u", 1000 + n), at(0), &[1]).unwrap();
    }
    assert_eq!(files.growing.len(), STREAMS);
    assert_eq!(
        files.append(&stream("u", 1000), at(0), &[1]).unwrap().first,
        0
    );
}

#[test]
fn a_folder_that_vanished_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(&folder);
    let here = stream("u", 16_000);
    files.append(&here, at(0), &[1]).unwrap();
    fs::remove_dir_all(&files.root).unwrap();
    let place = files.append(&here, at(1), &[2]).unwrap();
    assert_eq!((place.first, read(&files, &place)), (0, vec![2]));
}

#[test]
fn what_a_failed_append_left_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(&folder);
    let here = stream("u", 16_000);
    let place = files.append(&here, at(0), &[1]).unwrap();
    let path = files.root.join(&*place.path);
    // As if the disk had become full: a handle that cannot write, and half a sample written before.
    files.growing.get_mut(&here).unwrap().file = Some(File::open(&path).unwrap());
    let mut bytes = fs::read(&path).unwrap();
    bytes.push(9);
    fs::write(&path, bytes).unwrap();
    files.append(&here, at(1), &[2]).unwrap_err();
    assert_eq!(read(&files, &place), [1]);
    let next = files.append(&here, at(2), &[3]).unwrap();
    assert_ne!(next.recording, place.recording, "it could not be cut");
    assert_eq!(read(&files, &next), [3]);
}

#[test]
fn what_is_written_is_synced_within_a_second_and_nothing_when_idle() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(&folder);
    let here = stream("u", 16_000);
    assert_eq!(files.sync_due(), None);
    files.append(&here, at(0), &[1]).unwrap();
    let due = files.sync_due().unwrap();
    files.append(&here, at(1), &[1]).unwrap();
    assert_eq!(files.sync_due(), Some(due));
    files.sync();
    assert_eq!(files.sync_due(), None);
    assert!(files.growing.values().all(|growing| !growing.dirty));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_listen() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(&folder);
    let place = files.append(&stream("u", 16_000), at(0), &[1]).unwrap();
    let file = files.root.join(&*place.path);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    for above in file.ancestors().skip(1).take(3) {
        assert_eq!(mode(above), 0o700, "{}", above.display());
    }
}
