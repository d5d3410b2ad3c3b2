//! The program that was built without the feature `playback`: it needs no library of sound, and says that it plays nothing.

use std::fs;

use crate::{
    program::{Sender, omiscope},
    terminal::Terminal,
};

#[test]
fn it_needs_no_library_of_sound() {
    let program = fs::read(env!("CARGO_BIN_EXE_omiscope")).unwrap();
    for library in ["libasound", "libpulse", "libjack"] {
        let named = program
            .windows(library.len())
            .any(|bytes| bytes == library.as_bytes());
        assert!(!named, "it names {library}");
    }
}

#[test]
fn it_lists_no_devices_and_says_why() {
    let home = tempfile::tempdir().unwrap();
    let devices = omiscope(home.path()).arg("devices").output().unwrap();
    assert!(devices.status.success());
    let told = String::from_utf8(devices.stdout).unwrap();
    assert_eq!(told, "this omiscope was built without playback\n");
}

#[test]
fn the_dashboard_starts_and_says_why_it_is_silent() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["--port", "0"], (140, 40));
    let mut sender = Sender::connect(terminal.address()).unwrap();
    terminal.press("a");
    assert_eq!(sender.sound(16_000, &[1000; 16_000]).unwrap(), 200);
    terminal.wait_for("16 kHz");
    terminal.press("4");
    // The rest is on the next row.
    terminal.wait_for("this omiscope was built");
    terminal.press("q");
    assert_eq!(terminal.wait().exit_code(), 0);
}
