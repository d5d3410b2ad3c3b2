use super::*;

/// A queue in memory, the only action of its only rule, and the counts of that.
struct Stage {
    queue: Queue,
    action: ActionId,
    counters: Counters,
}

impl Stage {
    fn new() -> Self {
        let counters = Counters::default();
        let queue = Queue::open(None, counters.clone()).unwrap();
        let action = action("r");
        queue.begin(std::slice::from_ref(&action), Seq(0)).unwrap();
        Self {
            queue,
            action,
            counters,
        }
    }

    fn put(&self, seq: u64, subject: &str, once: bool) -> Enqueued {
        put(&self.queue, &self.action.rule, seq, subject, once, "{}\n")
    }

    fn waiting(&self) -> u64 {
        self.counters.get()[0].1.waiting
    }
}

fn action(rule: &str) -> ActionId {
    ActionId {
        rule: rule.into(),
        kind: ActionKind::File,
    }
}

fn put(
    queue: &Queue,
    rule: &Arc<str>,
    seq: u64,
    subject: &str,
    once: bool,
    json: &str,
) -> Enqueued {
    let job = NewJob {
        rule,
        actions: vec![ActionKind::File],
        seq: Seq(seq),
        subject: subject.to_owned(),
        once,
        json: json.into(),
    };
    queue.put(&[job], Seq(seq)).unwrap()
}

#[test]
fn a_rule_that_is_new_does_not_hear_what_another_has_yet_to_hear() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = ["old", "new"].map(action);
    let queue = Queue::open(Some(folder.path()), Counters::default()).unwrap();
    queue.begin(std::slice::from_ref(&old), Seq(5)).unwrap();
    drop(queue);
    let counters = Counters::default();
    let queue = Queue::open(Some(folder.path()), counters.clone()).unwrap();
    let (cursor, _) = queue.begin(&[old.clone(), new.clone()], Seq(9)).unwrap();
    assert_eq!(cursor, Seq(5));
    for seq in 6..=10 {
        for id in [&old, &new] {
            put(&queue, &id.rule, seq, &seq.to_string(), false, "{}\n");
        }
    }
    let waiting = |id: &ActionId| {
        let counts = counters.get();
        counts
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, count)| count.waiting)
    };
    assert_eq!((waiting(&old), waiting(&new)), (Some(5), Some(1)));
}

#[test]
fn a_subject_is_acted_on_once_unless_each_revision_is_wanted() {
    let stage = Stage::new();
    for (seq, subject, once, waiting) in [
        (1, "transcript-1", true, 1),
        (2, "transcript-1", true, 1),
        (2, "transcript-2", true, 2),
        (3, "transcript-3", false, 3),
        (4, "transcript-3", false, 4),
    ] {
        stage.put(seq, subject, once);
        assert_eq!(stage.waiting(), waiting, "{seq} {subject}");
    }
    let Stage { queue, action, .. } = &stage;
    let first = queue.next(action, 0).unwrap().unwrap();
    queue.remove(action, &first).unwrap();
    let second = queue.next(action, 0).unwrap().unwrap();
    assert!(first.key.ends_with("-r-1-transcript-1"), "{}", first.key);
    assert!(second.key.ends_with("-r-2-transcript-2"), "{}", second.key);
    assert_eq!(stage.waiting(), 3);
}

#[test]
fn what_one_record_tells_twice_is_acted_on_once() {
    let stage = Stage::new();
    let job = || NewJob {
        rule: &stage.action.rule,
        actions: vec![ActionKind::File],
        seq: Seq(1),
        subject: "transcript-1".to_owned(),
        once: false,
        json: "{}\n".into(),
    };
    stage.queue.put(&[job(), job()], Seq(1)).unwrap();
    assert_eq!(stage.waiting(), 1);
}

#[test]
fn other_rules_make_a_rule_forget_nothing() {
    let stage = Stage::new();
    let busy = &stage.action.rule;
    let quiet: Arc<str> = "quiet".into();
    put(&stage.queue, &quiet, 1, "memory-1", true, "{}\n");
    let inner = sync::lock(&stage.queue.0);
    let change = inner.db.unchecked_transaction().unwrap();
    let remembered = REMEMBERED as u64;
    for at in 0..=remembered {
        let job = NewJob {
            rule: busy,
            actions: Vec::new(),
            seq: Seq(2),
            subject: format!("transcript-{at}"),
            once: true,
            json: "".into(),
        };
        assert!(is_first(&change, &job).unwrap());
    }
    change.commit().unwrap();
    drop(inner);
    let applies = |rule, subject: &str| put(&stage.queue, rule, 3, subject, true, "{}\n").any;
    assert!(!applies(&quiet, "memory-1"));
    assert!(!applies(busy, &format!("transcript-{remembered}")));
    // Of its own it remembers so many.
    assert!(applies(busy, "transcript-0"));
}

#[test]
fn what_has_no_subject_is_not_remembered() {
    let stage = Stage::new();
    for seq in 1..=10 {
        stage.put(seq, "audio-0", false);
    }
    let inner = sync::lock(&stage.queue.0);
    let count = "SELECT count(*) FROM applied";
    let count: i64 = inner.db.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(count, 0);
}

#[test]
fn what_waits_is_bounded_and_what_is_left_out_is_told() {
    let stage = Stage::new();
    let event = "x".repeat(1 << 20);
    let left_out: usize = (1..=70)
        .map(|seq| {
            let put = put(&stage.queue, &stage.action.rule, seq, "s", false, &event);
            put.left_out.len()
        })
        .sum();
    assert_eq!((stage.waiting(), left_out), (64, 6));
}

#[test]
fn the_queue_of_another_run_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Queue::open(Some(folder.path()), Counters::default()).unwrap();
    let actions = [action("kept"), action("gone")];
    let [kept, gone] = actions.clone().map(|action| action.rule);
    let queue = open();
    assert_eq!(queue.begin(&actions, Seq(5)).unwrap(), (Seq(5), 0));
    put(&queue, &kept, 7, "s", true, "{}\n");
    put(&queue, &gone, 8, "s", true, "{}\n");
    let key = queue.next(&actions[0], 0).unwrap().unwrap().key;
    drop(queue);
    let queue = open();
    assert_eq!(queue.begin(&actions[..1], Seq(9)).unwrap(), (Seq(8), 1));
    assert_eq!(queue.next(&actions[0], 0).unwrap().unwrap().key, key);
    // Those that come back are new.
    assert_eq!(queue.begin(&[], Seq(9)).unwrap(), (Seq(9), 1));
    assert_eq!(queue.begin(&actions, Seq(12)).unwrap(), (Seq(12), 0));
    // A store that was made anew has fewer records.
    assert_eq!(queue.begin(&actions, Seq(3)).unwrap(), (Seq(3), 0));
}

#[test]
fn two_queues_have_no_key_in_common() {
    let key = || {
        let stage = Stage::new();
        stage.put(1, "transcript-1", true);
        stage.queue.next(&stage.action, 0).unwrap().unwrap().key
    };
    assert_ne!(key(), key());
}

#[test]
fn whoever_counts_what_waits_does_not_wait_for_the_database() {
    let stage = Stage::new();
    stage.put(1, "transcript-1", true);
    let _writing = sync::lock(&stage.queue.0);
    assert_eq!(stage.waiting(), 1);
}
