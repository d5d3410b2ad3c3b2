//! The real binary, as a shell sees it.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::serving::Serving;

/// The program with a home, a working folder and an environment of its own.
fn omiscope(home: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_omiscope"));
    command
        .args(arguments)
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("USERPROFILE", home.path())
        .env("APPDATA", home.path().join("roaming"))
        .env("LOCALAPPDATA", home.path().join("local"))
        .env("COLUMNS", "100")
        .stdin(Stdio::null());
    // Windows cannot open a socket without it.
    if let Some(root) = std::env::var_os("SystemRoot") {
        command.env("SystemRoot", root);
    }
    command
}

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn output(home: &TempDir, arguments: &[&str]) -> Output {
    omiscope(home, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .replace("\r\n", "\n")
}

#[test]
fn help_says_what_there_is() {
    let help = output(&home(), &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    insta::assert_snapshot!(text(&help.stdout).replace("omiscope.exe", "omiscope"));
}

#[test]
fn the_version_is_that_of_the_crate() {
    let version = output(&home(), &["--version"]);
    let expected = concat!("omiscope ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(text(&version.stdout), expected);
}

#[test]
fn each_secret_is_64_fresh_hex_digits() {
    let secret = || text(&output(&home(), &["secret"]).stdout);
    let first = secret();
    assert_eq!(first.trim().len(), 64, "{first}");
    assert!(
        first.trim().bytes().all(|b| b.is_ascii_hexdigit()),
        "{first}"
    );
    assert_ne!(secret(), first);
}

#[test]
fn what_cannot_work_ends_with_one_line_for_each_reason() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let in_use = format!(
        "error: port {port} on 127.0.0.1 is in use; stop the other program or choose another with --port\n"
    );
    let scenarios: [(&[&str], i32, &str); 4] = [
        (&["serve", "--ephemeral", "--port", &port], 1, &in_use),
        (
            &["serve", "--port=x", "--theme=x"],
            2,
            "error: --port \"x\": must be a number from 0 to 65535\n\
             error: --theme \"x\": must be auto, dark, light, contrast, colour-blind, none or the name of a table [themes.NAME] in config.toml\n",
        ),
        (
            &[],
            2,
            "error: the dashboard needs a terminal; use `omiscope serve` to run without one, or --plain\n",
        ),
        (
            &["serve", "--host", "192.0.2.1", "--ephemeral"],
            1,
            "error: 192.0.2.1 is no address of this machine; choose another with --host\n",
        ),
    ];
    for (arguments, code, expected) in scenarios {
        let output = output(&home(), arguments);
        assert_eq!(text(&output.stderr), expected, "{arguments:?}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn settings_that_do_not_exist_are_refused() {
    let home = home();
    fs::write(home.path().join("own.toml"), "prot = 1").unwrap();
    let output = omiscope(&home, &["serve", "--config", "own.toml"])
        .env("OMISCOPE_PROT", "1")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(
        told.contains("error: OMISCOPE_PROT in the environment: no such setting"),
        "{told}"
    );
    assert!(
        told.contains("error: \"prot\" in own.toml: no such setting"),
        "{told}"
    );
}

#[test]
fn the_data_folder_of_a_failed_start_is_free_again() {
    let home = home();
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    for _ in 0..2 {
        let output = output(&home, &["serve", "--port", &port, "--data-dir", "data"]);
        assert!(text(&output.stderr).contains("is in use; stop the other program"));
    }
}

fn serving(home: &TempDir, arguments: &[&str]) -> Serving {
    Serving::start(&mut omiscope(
        home,
        &[&["serve", "--port", "0"], arguments].concat(),
    ))
}

#[test]
fn serve_says_where_it_listens_and_never_its_key() {
    let home = home();
    let key = text(&output(&home, &["secret", "--data-dir", "data"]).stdout);
    let serving = serving(&home, &["--data-dir", "data"]);
    let line = serving.first_line();
    assert!(
        line.contains(" [INFO] listening on http://127.0.0.1:"),
        "{line}"
    );
    assert!(
        line.ends_with("/webhook?key=… | data:data | key:data/secret"),
        "{line}"
    );
    assert!(!line.contains(key.trim()), "{line}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_serve_in_its_own_time() {
    use rustix::process::Signal;

    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let serving = serving(&home(), &["--ephemeral"]);
        assert!(serving.first_line().contains("listening on"));
        serving.signal(signal);
        let ended = serving.wait();
        let last = ended.stderr.last().unwrap();
        assert!(last.ends_with(" [INFO] stopped"), "{last}");
        assert_eq!(ended.status.code(), Some(0), "{signal:?}");
    }
}
