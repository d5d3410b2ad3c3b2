//! Deliveries with Omi's signature, and without.

use jiff::Timestamp;
use omiscope::{
    event::{Fault, Signature},
    secret::Keys,
    signature::{Policy, sign},
};

use super::*;

const SIGNING: &str = "whsec_integration-0123456789";

async fn listening(policy: Policy, secrets: &[&str]) -> Listening {
    let secret = |text: &&str| Secret::new((*text).to_owned());
    let keys = Keys::from(Secret::new(KEY.into()));
    let keys = keys.with_signing(secrets.iter().map(secret).collect());
    Listening::start_with(|settings| {
        settings.keys = keys.into();
        settings.signature = policy;
    })
    .await
}

fn header(secret: &str, seconds_ago: i64, uid: &str, body: &str) -> String {
    let at = Timestamp::now() - jiff::SignedDuration::from_secs(seconds_ago);
    let secret = Secret::new(secret.to_owned());
    format!(
        "X-Omi-Signature: {}",
        sign(&secret, at, uid, body.as_bytes())
    )
}

#[tokio::test]
async fn each_policy_makes_its_own_of_each_signature() {
    let good = header(SIGNING, 0, "U", TRANSCRIPT);
    let wrong = header("whsec_other", 0, "U", TRANSCRIPT);
    let of_other = header(SIGNING, 0, "V", TRANSCRIPT);
    let stale = header(SIGNING, 400, "U", TRANSCRIPT);
    let ahead = header(SIGNING, -400, "U", TRANSCRIPT);
    let broken = "X-Omi-Signature: t=now".to_owned();
    let cases = [
        (Some(&good), Signature::Valid, ""),
        (
            Some(&wrong),
            Signature::Invalid(Fault::Wrong),
            "signature is wrong; OMI_SIGNING_SECRET must",
        ),
        (
            Some(&of_other),
            Signature::Invalid(Fault::Wrong),
            "signature is wrong",
        ),
        (
            Some(&stale),
            Signature::Invalid(Fault::Stale),
            "more than 5 minutes old; set the clocks",
        ),
        (
            Some(&ahead),
            Signature::Invalid(Fault::Ahead),
            "more than 5 minutes ahead",
        ),
        (
            Some(&broken),
            Signature::Invalid(Fault::Malformed),
            "signature cannot be read",
        ),
        (None, Signature::Absent, "delivery is not signed"),
    ];
    for policy in [Policy::Off, Policy::Show, Policy::Require] {
        let listening = listening(policy, &["whsec_next", SIGNING]).await;
        for (number, (header, signature, why)) in (1..).zip(&cases) {
            let headers: Vec<&str> = header.iter().map(|header| header.as_str()).collect();
            let answer = listening.post(&headers, TRANSCRIPT).await;
            let refused = policy == Policy::Require && *signature != Signature::Valid;
            assert_eq!(answer.status, if refused { 401 } else { 200 }, "{why}");
            if refused {
                assert!(answer.body.contains(why), "{}", answer.body);
                let digest = good.split_once("v1=").unwrap().1;
                assert!(!answer.body.contains(digest));
            }
            let records = listening.records(number).await;
            let kept = &records[number - 1].delivery;
            let looked_at = policy != Policy::Off || *signature == Signature::Absent;
            let expected = if looked_at {
                *signature
            } else {
                Signature::NotChecked
            };
            assert_eq!(kept.signature, expected, "{policy:?} {why}");
            assert_eq!(kept.status, answer.status);
        }
    }
}

#[tokio::test]
async fn without_a_secret_or_before_the_body_it_is_not_checked() {
    let open = listening(Policy::Show, &[]).await;
    let good = header(SIGNING, 0, "U", PING);
    assert_eq!(open.post(&[&good], PING).await.status, 200);
    let target = "/webhook?key=wrong&uid=U";
    assert_eq!(open.ask("POST", target, &[&good], PING).await.status, 401);
    for record in open.records(2).await {
        assert_eq!(record.delivery.signature, Signature::NotChecked);
    }
}

#[tokio::test]
async fn a_long_body_in_the_old_query_form_is_checked_too() {
    let listening = listening(Policy::Require, &[SIGNING]).await;
    let text = "x".repeat(600_000);
    let body = format!(r#"{{"segments":[{{"text":"{text}","is_user":true,"start":0,"end":1}}]}}"#);
    let target = format!("/webhook?key={ENCODED}?uid=U");
    let good = header(SIGNING, 0, "U", &body);
    let answer = listening.ask("POST", &target, &[&good], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let other = body.replacen('x', "y", 1);
    let answer = listening.ask("POST", &target, &[&good], &other).await;
    assert_eq!(answer.status, 401);
}
