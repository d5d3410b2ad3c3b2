//! Our own listener before every sender that there was, and before everything that may be odd about a delivery.

use omiscope::{
    secret::Keys,
    signature::Policy,
    simulate::{
        Error,
        trial::{ERAS, FAULTS, KINDS, Tally, Trial},
    },
    webhook_url::WebhookUrl,
};
use serde_json::Value;

use super::*;

const SIGNING: &str = "whsec_integration-0123456789";

async fn listening(policy: Policy) -> Listening {
    let keys = Keys::from(Secret::new(KEY.into()));
    let keys = keys.with_signing(vec![Secret::new(SIGNING.into())]);
    Listening::start_with(|settings| {
        settings.keys = keys.into();
        settings.signature = policy;
        settings.max_body = 4 << 20;
    })
    .await
}

/// Posts as senders of all kinds do, each once. Returns what was told of each post.
async fn tried(listening: &Listening, change: impl FnOnce(&mut Trial)) -> (Tally, Vec<Value>) {
    let url = format!("http://{}/webhook?key={ENCODED}", listening.address);
    let mut trial = Trial {
        target: WebhookUrl::parse(&url).unwrap(),
        uid: "U".to_owned(),
        seed: 1,
        signing_secret: Some(Secret::new(SIGNING.into())),
        kinds: KINDS.iter().collect(),
        eras: ERAS.iter().collect(),
        faults: Vec::new(),
        count: 1,
        rate: None,
        once: true,
    };
    change(&mut trial);
    let mut told = Vec::new();
    let never = CancellationToken::new();
    let run = trial.run(&never, |post| {
        told.push(serde_json::from_str(&post.json_line().unwrap()).unwrap());
        Ok::<_, Error>(())
    });
    (run.await.unwrap(), told)
}

fn fault(name: &str) -> &'static omiscope::simulate::trial::Fault {
    FAULTS.iter().find(|fault| fault.name == name).unwrap()
}

#[tokio::test]
async fn every_kind_of_every_sender_is_taken_for_what_it_is() {
    let listening = listening(Policy::Show).await;
    let (tally, told) = tried(&listening, |trial| {
        trial.faults = vec![fault("none"), fault("broken-query"), fault("chunked")];
    })
    .await;
    assert_eq!(tally.wrong, 0, "{told:#?}");
    let records = listening.records(told.len()).await;
    for (post, record) in told.iter().zip(records) {
        let kind = KINDS.iter().find(|kind| post["kind"] == kind.name).unwrap();
        assert_eq!(post["verdict"], "delivered", "{post}");
        assert_eq!(record.delivery.kind, kind.is, "{post}");
        assert_eq!(
            record.delivery.uid.as_ref().unwrap().as_str(),
            "U",
            "{post}"
        );
        let signed = post["era"] == "e6";
        let signature = if signed { Some("valid") } else { None };
        assert_eq!(record.delivery.signature.name(), signature, "{post}");
    }
    listening.end().await;
}

/// A fault, the kind that has it, and for each of its posts our status (0: none) and what is told of the delivery.
type Case = (&'static str, &'static str, &'static [(u64, &'static str)]);

const CASES: &[Case] = &[
    ("no-uid", "transcript", &[(400, "uid is missing")]),
    ("bad-uid", "transcript", &[(400, "is malformed")]),
    ("wrong-key", "transcript", &[(401, "invalid webhook key")]),
    ("no-key", "transcript", &[(401, "invalid webhook key")]),
    ("retry", "transcript", &[(200, ""), (200, "repeat")]),
    ("replay", "transcript", &[(200, ""), (200, "")]),
    ("revised", "memory", &[(200, ""), (200, "")]),
    ("slow", "transcript", &[(200, "")]),
    ("cut", "transcript", &[(0, "body broke off"), (200, "")]),
    ("huge", "memory", &[(413, "body is over")]),
    ("no-content-type", "memory", &[(200, "")]),
    ("bom", "memory", &[(200, "")]),
    ("not-json", "memory", &[(400, "body is not JSON")]),
    ("empty", "transcript", &[(400, "body is empty")]),
    ("unknown-type", "ping", &[(400, "unknown type")]),
    ("bad-hex", "audio-envelope", &[(400, "no hex digit")]),
    ("new-fields", "transcript", &[(200, "field_from_2027")]),
    ("list", "transcript", &[(200, "")]),
    ("no-segments", "transcript", &[(200, "")]),
    ("reordered", "transcript", &[(200, "is before its start")]),
    ("surrogate", "transcript", &[(200, "surrogate")]),
    ("escapes", "transcript", &[(200, "")]),
    ("clock-skew", "memory", &[(200, "")]),
    ("unsigned", "transcript", &[(401, "is not signed")]),
    (
        "wrong-signature",
        "transcript",
        &[(401, "signature is wrong")],
    ),
    (
        "stale-signature",
        "transcript",
        &[(401, "more than 5 minutes old")],
    ),
    ("rotating-signature", "transcript", &[(200, "")]),
];

#[tokio::test]
async fn every_fault_is_answered_as_it_should_be() {
    for (name, kind, expected) in CASES {
        let listening = listening(Policy::Require).await;
        let (tally, told) = tried(&listening, |trial| {
            trial.eras.retain(|era| era.name == "e6");
            trial.kinds.retain(|known| known.name == *kind);
            trial.faults = vec![fault(name)];
        })
        .await;
        assert_eq!(tally.wrong, 0, "{told:#?}");
        let statuses: Vec<_> = told
            .iter()
            .map(|post| post["status"].as_u64().unwrap_or(0))
            .collect();
        let statuses_expected: Vec<_> = expected.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, statuses_expected, "{name}");
        let records = listening.records(expected.len()).await;
        // What broke off is recorded when the listener notices.
        for (_, words) in *expected {
            let told_of = |record: &Arc<Record>| {
                let delivery = &record.delivery;
                match *words {
                    "" => delivery.accepted() && record.repeat_of.is_none(),
                    "repeat" => record.repeat_of.is_some(),
                    words => {
                        delivery.reply.contains(words)
                            || delivery
                                .warnings
                                .iter()
                                .any(|warning| warning.contains(words))
                    }
                }
            };
            assert!(records.iter().any(told_of), "{name}: {words}: {records:#?}");
        }
        listening.end().await;
    }
}

/// Those of sound, and a burst.
const OF_SOUND: [&str; 7] = [
    "odd",
    "silent",
    "no-rate",
    "wrong-rate",
    "bad-rate",
    "like-json",
    "burst",
];

#[tokio::test]
async fn every_fault_of_sound_and_a_burst_are_taken() {
    let listening = listening(Policy::Require).await;
    let (tally, told) = tried(&listening, |trial| {
        trial.eras.retain(|era| era.name == "e6");
        trial.kinds.retain(|kind| kind.name == "audio");
        trial.faults = OF_SOUND.map(fault).to_vec();
        trial.faults.push(fault("replay"));
    })
    .await;
    assert_eq!(tally.wrong, 0, "{told:#?}");
    for post in told {
        let expected = if post["fault"] == "bad-rate" {
            400
        } else {
            200
        };
        assert_eq!(post["status"], expected, "{post}");
    }
    listening.end().await;
}

#[test]
fn every_fault_is_in_a_test_here() {
    let elsewhere = ["none", "broken-query", "chunked"];
    let elsewhere: Vec<_> = elsewhere.into_iter().chain(OF_SOUND).collect();
    for fault in &FAULTS {
        let here = CASES.iter().any(|(name, ..)| *name == fault.name);
        assert!(here || elsewhere.contains(&fault.name), "{}", fault.name);
    }
}
