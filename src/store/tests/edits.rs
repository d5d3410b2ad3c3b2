//! What the user adds, and what becomes of it.

use super::{
    super::*,
    support::{self, *},
};
use crate::event::{ActionItem, ActionSource, LineId, Memory, Voice};

fn uid() -> Uid {
    Uid::parse("u").unwrap()
}

fn marked(store: &Store) -> Vec<String> {
    support::marked(&store.snapshot(WHOLE).unwrap().lines)
}

fn line(store: &Store, text: &str) -> LineId {
    let lines = store.snapshot(WHOLE).unwrap().lines;
    let found = lines.iter().find(|line| line.segment.text == text);
    found.unwrap_or_else(|| panic!("no line {text:?}")).id
}

#[tokio::test]
async fn stars_and_notes_are_kept_and_told() {
    let store = ephemeral();
    store
        .commit(said(1, vec![segment("a", 0.0, 1.0, "one")]))
        .await
        .unwrap();
    let (_, mut viewer) = store.view(WHOLE).unwrap();
    let one = line(&store, "one");
    assert!(store.edit(Edit::Star(one, true)).await.unwrap());
    assert_eq!(news(&mut viewer).await, "edited: one *");
    assert!(
        store
            .edit(Edit::Note(one, Some("why".to_owned())))
            .await
            .unwrap()
    );
    assert_eq!(news(&mut viewer).await, "edited: one * (why)");
    assert_eq!(marked(&store), ["one * (why)"]);
    store
        .commit(said(2, vec![segment("a", 0.0, 1.5, "one more")]))
        .await
        .unwrap();
    assert_eq!(marked(&store), ["one more * (why)"]);
    assert!(store.edit(Edit::Star(one, false)).await.unwrap());
    assert!(store.edit(Edit::Note(one, None)).await.unwrap());
    assert_eq!(marked(&store), ["one more"]);
    assert!(!store.edit(Edit::Star(LineId(99), true)).await.unwrap());
}

#[tokio::test]
async fn marks_follow_their_words_into_a_memory() {
    let store = ephemeral();
    let talk = vec![
        segment("a", 0.0, 2.0, "Shall we go home"),
        segment("b", 2.0, 4.0, "yes let us"),
        segment("c", 5.0, 6.0, "did you lock the door"),
        segment("d", 7.0, 8.0, "of course"),
    ];
    store.commit(said(10, talk)).await.unwrap();
    for (text, note) in [
        ("yes let us", "nice"),
        ("did you lock the door", "check"),
        ("of course", "really?"),
    ] {
        let id = line(&store, text);
        store
            .edit(Edit::Note(id, Some(note.to_owned())))
            .await
            .unwrap();
    }
    store
        .edit(Edit::Star(line(&store, "of course"), true))
        .await
        .unwrap();
    let memory = Memory {
        id: Some("m".to_owned()),
        title: "Home".to_owned(),
        started_at: Some(at(1)),
        finished_at: Some(at(10)),
        segments: vec![
            segment("a", 0.0, 4.0, "Shall we go home? Yes, let us."),
            segment("d", 5.0, 8.0, "Did you lock the door? Of course."),
        ],
        ..Memory::default()
    };
    store.commit(remembered(200, memory.clone())).await.unwrap();
    let expected = [
        "Shall we go home? Yes, let us. (nice)",
        "Did you lock the door? Of course. * (check\nreally?)",
    ];
    assert_eq!(marked(&store), expected);
    let mut follower = store.follow(Seq(0));
    let mut told = 0;
    while follower.behind() > 0 {
        for record in follower.next().await.unwrap() {
            let lines = record.changes.iter().filter(|change| match change {
                crate::event::Change::Line(line) => line.note.is_some(),
                _ => false,
            });
            told += lines.count();
        }
    }
    assert_eq!(told, 2, "the record of the memory carries the marks");
    // A revision of the memory moves them once more.
    let revised = Memory {
        segments: vec![segment("z", 0.0, 8.0, "Shall we go home. Of course.")],
        ..memory
    };
    store.commit(remembered(300, revised)).await.unwrap();
    assert_eq!(
        marked(&store),
        ["Shall we go home. Of course. * (nice\ncheck\nreally?)"]
    );
}

#[tokio::test]
async fn names_of_speakers_are_kept_per_wearer() {
    let store = ephemeral();
    let (_, mut viewer) = store.view(WHOLE).unwrap();
    let name = |voice: Voice, name: Option<&str>| Edit::Name(uid(), voice, name.map(str::to_owned));
    store
        .edit(name(Voice::Number(1), Some("Bob")))
        .await
        .unwrap();
    store
        .edit(name(Voice::Number(1), Some("Rob")))
        .await
        .unwrap();
    store
        .edit(name(Voice::Person("p".to_owned()), Some("Ada")))
        .await
        .unwrap();
    for expected in ["names: Bob", "names: Rob", "names: Ada, Rob"] {
        assert_eq!(news(&mut viewer).await, expected);
    }
    let names = store.snapshot(WHOLE).unwrap().names;
    let mut all: Vec<_> = names.iter().map(|(_, _, name)| name.to_owned()).collect();
    all.sort();
    assert_eq!(all, ["Ada", "Rob"]);
    store.edit(name(Voice::Number(1), None)).await.unwrap();
    assert_eq!(store.snapshot(WHOLE).unwrap().names.iter().count(), 1);
}

#[tokio::test]
async fn a_tick_survives_a_revision_of_its_memory() {
    let store = ephemeral();
    let memory = |title: &str, items: &[&str]| Memory {
        id: Some("m".to_owned()),
        title: title.to_owned(),
        action_items: items
            .iter()
            .map(|item| ActionItem {
                description: (*item).to_owned(),
                ..ActionItem::default()
            })
            .collect(),
        ..Memory::default()
    };
    let done = |store: &Store| -> Vec<bool> {
        let kept = Arc::clone(&store.snapshot(WHOLE).unwrap().memories[0]);
        let items = kept.memory.action_items.iter();
        items.map(|item| kept.done(item)).collect()
    };
    store
        .commit(remembered(1, memory("One", &["buy", "sell"])))
        .await
        .unwrap();
    let id = store.snapshot(WHOLE).unwrap().memories[0].id;
    let (_, mut viewer) = store.view(WHOLE).unwrap();
    let tick = |done| Edit::Tick(ActionSource::Memory(id), "sell".to_owned(), done);
    for _ in 0..2 {
        store.edit(tick(true)).await.unwrap();
        assert_eq!(news(&mut viewer).await, "ticked: {\"sell\"}");
    }
    assert_eq!(done(&store), [false, true]);
    store
        .commit(remembered(2, memory("Two", &["sell", "keep"])))
        .await
        .unwrap();
    assert_eq!(done(&store), [true, false]);
    store.edit(tick(false)).await.unwrap();
    assert_eq!(done(&store), [false, false]);
}

#[tokio::test]
async fn viewers_hear_of_another_processs_edit_while_nothing_comes() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(said(1, vec![segment("a", 0.0, 1.0, "one")]))
        .await
        .unwrap();
    let (_, mut viewer) = store.view(WHOLE).unwrap();
    let archive = crate::store::archive::Archive::open(folder.path()).unwrap();
    let one = line(&store, "one");
    assert!(archive.edit(&Edit::Star(one, true)).unwrap());
    assert!(!archive.edit(&Edit::Star(LineId(99), true)).unwrap());
    assert_eq!(news(&mut viewer).await, "anew: one *");
    assert!(archive.edit(&Edit::Star(one, false)).unwrap());
    store
        .commit(said(2, vec![segment("b", 1.0, 2.0, "two")]))
        .await
        .unwrap();
    assert_eq!(news(&mut viewer).await, "[2]");
    assert_eq!(news(&mut viewer).await, "anew: one | two");
    store
        .commit(said(3, vec![segment("c", 2.0, 3.0, "three")]))
        .await
        .unwrap();
    assert_eq!(news(&mut viewer).await, "[3]");
}

#[tokio::test]
async fn a_viewer_that_was_away_knows_whether_the_past_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(said(1, vec![segment("a", 0.0, 1.0, "one")]))
        .await
        .unwrap();
    let one = line(&store, "one");
    store.edit(Edit::Star(one, true)).await.unwrap();
    let away = store.view(WHOLE).unwrap().1.at();
    store
        .commit(said(2, vec![segment("b", 1.0, 2.0, "two")]))
        .await
        .unwrap();
    store.close().await;
    drop(store);

    let store = in_folder(&folder);
    let mut viewer = store.resume(away, WHOLE);
    assert_eq!(news(&mut viewer).await, "[2]");
    let away = viewer.at();
    drop(viewer);
    store.close().await;
    drop(store);
    let archive = crate::store::archive::Archive::open(folder.path()).unwrap();
    archive.edit(&Edit::Star(one, false)).unwrap();

    let store = in_folder(&folder);
    let mut viewer = store.resume(away, WHOLE);
    assert_eq!(news(&mut viewer).await, "anew: one | two");
}

#[tokio::test]
async fn every_change_that_no_record_tells_of_makes_another_past() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let past = |store: &Store| store.snapshot(WHOLE).unwrap().past.0;
    let first = past(&store);
    for (second, text) in [(1, "one"), (400, "two")] {
        store
            .commit(said(second, vec![segment(text, 0.0, 1.0, text)]))
            .await
            .unwrap();
    }
    assert_eq!(past(&store), first, "records are no change of the past");
    assert!(!store.edit(Edit::Star(LineId(99), true)).await.unwrap());
    assert_eq!(past(&store), first);
    let one = line(&store, "one");
    store.edit(Edit::Star(one, true)).await.unwrap();
    assert_eq!(past(&store), first + 1);
    store.close().await;
    drop(store);
    let longer = Settings {
        silence: Duration::from_mins(10),
        ..settings(Location::Folder(folder.path().to_owned()))
    };
    for expected in [first + 2, first + 2] {
        rebuild::rebuild(&longer, &mut |_| ()).unwrap();
        assert_eq!(past(&in_folder(&folder)), expected, "once, then not again");
    }
}
