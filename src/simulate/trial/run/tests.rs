//! What a sender does with answers that are written down here, on a clock that nobody waits for.

use std::cell::RefCell;

use super::{
    super::{ERAS, FAULTS, KINDS},
    *,
};
use crate::webhook_url::WebhookUrl;

const KEY: &str = "S3CRET-0123456789";

/// Nothing comes back.
const NONE: u16 = 0;

/// Nobody is there.
const NOBODY: u16 = 1;

fn trial(kind: &str, era: &str, fault: &str) -> Trial {
    Trial {
        target: WebhookUrl::parse(&format!("http://h/webhook?key={KEY}")).unwrap(),
        uid: "U".to_owned(),
        seed: 1,
        signing_secret: None,
        kinds: KINDS.iter().filter(|it| it.name == kind).collect(),
        eras: ERAS.iter().filter(|it| it.name == era).collect(),
        faults: FAULTS.iter().filter(|it| it.name == fault).collect(),
        count: 1,
        rate: None,
        once: false,
    }
}

/// How a trial went.
struct Ran {
    /// When each post was sent, in seconds.
    sent: Vec<f64>,
    keys: Vec<String>,
    told: Vec<String>,
    tally: Tally,
    ended: Result<(), Error>,
}

/// Runs it before a receiver that answers so, and with the last of it from then on.
async fn ran(trial: &Trial, statuses: &[u16]) -> Ran {
    ran_with(trial, statuses, "{}").await
}

async fn ran_with(trial: &Trial, statuses: &[u16], body: &str) -> Ran {
    let began = tokio::time::Instant::now();
    let heard = RefCell::new(Vec::new());
    let send = async |post: &Post, _: &Era| {
        let mut heard = heard.borrow_mut();
        let status = statuses.get(heard.len()).or(statuses.last());
        heard.push((began.elapsed().as_secs_f64(), post.idempotency_key.clone()));
        match *status.unwrap() {
            NONE => Err(PostError::Broken),
            NOBODY => Err(PostError::NoConnection),
            status => Ok(Answer {
                status: StatusCode::from_u16(status).unwrap(),
                body: body.into(),
                took: Duration::ZERO,
            }),
        }
    };
    let mut told = Vec::new();
    let maker = Maker::new(&trial.uid, trial.seed).unwrap();
    let mut run = Run::new(trial, maker, send, |attempt: &Attempt<'_>| {
        told.push(attempt.to_string());
        Ok::<_, Error>(())
    });
    let ended = run.all().await;
    let tally = run.tally();
    assert_eq!(tally.posts, told.len());
    let (times, keys) = heard.take().into_iter().unzip();
    Ran {
        sent: times,
        keys,
        told,
        tally,
        ended,
    }
}

/// Era, answers, when each attempt is made, and how its last line ends.
type Retried = (&'static str, &'static [u16], &'static [f64], &'static str);

const RETRIED: &[Retried] = &[
    ("e6", &[200], &[0.0], "delivered"),
    (
        "e6",
        &[503, 429, NONE, 200],
        &[0.0, 1.0, 6.0, 36.0],
        "delivered",
    ),
    (
        "e6",
        &[503],
        &[0.0, 1.0, 6.0, 36.0],
        "lost, failure 1 of 100 in a row  WRONG, right is 2xx",
    ),
    (
        "e6",
        &[302, 404],
        &[0.0, 1.0],
        "failure 1 of 100 in a row  WRONG, right is 2xx",
    ),
    ("e4", &[404, 200], &[0.0, 1.0], "delivered"),
    (
        "e3",
        &[500],
        &[0.0],
        "lost, failure 1 of 100 in a row  WRONG, right is 2xx",
    ),
    (
        "app",
        &[500],
        &[0.0, 1.0, 6.0, 36.0],
        "  lost  WRONG, right is 2xx",
    ),
    (
        "e2",
        &[500],
        &[0.0],
        "lost, and Omi of then does not notice  WRONG, right is 2xx",
    ),
];

#[tokio::test(start_paused = true)]
async fn each_sender_sends_again_as_it_does_and_with_the_same_key() {
    for (era, statuses, sent, end) in RETRIED {
        let ran = ran(&trial("transcript", era, "none"), statuses).await;
        assert_eq!(ran.sent, *sent, "{era} {statuses:?}");
        let (last, again) = ran.told.split_last().unwrap();
        assert!(last.ends_with(end), "{era}: {last}");
        for (number, line) in again.iter().enumerate() {
            let waits = [
                "sends it again in 1 s",
                "sends it again in 5 s",
                "sends it again in 30 s",
            ][number];
            let next = number + 2;
            let end = format!("{waits}, attempt {next} of 4");
            assert!(line.ends_with(&end), "{era}: {line}");
        }
        assert!(ran.keys.iter().all(|key| *key == ran.keys[0]), "{era}");
        let wrong = usize::from(end.contains("WRONG"));
        let expected = Tally {
            posts: sent.len(),
            wrong,
            right: 1 - wrong,
            open: 0,
        };
        assert_eq!(ran.tally, expected, "{era} {statuses:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn once_is_once_and_counts_as_no_failure_of_what_would_come_again() {
    let trial = Trial {
        once: true,
        ..trial("transcript", "e6", "none")
    };
    let ran = ran(&trial, &[503]).await;
    assert_eq!(ran.sent, [0.0]);
    let end = "Omi sends it again in 1 s, attempt 2 of 4  WRONG, right is 2xx";
    assert!(ran.told[0].ends_with(end), "{}", ran.told[0]);
}

#[tokio::test(start_paused = true)]
async fn of_a_burst_of_sound_the_rest_is_dropped_when_a_second_is_lost() {
    let trial = trial("audio", "e6", "none");
    assert_eq!(ran(&trial, &[200]).await.sent.len(), 6);
    let lost = ran(&trial, &[200, 413]).await;
    assert_eq!((lost.tally.posts, lost.tally.wrong), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_open_the_breaker_and_switch_off_and_a_success_ends_the_row() {
    let trial = |era, count| Trial {
        count,
        ..trial("transcript", era, "none")
    };
    let mut statuses = [404; 122];
    statuses[19] = 200;
    let ran = ran(&trial("e6", 122), &statuses).await;
    let in_row = |at: usize| if at < 19 { at + 1 } else { at - 19 };
    for (at, line) in ran.told.iter().enumerate() {
        let failures = in_row(at);
        let told = match failures {
            0 => "delivered".to_owned(),
            1..100 => format!("failure {failures} of 100 in a row"),
            100 => "failure 100 in a row: Omi switches the webhook off".to_owned(),
            101.. => format!("failure {failures} in a row: Omi has switched the webhook off"),
        };
        assert!(line.contains(&told), "{line}");
        let breaks = line.contains("5 failures in a row: Omi drops all for this URL for 30 s");
        assert_eq!(breaks, failures > 0 && failures % 5 == 0, "{line}");
    }
    assert_eq!((ran.tally.right, ran.tally.wrong), (1, 121));
    // Until June 2026 an answer was none for the breaker.
    for (status, breaks) in [(404, false), (NONE, true)] {
        let ran = ran_with(&trial("e3", 5), &[status], "{}").await;
        assert_eq!(ran.told[4].contains("Omi drops all"), breaks, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn deliveries_keep_their_pace_and_make_up_for_nothing() {
    let paced = async |rate, count, statuses: &[u16]| {
        let trial = Trial {
            count,
            rate,
            ..trial("transcript", "e6", "none")
        };
        ran(&trial, statuses).await.sent
    };
    assert_eq!(paced(None, 3, &[200]).await, [0.0; 3]);
    assert_eq!(paced(Some(2.0), 4, &[200]).await, [0.0, 0.5, 1.0, 1.5]);
    let held_up = paced(Some(1.0), 4, &[503, 503, 503, 200]).await;
    assert_eq!(held_up, [0.0, 1.0, 6.0, 36.0, 36.0, 37.0, 38.0]);
}

#[tokio::test(start_paused = true)]
async fn with_a_wrong_key_nobody_is_asked_more_often_than_omi_asks() {
    for fault in ["wrong-key", "no-key"] {
        let trial = |rate| Trial {
            count: 3,
            rate,
            ..trial("transcript", "e6", fault)
        };
        assert_eq!(ran(&trial(None), &[401]).await.sent, [0.0, 0.5, 1.0]);
        let asked = ran(&trial(Some(10.0)), &[401]).await;
        assert_eq!(asked.sent, [0.0, 0.1, 0.2]);
        assert_eq!(asked.tally.right, 3);
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_held_off_where_it_would_be_denied_is_not_judged() {
    let once = |kind, fault| Trial {
        once: true,
        ..trial(kind, "e6", fault)
    };
    let held_off = ran(&once("transcript", "wrong-key"), &[429]).await;
    assert_eq!((held_off.tally.open, held_off.tally.wrong), (1, 0));
    let end = "NOT JUDGED, it is asked too often to tell";
    assert!(held_off.told[0].ends_with(end), "{:?}", held_off.told);
    // After the waits of Omi there is an answer.
    let patient = ran(&trial("transcript", "e6", "wrong-key"), &[429, 429, 401]).await;
    assert_eq!((patient.tally.open, patient.tally.right), (0, 1));
    let with_key = ran(&once("transcript", "none"), &[429]).await;
    assert_eq!((with_key.tally.open, with_key.tally.wrong), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn no_key_is_told_that_the_receiver_says() {
    let trial = trial("transcript", "e6", "none");
    let body = format!(r#"{{"message":"your key is {KEY}"}}"#);
    let ran = ran_with(&trial, &[200], &body).await;
    let line = &ran.told[0];
    assert!(!line.contains(KEY), "{line}");
    let end = r#"delivered, the wearer's phone shows "your key is ***""#;
    assert!(line.ends_with(end), "{line}");
}

#[tokio::test(start_paused = true)]
async fn lines_stand_in_columns_and_a_cut_answer_is_marked() {
    let trial = Trial {
        kinds: vec![&KINDS[0], &KINDS[10]],
        ..trial("ping", "e6", "none")
    };
    let long = trial.kinds[1].name.len();
    assert!(trial.kinds[0].name.len() < long && long > 18);
    let ran = ran_with(&trial, &[200], &"word ".repeat(99)).await;
    for line in &ran.told {
        let columns = line.find(" e6 ").zip(line.find("  delivered"));
        let (era, end) = columns.unwrap();
        assert_eq!(era, long, "{line}");
        assert!(line[..end].ends_with("word word…"), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_nobody_ever_was_the_rest_is_not_tried() {
    for (statuses, once, posts, is_reached) in [
        (&[NOBODY][..], true, 5, false),
        // The second delivery is not sent again.
        (&[NOBODY], false, 5, false),
        // A receiver that starts late, and one that ends early.
        (&[NOBODY, NOBODY, 200], false, 11, true),
        (&[200, NOBODY], true, 9, true),
        (&[NONE], true, 9, true),
    ] {
        let trial = Trial {
            count: 9,
            once,
            ..trial("ping", "e6", "none")
        };
        let ran = ran(&trial, statuses).await;
        assert_eq!((ran.tally.posts, ran.ended.is_ok()), (posts, is_reached));
    }
}
