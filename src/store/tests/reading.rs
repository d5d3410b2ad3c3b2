use proptest::prelude::*;

use super::{super::*, support::*};
use crate::event::{
    ButtonPress, Change, DaySummary, Kind, Memory, Press, Progress, Segment, Stage as Step,
};

#[tokio::test]
async fn a_record_that_is_read_again_equals_the_one_that_was_published() {
    let store = ephemeral();
    let mut follower = store.follow(Seq(0));
    let button = ButtonPress {
        press: Press::Other("triple".to_owned()),
        device: None,
        id: Some("i".to_owned()),
        at: Some(at(3)),
    };
    let progress = Progress {
        stage: Step::BackwardSynced,
        processing_id: None,
        memory_id: None,
        status: None,
        file: Some("a.wav".to_owned()),
    };
    let summary = DaySummary {
        text: "busy".to_owned(),
        date: Some(jiff::civil::date(2026, 7, 1)),
        ..DaySummary::default()
    };
    let words = vec![segment("b", 4.0, 5.5, "b"), segment("a", 1.0, 2.25, "a")];
    let closed = Memory {
        id: Some("m".to_owned()),
        segments: vec![segment("x", 0.0, 9.0, "c")],
        ..Memory::default()
    };
    for submission in [
        submission(0, Kind::ButtonEvent, Event::Button(button)),
        submission(1, Kind::MemoryBackwardSynced, Event::Progress(progress)),
        submission(2, Kind::DaySummary, Event::Summary(summary.into())),
        submission(2, Kind::Ping, Event::Ping),
        said(3, words),
        remembered(4, closed),
        heard(5, &[1, 2, 3, 4]),
    ] {
        store.commit(submission).await.unwrap();
    }
    let mut live = Vec::new();
    while follower.behind() > 0 {
        live.extend(follower.next().await.unwrap());
    }
    for (live, read) in live.iter().zip(store.records_after(Seq(0), 100).unwrap()) {
        let mut live = Record::clone(live);
        for change in &mut live.changes {
            if let Change::Sound(chunk) = change {
                chunk.pcm = None;
            }
        }
        assert_eq!(live, *read);
    }
    assert_eq!(live.len(), 7);
}

#[tokio::test]
async fn what_was_said_is_read_although_the_request_behind_it_was_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let mut submission = said(0, vec![segment("a", 0.0, 1.0, "hello")]);
    submission.delivery.idempotency_key = Some("k".to_owned());
    let repeat = Submission {
        delivery: submission.delivery.clone(),
        body: None,
        event: submission.event.clone(),
    };
    store.commit(submission).await.unwrap();
    rusqlite::Connection::open(folder.path().join("omiscope.db"))
        .unwrap()
        .execute("DELETE FROM requests", [])
        .unwrap();
    let records = store.records_after(Seq(0), 10).unwrap();
    let told = &records[0];
    assert_eq!(
        (told.delivery.status, told.delivery.path.as_str()),
        (200, "")
    );
    assert!(
        told.changes
            .iter()
            .any(|change| matches!(change, Change::Line(_)))
    );
    let receipt = store.commit(repeat).await.unwrap();
    assert_eq!(receipt.repeat_of, Some(Seq(1)), "its key is still known");
}

#[tokio::test]
async fn a_page_of_great_records_is_a_short_one() {
    let store = ephemeral();
    let megabyte = "a ".repeat(1 << 19);
    for second in 0..12 {
        let segment = segment(&second.to_string(), 0.0, 1.0, &megabyte);
        store.commit(said(second, vec![segment])).await.unwrap();
    }
    let (mut at, mut pages) = (Seq(0), Vec::new());
    while at < store.latest() {
        let page = store.records_after(at, 256).unwrap();
        at = page.last().unwrap().seq;
        pages.push(page.len());
    }
    assert_eq!(pages, [8, 4]);
}

#[tokio::test]
async fn a_snapshot_tells_what_was_heard_last_and_what_is_being_refused() {
    let store = ephemeral();
    let empty = store.snapshot(WHOLE).unwrap();
    assert_eq!(
        (empty.seq, empty.uid, empty.last_seen),
        (Seq(0), None, vec![])
    );
    store.commit(heard(1, &[])).await.unwrap();
    store.commit(said(2, Vec::new())).await.unwrap();
    store.commit(heard(5, &[])).await.unwrap();
    let mut ping = submission(6, Kind::Ping, Event::Ping);
    ping.delivery.uid = None;
    store.commit(ping).await.unwrap();
    store.note(refusal(7, 401), None);
    store.note(refusal(8, 400), None);
    store.close().await;
    let snapshot = store.snapshot(WHOLE).unwrap();
    let expected = [(Webhook::Transcript, at(2)), (Webhook::Audio, at(5))];
    assert_eq!(snapshot.last_seen, expected);
    assert_eq!(snapshot.uid, Uid::parse("u").ok());
    assert_eq!((snapshot.seq, snapshot.refused_in_a_row), (Seq(6), 2));
}

#[tokio::test]
async fn a_window_shows_the_newest_oldest_first() {
    let store = ephemeral();
    for second in 0..6 {
        let start = second as f64;
        let text = format!("{second}");
        let words = vec![segment(&text, start, start, &text)];
        store.commit(said(second, words)).await.unwrap();
        store.commit(heard(second, &[0, 0])).await.unwrap();
        let memory = Memory {
            id: Some(text),
            ..Memory::default()
        };
        store.commit(remembered(second, memory)).await.unwrap();
    }
    let window = Window {
        lines: 3,
        memories: 2,
        sounds: 1,
        arrivals: jiff::SignedDuration::from_secs(1),
    };
    let snapshot = store.snapshot(window).unwrap();
    let lines: Vec<_> = snapshot
        .lines
        .iter()
        .map(|line| &line.segment.text)
        .collect();
    assert_eq!(lines, ["3", "4", "5"]);
    let memories = snapshot.memories.iter();
    let memories: Vec<_> = memories.map(|kept| kept.memory.id.as_deref()).collect();
    assert_eq!(memories, [Some("4"), Some("5")]);
    assert_eq!(snapshot.sounds[0].arrived, at(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_and_the_writer_do_not_fail_each_other() {
    let folder = tempfile::tempdir().unwrap();
    for store in [ephemeral(), in_folder(&folder)] {
        let readers = [(); 3].map(|()| {
            let store = store.clone();
            tokio::task::spawn_blocking(move || {
                for _ in 0..100 {
                    let snapshot = store.snapshot(WHOLE).unwrap();
                    assert_eq!(snapshot.lines.len() as u64, snapshot.seq.0);
                }
            })
        });
        for second in 0..200 {
            let words = segment(&second.to_string(), second as f64, second as f64, "w");
            store.commit(said(second, vec![words])).await.unwrap();
        }
        for reader in readers {
            reader.await.unwrap();
        }
    }
}

/// What may happen to a store.
#[derive(Debug, Clone)]
enum Act {
    Say(Vec<Segment>),
    Remember(Box<Memory>),
    /// A star on one of the lines that are shown, or none.
    Star(usize, bool),
    Wait(i64),
    /// The follower reads what there is.
    Follow,
    /// The store is closed and opened again.
    Restart,
}

fn any_segment() -> impl Strategy<Value = Segment> {
    let words = prop::sample::select(vec!["go", "home", "now", "Let us", ""]);
    (0..12_u8, 0..40_u8, words).prop_map(|(id, start, text)| {
        let id = if id < 8 {
            format!("s{id}")
        } else {
            String::new()
        };
        segment(&id, f64::from(start), f64::from(start) + 1.5, text)
    })
}

fn any_memory() -> impl Strategy<Value = Memory> {
    let segments = prop::collection::vec(any_segment(), 0..4);
    (0..4_u8, 0..600_i64, "[ab]?", segments).prop_map(|(id, started, title, segments)| Memory {
        id: (id < 3).then(|| format!("m{id}")),
        started_at: Some(at(started)),
        finished_at: Some(at(started + 30)),
        title,
        segments,
        ..Memory::default()
    })
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => prop::collection::vec(any_segment(), 0..4).prop_map(Act::Say),
        2 => any_memory().prop_map(|memory| Act::Remember(memory.into())),
        2 => (0..20_usize, any::<bool>()).prop_map(|(line, on)| Act::Star(line, on)),
        2 => (0..150_i64).prop_map(Act::Wait),
        2 => Just(Act::Follow),
        1 => Just(Act::Restart),
    ]
}

/// A store in a folder, and the clock of what happens to it.
struct Stage {
    folder: tempfile::TempDir,
    store: Store,
    second: i64,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = in_folder(&folder);
        Self {
            folder,
            store,
            second: 0,
        }
    }

    async fn perform(&mut self, act: Act) {
        self.second += 1;
        let submission = match act {
            Act::Say(segments) => said(self.second, segments),
            Act::Remember(memory) => remembered(self.second, *memory),
            Act::Wait(seconds) => {
                self.second += seconds;
                return;
            }
            Act::Restart => {
                self.store.close().await;
                self.store = in_folder(&self.folder);
                return;
            }
            Act::Star(line, starred) => {
                let lines = self.store.snapshot(WHOLE).unwrap().lines;
                if let Some(line) = lines.get(line) {
                    self.store.edit(Edit::Star(line.id, starred)).await.unwrap();
                }
                return;
            }
            Act::Follow => return,
        };
        self.store.commit(submission).await.unwrap();
    }

    fn shown(&self) -> Model {
        Model::of(&self.store.snapshot(WHOLE).unwrap())
    }
}

/// Follows until there is nothing more, and checks that every number comes once.
async fn catch_up(follower: &mut Follower, model: &mut Model) {
    while follower.behind() > 0 {
        let mut expected = follower.at();
        for record in follower.next().await.unwrap() {
            expected = expected.next();
            assert_eq!(record.seq, expected);
            model.apply(&record);
        }
        assert_eq!(follower.at(), expected);
    }
}

/// Takes in all news that there are.
async fn view_all(viewer: &mut Viewer, model: &mut Model) {
    while viewer.is_behind() {
        match viewer.next().await.unwrap() {
            News::Records(records) => records.iter().for_each(|record| model.apply(record)),
            News::Edited(edited) => {
                if let Edited::Line(line) = &*edited {
                    model.lines.insert(line.id, Line::clone(line));
                }
            }
            News::Snapshot(snapshot) => *model = Model::of(&snapshot),
        }
    }
}

async fn live_and_late_agree(acts: Vec<Act>) {
    let mut stage = Stage::new();
    let mut follower = stage.store.follow(Seq(0));
    let (_, mut viewer) = stage.store.view(WHOLE).unwrap();
    let (mut slow, mut seen) = (Model::default(), Model::default());
    for act in acts {
        stage.perform(act.clone()).await;
        match act {
            Act::Follow => {
                catch_up(&mut follower, &mut slow).await;
                view_all(&mut viewer, &mut seen).await;
            }
            Act::Restart => {
                follower = stage.store.follow(follower.at());
                viewer = stage.store.resume(viewer.at(), WHOLE);
            }
            Act::Say(_) | Act::Remember(_) | Act::Star(..) | Act::Wait(_) => {}
        }
    }
    catch_up(&mut follower, &mut slow).await;
    view_all(&mut viewer, &mut seen).await;
    let shown = stage.shown();
    assert_eq!(seen, shown, "a viewer that was slow at times");
    assert_eq!(
        slow.without_stars(),
        shown.clone().without_stars(),
        "a follower that was slow at times"
    );

    let mut late = Model::default();
    for record in stage.store.records_after(Seq(0), 10_000).unwrap() {
        late.apply(&record);
    }
    assert_eq!(late, shown, "a reader that comes at the end");
}

async fn a_restart_changes_nothing(acts: Vec<Act>) {
    let mut restarted = Stage::new();
    let mut steady = Stage::new();
    for act in acts {
        restarted.perform(act.clone()).await;
        let act = match act {
            Act::Restart => Act::Wait(0),
            other => other,
        };
        steady.perform(act).await;
    }
    assert_eq!(restarted.shown(), steady.shown());
}

fn run(scenario: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(scenario);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_reader_ends_up_with_what_the_snapshot_shows(
        acts in prop::collection::vec(any_act(), 1..40)
    ) {
        run(live_and_late_agree(acts));
    }

    #[test]
    fn a_restart_is_not_noticed(acts in prop::collection::vec(any_act(), 1..40)) {
        run(a_restart_changes_nothing(acts));
    }
}
