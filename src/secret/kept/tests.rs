//! Keys in files, and how they change there.

use super::*;

#[test]
fn the_first_call_makes_a_key_and_later_ones_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("data/omiscope");
    assert!(found_in(&folder).unwrap().is_none());
    let first = kept_in(&folder).unwrap();
    let found = found_in(&folder).unwrap().unwrap();
    assert!(found.matches(first.current().reveal()));
    assert_eq!(first.current().reveal().len(), 64);
    assert_eq!(
        kept_in(&folder).unwrap().current().reveal(),
        first.current().reveal()
    );
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        1,
        "no draft is left"
    );
}

#[test]
fn a_key_that_another_process_made_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    fs::write(&path, "theirs\n").unwrap();
    assert!(!publish(&path, &Secret::new("ours".into())).unwrap());
    assert_eq!(kept_in(folder.path()).unwrap().current().reveal(), "theirs");
}

#[test]
fn an_empty_file_is_refused_with_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    fs::write(&path, " \n").unwrap();
    assert_eq!(
        kept_in(folder.path()).unwrap_err().to_string(),
        format!(
            "{} is empty; delete it to have a new webhook key made",
            path.display()
        )
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_file_even_if_others_could_before() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    kept_in(folder.path()).unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(seen_in(folder.path()).unwrap().is_some());
    assert_eq!(mode(), 0o644, "looking changes nothing");
    kept_in(folder.path()).unwrap();
    assert_eq!(mode(), 0o600);
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[test]
fn a_key_that_is_replaced_is_taken_until_its_end_and_each_before_it_until_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut keys = vec![kept_in(folder).unwrap().current().reveal().to_owned()];
    for hours in [3, 1, 2] {
        let until = rotate(folder, HOUR * hours, now()).unwrap();
        assert_eq!(until, now() + HOUR * hours);
        keys.push(kept_in(folder).unwrap().current().reveal().to_owned());
    }
    let opened = |hours: i32| {
        let kept = kept_in(folder).unwrap();
        let now = now() + HOUR * hours;
        let opened = keys.iter().map(|key| kept.opened_by(key, now));
        opened.map(|opened| opened.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(opened(0), [true, true, true, true]);
    assert_eq!(opened(1), [true, false, true, true]);
    assert_eq!(opened(2), [true, false, false, true]);
    assert_eq!(opened(3), [false, false, false, true]);
    let kept = kept_in(folder).unwrap();
    for key in &keys {
        assert_eq!(kept.masked_in(key), "***", "hidden for ever");
    }
    let names = fs::read_dir(folder).unwrap();
    assert_eq!(names.count(), 3, "keys, old keys, lock; no draft is left");
}

#[test]
fn keys_that_ended_are_forgotten_in_time_and_those_that_are_taken_never() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let current = || kept_in(folder).unwrap().current().reveal().to_owned();
    let first = current();
    rotate(folder, HOUR * 5, now()).unwrap();
    for _ in 0..REMEMBERED {
        rotate(folder, HOUR, now()).unwrap();
    }
    assert_eq!(old_in(folder).unwrap().len(), REMEMBERED + 1);
    let kept = kept_in(folder).unwrap();
    assert!(kept.opened_by(&first, now()).is_some());
    let second = current();
    // Its end is told in whole seconds, but it is not taken until the next one begins.
    let now = now() + SignedDuration::from_millis(700);
    rotate(folder, SignedDuration::ZERO, now).unwrap();
    let kept = kept_in(folder).unwrap();
    assert_eq!(kept.masked_in(&first), first, "ended, and long ago");
    assert!(kept.opened_by(&second, now).is_none());
    assert_eq!(old_in(folder).unwrap().len(), REMEMBERED);
}

#[test]
fn of_two_rotations_at_once_no_key_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let first = kept_in(folder).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| rotate(folder, HOUR, now()).unwrap());
        }
    });
    assert_eq!(old_in(folder).unwrap().len(), 4);
    let kept = kept_in(folder).unwrap();
    assert!(kept.opened_by(first.current().reveal(), now()).is_some());
}

#[test]
fn what_cannot_be_read_is_told_until_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (_, mut watch) = Watch::start(folder).unwrap();
    fs::remove_file(folder.join(FILE)).unwrap();
    fs::create_dir(folder.join(FILE)).unwrap();
    assert!(watch.changed().is_err());
    assert!(watch.changed().is_err());
    fs::remove_dir(folder.join(FILE)).unwrap();
    fs::write(folder.join(FILE), "theirs\n").unwrap();
    let seen = watch.changed().unwrap().unwrap();
    assert_eq!(seen.current().reveal(), "theirs");
}

#[test]
fn a_change_is_seen_once_and_a_key_that_is_gone_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (first, mut watch) = Watch::start(folder).unwrap();
    assert!(watch.changed().unwrap().is_none());
    rotate(folder, HOUR, now()).unwrap();
    let seen = watch.changed().unwrap().unwrap();
    assert_ne!(seen.current().reveal(), first.current().reveal());
    assert!(seen.opened_by(first.current().reveal(), now()).is_some());
    assert!(watch.changed().unwrap().is_none());
    fs::remove_file(folder.join(FILE)).unwrap();
    assert!(watch.changed().unwrap().is_none());
    assert!(!folder.join(FILE).exists(), "none is made while it runs");
    fs::write(folder.join(FILE), "by hand\n").unwrap();
    assert_eq!(
        watch.changed().unwrap().unwrap().current().reveal(),
        "by hand"
    );
}

#[test]
fn a_line_that_is_no_old_key_is_told_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    kept_in(folder.path()).unwrap();
    for line in ["S3CRET", "tomorrow S3CRET", "2026-11-28T00:00:00Z "] {
        let (_, mut watch) = Watch::start(folder.path()).unwrap();
        fs::write(folder.path().join(OLD), format!("\n{line}\n")).unwrap();
        assert!(watch.changed().is_err());
        let error = kept_in(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("line 2 of ") && !error.contains("S3CRET"),
            "{error}"
        );
        assert!(rotate(folder.path(), HOUR, now()).is_err());
        fs::remove_file(folder.path().join(OLD)).unwrap();
        assert!(watch.changed().unwrap().is_none());
    }
}
