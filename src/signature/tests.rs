//! What a signature is worth: the vector of Omi's own SDK, another implementation, and whatever else may come.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use proptest::prelude::*;

use super::*;

const SECRET: &str = "whsec_test-secret-one";
const AT: i64 = 1_760_000_000;
const UID: &str = "user-abc123";
const BODY: &[u8] = br#"{"id":"conversation-1","structured":{"title":"Plan"}}"#;
const DIGEST: &str = "ad0d16652424628c7c8bce85d147e91c72702ccc17c85e42fcbb153a84c5b65d";
const OTHER: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// What lines are worth at a time, to who has this secret and a later one.
fn worth(lines: &[&str], now: i64) -> Signature {
    let secrets = [secret("whsec_next"), secret(SECRET)];
    verify(&secrets, lines.iter().copied(), at(now), UID, BODY)
}

#[test]
fn the_vector_of_omis_sdk_is_valid_and_made_here_too() {
    let header = format!("t={AT},v1={DIGEST}");
    assert_eq!(sign(&secret(SECRET), at(AT), UID, BODY), header);
    let example = format!("{header},v2=ignored");
    assert_eq!(worth(&[&example], AT), Signature::Valid);
}

#[test]
fn each_header_is_worth_what_it_proves() {
    use Fault::{Ahead, Malformed, Stale, Wrong};

    let good = format!("t={AT},v1={DIGEST}");
    let upper = format!("t={AT},v1={}", DIGEST.to_uppercase());
    let rotated = format!(" t={AT} , v1={OTHER}, v1={DIGEST}");
    let apart = [format!("t={AT},v1={OTHER}"), format!("t={AT},v1={DIGEST}")];
    let apart = apart.each_ref().map(String::as_str);
    let turned = format!("v1={DIGEST},v9=x=y,t={AT}");
    let wrong = format!("t={AT},v1={OTHER}");
    let later = format!("t={},v1={DIGEST}", AT + 1);
    let two_times = format!("{good},t={}", AT + 1);
    let many = format!("{good}{}", format!(",v1={OTHER}").repeat(DIGESTS));
    let padded = format!("t=0{AT},v1={DIGEST}");
    let signed = format!("t=+{AT},v1={DIGEST}");
    let long = format!("t={},v1={DIGEST}", "9".repeat(400));
    let only_t = format!("t={AT}");
    let only_v2 = format!("t={AT},v2=abc");
    let short = format!("{good},v1=abcd");
    let valid: [&[&str]; 5] = [&[&good], &[&upper], &[&rotated], &apart, &[&turned]];
    for lines in valid {
        assert_eq!(worth(lines, AT), Signature::Valid, "{lines:?}");
    }
    let invalid = [
        (&*wrong, Wrong),
        (&later, Wrong),
        (&padded, Wrong),
        (&two_times, Malformed),
        (&many, Malformed),
        (&signed, Malformed),
        (&long, Malformed),
        (&only_t, Malformed),
        (&only_v2, Malformed),
        (&short, Malformed),
        ("", Malformed),
        ("t=,v1=", Malformed),
        (DIGEST, Malformed),
    ];
    for (line, fault) in invalid {
        assert_eq!(worth(&[line], AT), Signature::Invalid(fault), "{line}");
    }
    assert_eq!(worth(&[], AT), Signature::Invalid(Malformed));
    let clocks = [
        (-301, Signature::Invalid(Ahead)),
        (-300, Signature::Valid),
        (300, Signature::Valid),
        (301, Signature::Invalid(Stale)),
    ];
    for (off, expected) in clocks {
        assert_eq!(worth(&[&good], AT + off), expected, "{off}");
        let wrong = worth(&[&wrong], AT + off);
        assert_eq!(wrong, Signature::Invalid(Wrong), "whatever the time");
    }
    let nobody = verify(&[], [&*good].into_iter(), at(AT), UID, BODY);
    assert_eq!(nobody, Signature::Invalid(Wrong));
}

proptest! {
    #[test]
    fn any_other_byte_is_another_delivery(
        body in proptest::collection::vec(any::<u8>(), 1..200),
        uid in "[A-Za-z0-9_-]{1,128}",
        key in "whsec_[!-~]{1,64}",
        which in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let header = sign(&secret(&key), at(AT), &uid, &body);
        let check = |key: &str, header: &str, uid: &str, body: &[u8]| {
            verify(&[secret(key)], [header].into_iter(), at(AT), uid, body)
        };
        prop_assert_eq!(check(&key, &header, &uid, &body), Signature::Valid);

        let flipped = |text: &str| {
            let mut bytes = text.as_bytes().to_vec();
            let at = which.index(bytes.len());
            bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            String::from_utf8(bytes).unwrap()
        };
        let mut other = body.clone();
        other[which.index(body.len())] ^= 1 << bit;
        prop_assert_ne!(check(&key, &header, &uid, &other), Signature::Valid);
        prop_assert_ne!(check(&key, &header, &uid, &body[1..]), Signature::Valid);
        prop_assert_ne!(check(&key, &header, &flipped(&uid), &body), Signature::Valid);
        prop_assert_ne!(check(&key, &header, "", &body), Signature::Valid);
        prop_assert_ne!(check(&flipped(&key), &header, &uid, &body), Signature::Valid);
        let mut changed = header.clone().into_bytes();
        let place = which.index(changed.len());
        changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        prop_assert_ne!(check(&key, &changed, &uid, &body), Signature::Valid);
    }

    #[test]
    fn no_header_does_harm(lines in proptest::collection::vec("[tv1=,0-9a-f +-]{0,200}|\\PC{0,40}", 0..5)) {
        let lines = lines.iter().map(String::as_str);
        prop_assert_ne!(verify(&[secret(SECRET)], lines, at(AT), UID, BODY), Signature::Valid);
    }
}

/// Digests as Python makes them: of each line of stdin, in hex, `secret t uid body`.
const PYTHON: &str = "
import hashlib, hmac, sys
for line in sys.stdin:
    secret, t, uid, body = (bytes.fromhex(x) for x in line.rstrip('\\n').split(' '))
    print(hmac.new(secret, t + b'.' + uid + b'.' + body, hashlib.sha256).hexdigest())
";

#[test]
fn another_implementation_makes_the_same_digests() {
    let python = Command::new("python3")
        .args(["-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("SKIPPED: there is no python3 to compare signatures with");
        return;
    };
    let mut asked = String::new();
    let mut expected = String::new();
    for length in 0..200_usize {
        let mut random = vec![0; length * 7 + 64];
        getrandom::fill(&mut random).unwrap();
        let (key, body) = random.split_at(1 + length % 63);
        let (key, uid) = (format!("whsec_{}", hex::encode(key)), format!("U{length}"));
        let now = at(AT + length as i64);
        let t = now.as_second().to_string();
        let parts = [key.as_bytes(), t.as_bytes(), uid.as_bytes(), body];
        asked += &(parts.map(hex::encode).join(" ") + "\n");
        let header = sign(&secret(&key), now, &uid, body);
        expected += header.split_once("v1=").unwrap().1;
        expected.push('\n');
    }
    let mut stdin = python.stdin.take().unwrap();
    let asking = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
    let told = python.wait_with_output().unwrap();
    asking.join().unwrap().unwrap();
    assert_eq!(String::from_utf8(told.stdout).unwrap(), expected);
}
