//! The QR code, read off a picture of the screen by a reader that is none of ours.
//!
//! Needs `zbarimg` (`sh assets/setup.sh --tests`); without it these tests say so and pass.

use std::{fs, path::Path, process::Command};

use vt100::{Color, Screen};

use crate::{
    program::{KEY, loudly},
    terminal::Terminal,
};

/// Columns of the code of a URL with the key of these tests, without what is white around it.
const CODE: u16 = 33;

/// Pixels of half a cell, which is a module of a code.
const MODULE: usize = 6;

/// A picture of a screen in shades of grey, as a portable graymap. Letters are left out: no reader needs them.
fn picture(screen: &Screen, (columns, rows): (u16, u16)) -> Vec<u8> {
    let (width, height) = (
        usize::from(columns) * MODULE,
        usize::from(rows) * 2 * MODULE,
    );
    let mut picture = format!("P5\n{width} {height}\n255\n").into_bytes();
    for half in 0..rows * 2 {
        let row = (0..columns).map(|column| shade(screen, half, column));
        let row: Vec<_> = row.flat_map(|shade| [shade; MODULE]).collect();
        for _ in 0..MODULE {
            picture.extend_from_slice(&row);
        }
    }
    picture
}

/// How bright half of a cell is.
fn shade(screen: &Screen, half: u16, column: u16) -> u8 {
    let cell = screen.cell(half / 2, column).expect("it is on the screen");
    let (ink, paper) = if cell.inverse() {
        (cell.bgcolor(), cell.fgcolor())
    } else {
        (cell.fgcolor(), cell.bgcolor())
    };
    let is_upper = half.is_multiple_of(2);
    let colour = match cell.contents() {
        "▀" if is_upper => ink,
        "▄" if !is_upper => ink,
        "█" => ink,
        _ => paper,
    };
    match colour {
        // Of the terminal's own colours only that of its paper is met here.
        Color::Default | Color::Idx(0 | 16) => 0,
        Color::Idx(_) => 255,
        Color::Rgb(red, green, blue) => red.max(green).max(blue),
    }
}

/// What an independent reader finds in a picture.
fn read(folder: &Path, picture: &[u8]) -> String {
    let file = folder.join("screen.pgm");
    fs::write(&file, picture).unwrap();
    let read = Command::new("zbarimg")
        .args(["--raw", "--quiet"])
        .arg(&file)
        .output()
        .unwrap();
    String::from_utf8(read.stdout).unwrap().trim().to_owned()
}

/// Whether there is a reader; where not, that is told.
fn has_reader() -> bool {
    let is_there = Command::new("zbarimg").arg("--version").output().is_ok();
    if !is_there {
        loudly(
            "THE QR CODE IS NOT READ: there is no zbarimg; sh assets/setup.sh --tests installs it",
        );
    }
    is_there
}

/// Waits until a reader finds a text on the screen.
fn wait_for_code(terminal: &Terminal, home: &Path, size: (u16, u16), text: &str) {
    terminal.wait_until(text, |screen| read(home, &picture(screen, size)) == text);
}

#[test]
fn the_connection_card_can_be_scanned() {
    if !has_reader() {
        return;
    }
    let size = (140, 40);
    for theme in ["dark", "light", "contrast", "colour-blind"] {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::start(home.path(), &["--port", "0", "--theme", theme], size);
        let address = terminal.address();
        terminal.press("i");
        terminal.wait_for("v show key");
        terminal.press("v");
        terminal.wait_for(KEY);
        terminal.press("v");
        let url = format!("http://{address}/webhook?key={KEY}");
        wait_for_code(&terminal, home.path(), size, &url);
    }
}

#[test]
fn what_url_prints_can_be_scanned() {
    if !has_reader() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let size = (100, 60);
    let terminal = Terminal::start(home.path(), &["url", "--port", "9", "--qr"], size);
    let url = format!("http://127.0.0.1:9/webhook?key={KEY}");
    wait_for_code(&terminal, home.path(), size, &url);
}

#[test]
fn where_there_is_less_room_the_code_can_be_scanned_with_less_white_around_it() {
    if !has_reader() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let url = format!("http://127.0.0.1:32768/webhook?key={KEY}");
    let printed = (CODE + 4, 70);
    let arguments = ["url", "--port", "32768", "--qr"];
    let terminal = Terminal::start(home.path(), &arguments, printed);
    wait_for_code(&terminal, home.path(), printed, &url);

    let framed = (CODE + 6, CODE.div_ceil(2) + 5);
    let mut terminal = Terminal::start(home.path(), &["--port", "0"], framed);
    let address = terminal.address();
    terminal.press("i");
    terminal.press("v");
    terminal.press("v");
    terminal.wait_for("only this machine reaches this URL");
    let url = format!("http://{address}/webhook?key={KEY}");
    wait_for_code(&terminal, home.path(), framed, &url);
}
