//! Deliveries looked into and sent again: the real binary in a pseudo-terminal, and real posts.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
};

use crate::{
    program::{KEY, Sender, UID},
    terminal::Terminal,
};

/// Takes one post and answers it; returns what came.
fn answered_once(listener: &TcpListener, answer: &str) -> String {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let length = head
        .to_ascii_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let length = answer.len();
    write!(
        reader.get_mut(),
        "HTTP/1.1 201 Created\r\ncontent-length: {length}\r\n\r\n{answer}"
    )
    .unwrap();
    head + &String::from_utf8_lossy(&body)
}

#[test]
fn a_delivery_is_looked_into_and_sent_again() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["--port", "0"], (140, 40));
    let mut sender = Sender::connect(terminal.address()).unwrap();
    assert_eq!(sender.say("a", 0.0, "look into me").unwrap(), 200);
    terminal.press("5");
    terminal.wait_for("Deliveries ─ 1 ");
    terminal.wait_for("\"look into me\"");

    terminal.press("r\r");
    terminal.wait_for("#1 to omiscope: 200 after");
    terminal.wait_for("Deliveries ─ 2 ");

    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/in?token=t", elsewhere.local_addr().unwrap());
    terminal.press("r");
    terminal.wait_for("Replay ─ #2 to ");
    terminal.press(&format!("{url}\r"));
    let came = answered_once(&elsewhere, "thank you\x1b[2J");
    assert!(
        came.starts_with(&format!("POST /in?token=t&uid={UID} ")),
        "{came}"
    );
    assert!(came.contains("look into me"), "{came}");
    assert!(!came.contains(KEY), "{came}");
    terminal.wait_for("201 after");
    terminal.wait_for("thank you");

    terminal.press("y");
    terminal.wait_for("sent to the terminal's clipboard: the body of #2");
    let screen = std::cell::RefCell::new(String::new());
    terminal.wait_until("the screen", |shown| {
        *screen.borrow_mut() = shown.contents();
        true
    });
    assert!(!screen.borrow().contains(KEY));
    terminal.press("q");
    assert_eq!(terminal.wait().exit_code(), 0);
}
