//! The dashboard as a user meets it: the real binary in a pseudo-terminal, fed by real posts.

use rustix::process::Signal;
use vt100::MouseProtocolMode;

use crate::{program::Sender, terminal::Terminal};

const DASHBOARD: &[&str] = &["--port", "0"];

const F2: &str = "\x1bOQ";
const CTRL_Z: &str = "\x1a";

#[test]
fn a_posted_segment_is_seen_at_every_size_and_quitting_restores_the_terminal() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), DASHBOARD, (140, 40));
    let mut sender = Sender::connect(terminal.address()).unwrap();
    assert_eq!(sender.say("a", 0.0, "good morning, terminal").unwrap(), 200);
    terminal.wait_for("good morning, terminal");

    terminal.resize(20, 5);
    assert_eq!(sender.say("b", 2.0, "tiny").unwrap(), 200);
    terminal.wait_for("tiny");
    terminal.resize(140, 40);
    terminal.wait_for("good morning, terminal");

    terminal.press("?");
    terminal.wait_for("quit");
    terminal.press("q");
    terminal.press("q");
    assert_eq!(terminal.wait().exit_code(), 0);
    terminal.assert_restored();
}

#[test]
fn what_was_heard_is_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let mut first = Terminal::start(home.path(), DASHBOARD, (100, 30));
    Sender::connect(first.address())
        .unwrap()
        .say("a", 0.0, "remember me")
        .unwrap();
    first.wait_for("remember me");
    first.press("q");
    first.wait();
    Terminal::start(home.path(), DASHBOARD, (100, 30)).wait_for("remember me");
}

#[test]
fn signals_end_it_cleanly_and_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::start(home.path(), DASHBOARD, (80, 24));
        terminal.address();
        terminal.press("\x1b[23~"); // a key that means nothing
        terminal.signal(signal);
        assert_eq!(terminal.wait().exit_code(), 0, "{signal:?}");
        terminal.assert_restored();
    }
}

#[test]
fn a_stalled_screen_slows_no_sender_and_shows_everything_afterwards() {
    const POSTS: usize = 5_000;
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), DASHBOARD, (100, 30));
    let mut sender = Sender::connect(terminal.address()).unwrap();
    terminal.stalled(|| {
        for n in 0..POSTS {
            let status = sender
                .say(
                    &format!("s{n}"),
                    n as f64,
                    &format!("number {n:04} of many"),
                )
                .unwrap();
            assert_eq!(status, 200, "post {n}");
        }
    });
    terminal.wait_for("number 4999 of many");
    terminal.press("g");
    terminal.wait_for("number 0000 of many");
}

#[test]
fn suspending_gives_the_terminal_back_and_fg_draws_everything_again() {
    let home = tempfile::tempdir().unwrap();
    let shell = [
        "-c",
        "set -m; \"$0\" --port 0; echo; echo stopped; read go; fg",
        env!("CARGO_BIN_EXE_omiscope"),
    ];
    let mut terminal = Terminal::start_program("/bin/sh".as_ref(), home.path(), &shell, (100, 30));
    let address = terminal.address();
    assert_eq!(
        Sender::connect(address)
            .unwrap()
            .say("a", 0.0, "before the break")
            .unwrap(),
        200
    );
    terminal.wait_for("before the break");
    terminal.press(F2);
    terminal.wait_until("the mouse", |screen| {
        screen.mouse_protocol_mode() != MouseProtocolMode::None
    });

    terminal.press(CTRL_Z);
    terminal.wait_for("stopped");
    terminal.assert_restored();

    terminal.press("\n");
    terminal.wait_for("before the break");
    terminal.wait_until("the screen as it was", |screen| {
        screen.alternate_screen()
            && screen.hide_cursor()
            && screen.bracketed_paste()
            && screen.mouse_protocol_mode() != MouseProtocolMode::None
    });
    terminal.press("q");
    assert_eq!(terminal.wait().exit_code(), 0);
    terminal.assert_restored();
}

/// Takes the screen and panics; run in a terminal of its own by the test below.
#[test]
#[ignore = "panics on purpose"]
fn panic_on_a_screen() {
    let _screen = omiscope::ui::terminal::Screen::take().unwrap();
    panic!("the sky is falling");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let this = std::env::current_exe().unwrap();
    let arguments = [
        "dashboard::panic_on_a_screen",
        "--exact",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ];
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start_program(&this, home.path(), &arguments, (80, 24));
    terminal.wait_for("the sky is falling");
    terminal.wait();
    terminal.assert_restored();
}
