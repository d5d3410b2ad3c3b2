use std::{cell::Cell, path::Path};

use super::*;
use crate::{
    event::ConversationId,
    export::{What, table, table::Writer, tests::talk},
    store::Talk,
};

/// So many conversations, each of its own number.
fn talks(count: i64) -> impl Iterator<Item = Result<Talk, ReadError>> {
    (1..=count).map(|id| {
        let mut talk = talk();
        talk.conversation.id = ConversationId(id);
        Ok(talk)
    })
}

/// Exports conversations into a new file or folder.
fn take_out(
    folder: &Path,
    format: Format,
    things: impl Iterator<Item = Result<Talk, ReadError>>,
    several: bool,
    watch: &Watch,
) -> Result<Count, OutError> {
    let pair = table::find(What::Transcript, Some(format)).unwrap();
    let job = Job {
        pair,
        zone: TimeZone::UTC,
        output: Output::New {
            folder: folder.to_owned(),
            name: "all".to_owned(),
            several,
        },
        watch,
    };
    let Writer::Talk(write) = pair.writer else {
        panic!("it writes conversations")
    };
    job.run(things, write)
}

/// The names of what is in a folder and in the folders of it.
fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            names.extend(
                self::names(&entry.path())
                    .iter()
                    .map(|inner| format!("{name}/{inner}")),
            );
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

#[test]
fn one_thing_is_called_after_itself_and_several_are_kept_apart_where_that_is_better() {
    let one = &["2026-11-20 1231 Tickets to the coast back (1)"];
    let apart = &[
        "all/2026-11-20 1231 Tickets to the coast back (1)",
        "all/2026-11-20 1231 Tickets to the coast back (2)",
    ];
    for (format, several, expected) in [
        (Format::Md, false, &one[..]),
        (Format::Srt, false, &one[..]),
        (Format::Md, true, &apart[..]),
        (Format::Vtt, true, &apart[..]),
        (Format::Txt, true, &["all"][..]),
        (Format::Csv, true, &["all"][..]),
    ] {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("new");
        let things = talks(if several { 2 } else { 1 });
        let count = take_out(&folder, format, things, several, &Watch::default()).unwrap();
        let expected: Vec<_> = expected
            .iter()
            .map(|stem| format!("{stem}.{format}"))
            .collect();
        assert_eq!(names(&folder), expected);
        let made = count.made.unwrap();
        let first = Path::new(&expected[0]).components().next().unwrap();
        assert_eq!(made, folder.join(first.as_os_str()));
    }
}

#[test]
fn what_is_there_stays_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    for (format, expected) in [
        (Format::Txt, ["all.txt", "all 2.txt", "all 3.txt"]),
        (Format::Srt, ["all", "all 2", "all 3"]),
    ] {
        for name in expected {
            let count = take_out(home.path(), format, talks(2), true, &Watch::default()).unwrap();
            assert_eq!(count.made, Some(home.path().join(name)));
        }
    }
}

#[test]
fn of_what_is_stopped_nothing_is_left() {
    for format in [Format::Txt, Format::Md, Format::Vtt] {
        let home = tempfile::tempdir().unwrap();
        let watch = Watch::default();
        let asked = Cell::new(0);
        let things = talks(10).inspect(|_| {
            asked.set(asked.get() + 1);
            if asked.get() == 5 {
                watch.stop();
            }
        });
        let stopped = take_out(home.path(), format, things, true, &watch);
        assert!(matches!(stopped, Err(OutError::Stopped)), "{stopped:?}");
        assert_eq!(watch.progress().done, 4);
        assert_eq!(asked.get(), 5, "nothing more is read");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_long_thing_is_stopped_in_its_middle() {
    let watch = Watch::default();
    let mut out = Stoppable {
        watch: &watch,
        out: Vec::new(),
    };
    out.write_all(b"some").unwrap();
    watch.stop();
    assert!(out.write_all(b"more").is_err());
    assert_eq!(out.out, b"some");
}

#[test]
fn of_nothing_there_is_no_file() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("new");
    let nothing = take_out(&folder, Format::Csv, talks(0), true, &Watch::default());
    assert!(matches!(nothing, Err(OutError::Nothing)), "{nothing:?}");
    assert!(!folder.exists());
}
