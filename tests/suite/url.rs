//! `omiscope url`, as a user and a script see it where no tunnel leads to the port.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::{
    program::{KEY, omiscope},
    serving::Serving,
};

/// What was printed; it must have been a success.
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

fn url(home: &Path, arguments: &[&str]) -> Command {
    let mut command = omiscope(home);
    command.arg("url").args(arguments);
    command
}

#[test]
fn it_tells_each_field_and_how_to_make_a_tunnel() {
    let home = tempfile::tempdir().unwrap();
    let text = printed(&mut url(home.path(), &["--port", "9"]));
    for line in [
        "  Real-time transcript  http://127.0.0.1:9/webhook?key=***\n",
        "  Audio bytes           http://127.0.0.1:9/webhook?key=***,5\n",
        "  cloudflared tunnel --url http://127.0.0.1:9\n",
        "omiscope does not run at 127.0.0.1:9: start it.\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(!text.contains(KEY), "{text}");
    let text = printed(&mut url(home.path(), &["--port", "9", "--reveal"]));
    assert!(text.contains(&format!("key={KEY},5\n")), "{text}");
}

#[test]
fn programs_get_it_as_json() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let port = serve.address.port().to_string();
    let arguments = ["--json", "--port", &port];
    let json: Value = serde_json::from_str(&printed(&mut url(home.path(), &arguments))).unwrap();
    let expected = format!("http://{}/webhook?key=***", serve.address);
    assert_eq!(json["url"], expected.as_str());
    assert_eq!(json["running"], true);
    assert_eq!(json["tunnel"], Value::Null);
    assert_eq!(json["fields"][2]["name"], "Audio bytes");
    assert_eq!(json["fields"][2]["value"], format!("{expected},5").as_str());
    let revealed = printed(url(home.path(), &arguments).arg("--reveal"));
    assert!(revealed.contains(KEY), "{revealed}");
}

#[test]
fn the_key_that_it_makes_is_the_one_of_the_server() {
    let home = tempfile::tempdir().unwrap();
    let text = printed(url(home.path(), &["--port", "9", "--reveal"]).env_remove("WEBHOOK_SECRET"));
    let kept = std::fs::read_to_string(home.path().join("data/secret")).unwrap();
    assert!(text.contains(&format!("?key={}\n", kept.trim())), "{text}");
}

#[test]
fn what_cannot_be_told_says_why() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, why) in [
        (&["--port", "0"][..], "name the one that the server has"),
        (&["--ephemeral"], "every start has a key of its own"),
        (&["--json", "--qr"], "cannot be used with"),
    ] {
        let output = url(home.path(), arguments)
            .env_remove("WEBHOOK_SECRET")
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains(why), "{told}");
    }
}
