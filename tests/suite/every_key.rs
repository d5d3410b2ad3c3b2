//! Every key of the dashboard, as its own help names them: the real binary in a pseudo-terminal.

use crate::terminal::Terminal;

/// One column of help, from the first key to the last.
const SIZE: (u16, u16) = (100, 80);

/// An Escape that is never taken for the beginning of another key, whatever comes after it. A terminal may still tear it, as any
/// key of several bytes: what is waited for is asked for by keys of one byte.
const ESC: &str = "\x1b[27u";

/// What lies deepest: a question over what is read, while kept sound is heard.
const BACK: usize = 4;

/// Keys that are sent at once: crossterm reads 1024 bytes, and what is more only with the next key
/// (<https://github.com/crossterm-rs/crossterm/pull/1057>).
const AT_ONCE: usize = 20;

/// What a terminal sends for a key that the help names.
fn sent(name: &str) -> String {
    let named = [
        ("Space", " "),
        ("Enter", "\r"),
        ("Esc", ESC),
        ("Tab", "\t"),
        ("Shift-Tab", "\x1b[Z"),
        ("Up", "\x1b[A"),
        ("Down", "\x1b[B"),
        ("Right", "\x1b[C"),
        ("Left", "\x1b[D"),
        ("PgUp", "\x1b[5~"),
        ("PgDn", "\x1b[6~"),
        ("Home", "\x1b[H"),
        ("End", "\x1b[F"),
        ("F1", "\x1bOP"),
        ("F2", "\x1bOQ"),
    ];
    if let Some((_, bytes)) = named.iter().find(|(known, _)| *known == name) {
        return (*bytes).to_owned();
    }
    if let Some(letter) = name.strip_prefix("Ctrl-") {
        return char::from(letter.as_bytes()[0] & 0x1f).to_string();
    }
    assert_eq!(name.chars().count(), 1, "what does {name} send?");
    name.to_owned()
}

/// The rows of an overlay, from its upper to its lower border.
fn rows_of(screen: &vt100::Screen, title: &str) -> Vec<String> {
    let width = screen.size().1.get();
    let rows_from = |column| screen.rows(column, width - column).collect::<Vec<_>>();
    let found = (0..width).find_map(|column| {
        let rows = rows_from(column);
        let top = rows.iter().position(|row| row.starts_with(title))?;
        Some(rows[top..].to_vec())
    });
    let mut rows = found.unwrap_or_default();
    let bottom = rows.iter().position(|row| row.starts_with('╰'));
    rows.truncate(bottom.unwrap_or_default());
    rows
}

/// The keys of each action: a row of the help each.
fn keys(terminal: &mut Terminal) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    terminal.press("?");
    terminal.wait_until("the whole help", |screen| {
        rows = rows_of(screen, "╭ Help ");
        rows.len() > 1
    });
    let keys = rows[1..].iter().map(|row| {
        let row = row.split('│').nth(1).expect("a row has borders").trim();
        let (keys, _) = row.split_once("  ").expect("keys, then what they do");
        keys.split(' ').map(str::to_owned).collect()
    });
    let keys: Vec<_> = keys.collect();
    terminal.press("?:");
    // The command line counts all actions, of which it lists every one but itself.
    let all = format!("Command ─ {} of {} ", keys.len() - 1, keys.len());
    terminal.wait_for(&all);
    terminal.press(ESC);
    keys
}

/// Opens the help and closes it: the program draws and answers.
fn answers(terminal: &mut Terminal, what: &str) {
    terminal.press("?");
    terminal.wait_until(&format!("help after {what}"), |screen| {
        screen.contents().contains("╭ Help ")
    });
    terminal.press("?");
    terminal.wait_until(&format!("no help after {what}"), |screen| {
        !screen.contents().contains("╭ Help ")
    });
}

#[test]
fn after_every_key_the_dashboard_draws_and_answers_and_q_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let demo = [
        "-c",
        "mkdir tmp; set -m; TMPDIR=\"$PWD/tmp\" \"$0\" demo; ended=$?; [ -n \"$(jobs)\" ] || exit $ended; \
         echo; echo stopped; read go; fg",
        env!("CARGO_BIN_EXE_omiscope"),
    ];
    let mut terminal = Terminal::start_program("/bin/sh".as_ref(), home.path(), &demo, SIZE);
    terminal.wait_for("╭ Transcript");
    terminal.wait_for("now talking");
    let keys = keys(&mut terminal);
    let all = || keys.iter().flatten().map(String::as_str);
    let back = ESC.repeat(BACK);
    for name in all() {
        match name {
            // They end the program.
            "Ctrl-C" => {}
            "q" => {
                terminal.press("?");
                terminal.wait_for("╭ Help ");
                terminal.press("q");
            }
            "Ctrl-Z" => {
                terminal.press(&sent(name));
                terminal.wait_for("stopped");
                terminal.assert_restored();
                terminal.press("\n");
                terminal.wait_for("╭ Transcript");
            }
            _ => terminal.press(&format!("1{}{back}", sent(name))),
        }
        answers(&mut terminal, name);
    }
    let others: Vec<_> = all()
        .filter(|name| !["q", "Ctrl-C", "Ctrl-Z"].contains(name))
        .collect();
    for screen in ["2", "3", "4", "5", "6"] {
        for names in others.chunks(AT_ONCE) {
            for name in names {
                terminal.press(&format!("{screen}{}{back}", sent(name)));
            }
            answers(&mut terminal, &format!("{names:?} on screen {screen}"));
        }
    }

    // What is taken away goes to where the program was started.
    terminal.press("3e");
    terminal.wait_for("╭ Export ");
    terminal.press("\r");
    terminal.wait_for("~/exports/");
    terminal.press("q");
    assert_eq!(terminal.wait().exit_code(), 0);
    terminal.assert_restored();
    let left = std::fs::read_dir(home.path()).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    // Sound libraries may keep something there.
    left.retain(|name| name != "config");
    left.sort();
    assert_eq!(left, ["exports", "tmp"]);
    let kept = std::fs::read_dir(home.path().join("tmp")).unwrap();
    let mut kept = kept.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let demo = kept.find(|name| name.starts_with("omiscope"));
    assert_eq!(demo, None, "the demo keeps nothing");
}

#[test]
fn ctrl_c_ends_it_even_over_a_question() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(home.path(), &["demo"], SIZE);
    terminal.wait_for("now talking");
    terminal.press("f");
    terminal.wait_for("╭ Filter ");
    terminal.press("\x03");
    assert_eq!(terminal.wait().exit_code(), 0);
    terminal.assert_restored();
}
