//! `omiscope ping`, as a health check and as somebody who looks for a fault.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
};

use crate::{
    port::Port,
    program::{KEY, omiscope},
    receiver,
    serving::Serving,
};

/// Exit code, and what was said.
fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap().replace("\r\n", "\n");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!said.contains(KEY), "{said}");
    (output.status.code(), said)
}

/// A ping of the server of the settings.
fn ping(home: &Path, address: SocketAddr) -> Command {
    let mut command = omiscope(home);
    command.args(["ping", "--port", &address.port().to_string()]);
    command
}

fn ping_url(home: &Path, url: &str) -> Command {
    let mut command = omiscope(home);
    command.args(["ping", "--url", url]);
    command
}

/// A server that answers one request.
fn answering(status: &'static str, body: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        receiver::take_and_tell(stream, |_| (status, body));
    });
    address
}

/// All deliveries that are kept.
fn deliveries(home: &Path) -> String {
    let arguments = ["export", "--what", "deliveries", "--quiet"];
    let output = omiscope(home).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_server_that_is_well_is_told_to_be_and_keeps_one_ping_of_many() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let well = format!(
        "http://{}/webhook is well, it answered after ",
        serve.address
    );
    for _ in 0..3 {
        let (code, said) = said(&mut ping(home.path(), serve.address));
        assert_eq!(code, Some(0), "{said}");
        assert!(said.starts_with(&well) && said.ends_with(" ms\n"), "{said}");
    }
    let unspecified = said(ping(home.path(), serve.address).args(["--host", "0.0.0.0"]));
    assert_eq!(unspecified.0, Some(0), "{}", unspecified.1);
    let kept = deliveries(home.path());
    assert_eq!(kept.lines().count(), 1, "{kept}");
    assert!(!kept.contains(KEY), "{kept}");
}

#[test]
fn the_key_is_that_of_the_settings_of_the_folder_or_of_the_url() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let webhook = format!("http://{}/webhook", serve.address);
    let keyless = |mut command: Command| {
        command.env_remove("WEBHOOK_SECRET");
        said(&mut command)
    };
    let file = home.path().join("key");
    std::fs::write(&file, KEY).unwrap();
    for url in [format!("{webhook}?key={KEY}"), format!("{webhook}/{KEY}")] {
        assert_eq!(keyless(ping_url(home.path(), &url)).0, Some(0), "{url}");
    }
    assert_eq!(said(&mut ping_url(home.path(), &webhook)).0, Some(0));
    let from_file = ["--webhook-secret-file", file.to_str().unwrap()];
    let mut command = ping(home.path(), serve.address);
    command.args(from_file);
    assert_eq!(keyless(command).0, Some(0));
    // As the server keeps it that made itself one.
    std::fs::write(home.path().join("data/secret"), KEY).unwrap();
    let kept = keyless(ping(home.path(), serve.address));
    assert_eq!(kept.0, Some(0), "{}", kept.1);
}

#[test]
fn what_is_wrong_is_told_in_one_line() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let reserved = Port::reserve();
    let nobody = reserved.address();
    let page = answering("200 OK", "<html>home</html>");
    let elsewhere = answering("404 Not Found", "");
    let full = answering("503 Unavailable", r#"{"error":"full\u001b[2J"}"#);
    let mut wrong_key = ping(home.path(), serve.address);
    wrong_key.env("WEBHOOK_SECRET", "another-key-1234567890");
    let mut no_key = ping(home.path(), nobody);
    no_key.env_remove("WEBHOOK_SECRET");
    let scenarios = [
        (
            wrong_key,
            format!("http://{}/webhook: it has another key", serve.address),
        ),
        (
            ping(home.path(), nobody),
            format!("http://{nobody}/webhook: nobody listens there"),
        ),
        (
            ping(home.path(), page),
            format!("http://{page}/webhook: is not omiscope, it answered 200"),
        ),
        (
            ping_url(home.path(), &format!("http://{elsewhere}/?key={KEY}")),
            format!(
                "http://{elsewhere}/: the path is missing, omiscope's is http://{elsewhere}/webhook"
            ),
        ),
        (
            ping_url(home.path(), &format!("http://{}", serve.address)),
            format!(
                "http://{0}/: the path is missing, omiscope's is http://{0}/webhook",
                serve.address
            ),
        ),
        (
            ping(home.path(), full),
            format!("http://{full}/webhook: answered 503: full"),
        ),
        (
            no_key,
            "no webhook key is known; set WEBHOOK_SECRET".to_owned(),
        ),
        (
            ping_url(home.path(), &format!("ftp://h/webhook?key={KEY}")),
            "--url: only https:// and http:// are spoken, not ftp://".to_owned(),
        ),
        (
            ping_url(
                home.path(),
                &format!("https://{}/webhook?key={KEY}", serve.address),
            ),
            format!("https://{}/webhook: no TLS with it: ", serve.address),
        ),
        (
            ping(home.path(), SocketAddr::from(([127, 0, 0, 1], 0))),
            "port 0 stands for any free one; name the server with --url".to_owned(),
        ),
    ];
    for (mut command, expected) in scenarios {
        let (code, said) = said(&mut command);
        assert!(said.starts_with(&format!("error: {expected}")), "{said}");
        assert!(!said.contains('\u{1b}'), "{said}");
        assert_eq!(code, Some(1), "{said}");
    }
}

#[test]
fn wrong_settings_are_a_failed_check_and_nothing_is_made() {
    let home = tempfile::tempdir().unwrap();
    let (code, said) = said(omiscope(home.path()).args(["ping", "--port", "x"]));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("must be a number from 0 to 65535"), "{said}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}
