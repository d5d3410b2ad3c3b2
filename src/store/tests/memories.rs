use super::{super::*, support::*};
use crate::event::{ActionItem, CalendarEvent, Change, Memory, Segment};

fn memory(id: &str, title: &str, started: i64, segments: Vec<Segment>) -> Memory {
    Memory {
        id: Some(id.to_owned()),
        started_at: Some(at(started)),
        finished_at: Some(at(started + 60)),
        title: title.to_owned(),
        emoji: "🧠".to_owned(),
        segments,
        ..Memory::default()
    }
}

async fn talk(store: &Store) {
    for batch in [
        said(3, vec![segment("a", 0.0, 2.0, "Let us go")]),
        said(6, vec![segment("b", 2.0, 5.0, "home now")]),
    ] {
        store.commit(batch).await.unwrap();
    }
}

#[tokio::test]
async fn a_memory_closes_and_titles_its_conversation_and_replaces_its_lines() {
    let store = ephemeral();
    talk(&store).await;
    let merged = vec![segment("z", 0.5, 5.0, "Let us go home now.")];
    store
        .commit(remembered(200, memory("m", "Going home", 1, merged)))
        .await
        .unwrap();
    assert_eq!(shown(&store), ["Going home: Let us go home now."]);
    let snapshot = store.snapshot(WHOLE).unwrap();
    let conversation = &snapshot.conversations[0];
    assert_eq!(conversation.started, at(1));
    assert_eq!(conversation.last_arrival, at(6));
    assert_eq!(conversation.emoji.as_deref(), Some("🧠"));
    assert_eq!(conversation.memory, Some(snapshot.memories[0].id));
    assert_eq!(snapshot.memories[0].conversation, Some(conversation.id));
    assert_eq!(snapshot.memories[0].memory.segments, []);
}

#[tokio::test]
async fn live_words_that_come_after_their_memory_change_nothing() {
    let store = ephemeral();
    talk(&store).await;
    let merged = vec![segment("a", 0.0, 5.0, "Let us go home now")];
    store
        .commit(remembered(10, memory("m", "Home", 0, merged)))
        .await
        .unwrap();
    let replay = vec![
        segment("a", 0.0, 2.0, "Let us go"),
        segment("b", 2.0, 5.0, "home now"),
    ];
    store.commit(said(12, replay)).await.unwrap();
    assert_eq!(shown(&store), ["Home: Let us go home now"]);
    store
        .commit(said(20, vec![segment("c", 0.0, 1.0, "Hi")]))
        .await
        .unwrap();
    let expected = ["Home: Let us go home now", "…: Hi"];
    assert_eq!(shown(&store), expected);
}

#[tokio::test]
async fn a_revision_replaces_and_the_very_same_memory_changes_nothing() {
    let store = ephemeral();
    talk(&store).await;
    let lines = |text| vec![segment("a", 0.0, 5.0, text)];
    let first = memory("m", "Home", 0, lines("one"));
    let titled = memory("m", "At home", 0, lines("one"));
    let reworded = memory("m", "At home", 0, lines("two"));
    for revision in [first.clone(), first, titled, reworded] {
        store.commit(remembered(100, revision)).await.unwrap();
    }
    assert_eq!(shown(&store), ["At home: two"]);
    let snapshot = store.snapshot(WHOLE).unwrap();
    assert_eq!(snapshot.memories.len(), 1);
    assert_eq!(snapshot.memories[0].revision, 3);
    let records = store.records_after(Seq(3), 10).unwrap();
    assert_eq!(records[0].changes, [], "the very same");
}

#[tokio::test]
async fn a_memory_of_other_words_or_another_time_makes_its_own_conversation() {
    let store = ephemeral();
    talk(&store).await;
    let other_words = vec![segment("x", 0.0, 5.0, "Nothing of the kind")];
    let other_time = vec![segment("", 0.0, 5.0, "Let us go home now")];
    store
        .commit(remembered(10, memory("m1", "Words", 0, other_words)))
        .await
        .unwrap();
    store
        .commit(remembered(10, memory("m2", "Time", -9000, other_time)))
        .await
        .unwrap();
    let expected = [
        "…: Let us go | home now",
        "Words: Nothing of the kind",
        "Time: Let us go home now",
    ];
    assert_eq!(shown(&store), expected);
    store
        .commit(said(11, vec![segment("c", 6.0, 7.0, "still open")]))
        .await
        .unwrap();
    assert_eq!(shown(&store)[0], "…: Let us go | home now | still open");
}

#[tokio::test]
async fn parts_that_were_one_conversation_are_joined_by_its_memory() {
    let store = ephemeral();
    talk(&store).await;
    store
        .commit(said(200, vec![segment("c", 197.0, 199.0, "at last")]))
        .await
        .unwrap();
    let mut whole = memory(
        "m",
        "All",
        0,
        vec![
            segment("a", 0.0, 5.0, "Let us go home now"),
            segment("c", 197.0, 199.0, "at last"),
        ],
    );
    whole.finished_at = Some(at(199));
    store.commit(remembered(400, whole)).await.unwrap();
    assert_eq!(shown(&store), ["All: Let us go home now | at last", "…: "]);
    let snapshot = store.snapshot(WHOLE).unwrap();
    assert!(
        snapshot
            .conversations
            .iter()
            .all(|one| one.memory.is_some())
    );
}

#[tokio::test]
async fn a_memory_without_words_titles_the_only_conversation_of_its_time() {
    let store = ephemeral();
    talk(&store).await;
    store
        .commit(remembered(200, memory("m", "Bare", 0, Vec::new())))
        .await
        .unwrap();
    assert_eq!(shown(&store), ["Bare: Let us go | home now"]);
    let text = Memory {
        text: Some("Buy milk".to_owned()),
        created_at: Some(at(9000)),
        ..Memory::default()
    };
    for _ in 0..2 {
        store.commit(remembered(9001, text.clone())).await.unwrap();
    }
    let memories = store.snapshot(WHOLE).unwrap().memories;
    assert_eq!(memories.len(), 2, "the same content is the same memory");
    assert_eq!((memories[1].conversation, memories[1].revision), (None, 1));
    assert_eq!(memories[1].memory, text);
}

#[tokio::test]
async fn all_that_a_memory_says_comes_back() {
    let store = ephemeral();
    let full = Memory {
        created_at: Some(at(5)),
        overview: "o".to_owned(),
        action_items: vec![
            ActionItem {
                description: "Call".to_owned(),
                completed: true,
                due_at: Some(at(9)),
            },
            ActionItem::default(),
        ],
        events: vec![CalendarEvent {
            title: "Meet".to_owned(),
            start: Some(at(77)),
            duration_min: 30,
            ..CalendarEvent::default()
        }],
        discarded: true,
        ..memory("m", "t", 0, Vec::new())
    };
    store.commit(remembered(6, full.clone())).await.unwrap();
    let fewer = Memory {
        action_items: Vec::new(),
        ..full.clone()
    };
    let expected = [&full, &fewer];
    for (revision, expected) in (1..).zip(expected) {
        let kept = Arc::clone(&store.snapshot(WHOLE).unwrap().memories[0]);
        assert_eq!((&kept.memory, kept.revision), (expected, revision));
        let seq = Seq(kept.seq.0 - 1);
        let record = &store.records_after(seq, 1).unwrap()[0];
        assert_eq!(record.changes, [Change::Memory(kept)]);
        store.commit(remembered(7, fewer.clone())).await.unwrap();
    }
}

#[tokio::test]
async fn a_late_reader_learns_of_an_emptied_conversation_that_went_on() {
    let store = ephemeral();
    talk(&store).await;
    store
        .commit(said(200, vec![segment("c", 197.0, 199.0, "at last")]))
        .await
        .unwrap();
    let mut model = Model::default();
    for record in store.records_after(Seq(0), 10).unwrap() {
        model.apply(&record);
    }
    let words = vec![
        segment("a", 0.0, 5.0, "Let us go home now"),
        segment("c", 197.0, 199.0, "at last"),
    ];
    store
        .commit(remembered(201, memory("m", "All", 0, words)))
        .await
        .unwrap();
    store
        .commit(said(202, vec![segment("d", 199.0, 201.0, "or not")]))
        .await
        .unwrap();
    for record in store.records_after(Seq(3), 10).unwrap() {
        model.apply(&record);
    }
    assert_eq!(model, Model::of(&store.snapshot(WHOLE).unwrap()));
}
