//! Keys of the real binary: how they are replaced while it runs, and that nobody ever finds one where it should not be.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use memchr::memmem;
use omiscope::{secret::Secret, signature};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{program::omiscope, serving::Serving};

/// A key as a user may choose it, with all that is written differently somewhere.
const KEY: &str = "Tr0ub4dor&3/lamp+post=é\"quote\" end";
const OLD: &str = "0ld-k3y/of+mine&yours-91827364";
const SIGNING: &str = "whsec_S1gn1ng/secret+0123456789";

/// Starts it, ready to be sent secrets.
fn serve(command: &mut Command) -> Serving {
    Serving::start(command.args(["serve", "--port", "0"]))
}

/// Sends a request of any kind; the status of the answer.
fn post(serving: &Serving, target: &str, headers: &[&str], body: &[u8]) -> u16 {
    let headers = headers.iter().flat_map(|line| [*line, "\r\n"]);
    let headers: String = headers.collect();
    serving.ask("POST", target, &headers, body).0
}

/// Ends it, and gives everything that it said.
fn all_it_said(serving: Serving) -> String {
    let ended = serving.end();
    [ended.stdout, ended.stderr].concat().join("\n")
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn run(home: &Path, args: &[&str]) -> Output {
    let output = keyless(home).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    output
}

/// The binary without a key in its environment.
fn keyless(home: &Path) -> Command {
    let mut command = omiscope(home);
    command.env_remove("WEBHOOK_SECRET");
    command
}

/// Every way in which a secret could be found by who looks for it.
fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let ascii: String = secret
        .chars()
        .map(|c| match c {
            '"' => "\\\"".to_owned(),
            c if c.is_ascii() => c.to_string(),
            c => format!("\\u{:04x}", u32::from(c)),
        })
        .collect();
    vec![
        secret.to_owned(),
        encoded(secret),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        json.trim_matches('"').to_owned(),
        json.replace('/', "\\/").trim_matches('"').to_owned(),
        ascii,
        hex::encode(secret),
        STANDARD_NO_PAD.encode(format!("omi:{secret}")),
        STANDARD_NO_PAD.encode(secret),
    ]
}

/// Fails if one of the secrets is in bytes.
fn look_for(secrets: &[String], bytes: &[u8], place: &str) {
    for secret in secrets {
        for spelling in spellings(secret) {
            let found = memmem::find(bytes, spelling.as_bytes());
            assert_eq!(found, None, "{spelling} is in {place}");
        }
    }
}

/// Fails if one of the secrets is in a file of a folder, but for those whose purpose it is.
fn look_into(secrets: &[String], folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        look_for(secrets, name.as_bytes(), "the name of a file");
        if path.is_dir() {
            look_into(secrets, &path);
        } else if !["secret", "secret.old"].contains(&&*name) {
            let bytes = fs::read(&path).unwrap();
            look_for(secrets, &bytes, &path.display().to_string());
        }
    }
}

/// Sends the key in every form, where it belongs and where it does not.
fn send_everywhere(serving: &Serving, key: &str) -> Vec<u16> {
    let query = encoded(key);
    let percent = utf8_percent_encode(key, NON_ALPHANUMERIC).to_string();
    let json = serde_json::to_string(key).unwrap();
    let basic = STANDARD.encode(format!("omi:{key}"));
    let json_type = "Content-Type: application/json";
    let transcript = |text: &str| {
        format!(
            r#"{{"session_id":"U","segments":[{{"id":{text},"text":{text},"speaker":{text},"is_user":true,"start":0,"end":1,"odd":{text}}}]}}"#
        )
    };
    let memory = format!(
        r#"{{"id":{json},"created_at":"2026-11-28T00:00:00Z","structured":{{"title":{json},"overview":{json},"action_items":[{{"description":{json}}}]}},"transcript_segments":[]}}"#
    );
    let escaped = transcript(&json.replace('/', "\\/"));
    let ascii = transcript(&json.replace('é', "\\u00e9"));
    let right = format!("/webhook?key={query}&uid=U");
    let referer = format!("Referer: https://h/webhook?key={query}");
    let forwarded = format!("X-Forwarded-Uri: /webhook/{percent}?uid=U");
    let said = transcript(&json);
    let secret = Secret::new(SIGNING.to_owned());
    let signed = signature::sign(&secret, jiff::Timestamp::now(), "U", said.as_bytes());
    let signed = format!("X-Omi-Signature: {signed}");
    let send = |target: &str, headers: &[&str], body: &str| {
        let headers: Vec<_> = [json_type].iter().chain(headers).copied().collect();
        post(serving, target, &headers, body.as_bytes())
    };
    let sound = ["Content-Type: application/octet-stream"];
    let basic = format!("Authorization: Basic {basic}");
    let wrong = format!("Authorization: Bearer wrong-{query}");
    let cookie = format!("Cookie: k={query}");
    let repeat = format!("Idempotency-Key: {query}");
    vec![
        send(&right, &[], &said),
        send(&right, &[], &escaped),
        send(&right, &[], &ascii),
        send(&right, &[&signed], &said),
        send(&right, &[], &memory),
        send(&format!("/webhook?key={percent}?uid=U"), &[], &said),
        send(&format!("/webhook/{percent}/?uid=U"), &[], &said),
        send(&format!("/webhook?uid=U&x={percent}"), &[&basic], "{}"),
        send(&right, &[&referer, &forwarded, &cookie], "{}"),
        send(&right, &[&repeat], r#"{"a":1}"#),
        send(&right, &[], &format!(r#"{{"x":{json}}}"#)),
        post(serving, &right, &sound, key.repeat(3).as_bytes()),
        // These are refused, and quoted in the answer or the log.
        send(&right, &[], &format!(r#"{{"type":{json}}}"#)),
        send(&right, &[], key),
        send(&right, &[], &format!("\0{query}")),
        send(&format!("/webhook?key={query}&uid={query}"), &[], &said),
        send(&format!("/webhook?uid={query}"), &[&wrong], "{}"),
        send(&format!("/webhook/x{percent}?k={query}"), &[], &said),
    ]
}

/// How each of them is answered.
const ANSWERS: [u16; 18] = [
    200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 400, 400, 400, 400, 401, 401,
];

/// Looks at all that the program tells of what it keeps.
fn look_at_all_it_tells(secrets: &[String], home: &Path) {
    let told: [&[&str]; 9] = [
        &["export", "--what", "deliveries", "-o", "deliveries.jsonl"],
        &[
            "export",
            "--what",
            "deliveries",
            "--format",
            "csv",
            "-o",
            "deliveries.csv",
        ],
        &["export", "-o", "transcript.md"],
        &["export", "--format", "jsonl", "-o", "transcript.jsonl"],
        &["export", "--what", "memories", "-o", "memories.md"],
        &["stats"],
        &["check"],
        &["search", "lamp"],
        &["backup", "copy.db"],
    ];
    for args in told {
        let output = keyless(home).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        look_for(secrets, &output.stdout, &args.join(" "));
        look_for(secrets, &output.stderr, &args.join(" "));
    }
    assert!(home.join("deliveries.csv").exists() && home.join("copy.db").exists());
    look_into(secrets, home);
}

#[test]
fn no_secret_of_the_environment_is_found_anywhere() {
    let home = tempfile::tempdir().unwrap();
    let secrets = [KEY, OLD, SIGNING].map(str::to_owned);
    let serving = serve(
        keyless(home.path())
            .env("WEBHOOK_SECRET", KEY)
            .env("WEBHOOK_SECRET_OLD", OLD)
            .env("OMI_SIGNING_SECRET", SIGNING)
            .env("LOG_LEVEL", "DEBUG")
            .env("LOG_EVENTS", "true"),
    );
    let line = fs::read(format!("/proc/{}/cmdline", serving.pid())).unwrap();
    look_for(&secrets, &line, "the list of processes");
    for key in [KEY, OLD] {
        let statuses = send_everywhere(&serving, key);
        assert_eq!(statuses, ANSWERS);
    }
    look_at_all_it_tells(&secrets, home.path());
    let said = all_it_said(serving);
    assert!(
        said.contains("transcript_segment | uid:U | status:200 | data:"),
        "{said}"
    );
    assert!(
        said.contains(" came with the old key: paste the new URL"),
        "{said}"
    );
    look_for(&secrets, said.as_bytes(), "the log");
    look_into(&secrets, home.path());
}

#[test]
fn a_key_is_replaced_while_it_serves_and_no_one_is_found_anywhere() {
    let home = tempfile::tempdir().unwrap();
    let kept = || fs::read_to_string(home.path().join("data/secret")).unwrap();
    let serving = serve(keyless(home.path()).env("LOG_EVENTS", "true"));
    let mut keys = vec![kept().trim().to_owned()];
    for (grace, told) in [("0s", "is no longer taken"), ("7d", "is taken until")] {
        let rotated = run(home.path(), &["secret", "--rotate", "--grace", grace]);
        let rotated = String::from_utf8(rotated.stdout).unwrap();
        assert!(rotated.contains(told), "{rotated}");
        keys.push(kept().trim().to_owned());
        look_for(&keys, rotated.as_bytes(), "what is told");
        serving.until("the webhook keys are now those");
    }
    let statuses: Vec<_> = keys
        .iter()
        .map(|key| send_everywhere(&serving, key)[0])
        .collect();
    assert_eq!(
        statuses,
        [401, 200, 200],
        "no longer, a week, the current one"
    );
    #[cfg(unix)]
    for name in ["secret", "secret.old"] {
        use std::os::unix::fs::PermissionsExt as _;

        let file = fs::metadata(home.path().join("data").join(name)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
    look_at_all_it_tells(&keys, home.path());
    look_for(&keys, all_it_said(serving).as_bytes(), "the log");
    look_into(&keys, home.path());
}

#[test]
fn a_key_of_the_settings_is_not_ours_to_replace() {
    let home = tempfile::tempdir().unwrap();
    let mut rotate = keyless(home.path());
    rotate.args(["secret", "--rotate"]);
    let refused = |command: &mut Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = refused(rotate.env("WEBHOOK_SECRET", KEY));
    assert!(
        told.contains("WEBHOOK_SECRET_OLD") && !told.contains(KEY),
        "{told}"
    );
    let told = refused(rotate.env_remove("WEBHOOK_SECRET").arg("--ephemeral"));
    assert!(told.contains("none to replace"), "{told}");
    assert!(!home.path().join("data").exists());
}
