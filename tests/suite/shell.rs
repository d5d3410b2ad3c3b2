//! Completions in a real bash, and the manual pages.

use std::{path::Path, process::Command};

use omiscope::config::SETTINGS;

use crate::program::omiscope;

fn printed(arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = omiscope(home.path()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    assert!(output.stderr.is_empty(), "{arguments:?}");
    let made = std::fs::read_dir(home.path()).unwrap().count();
    assert_eq!(made, 0, "{arguments:?} makes nothing");
    String::from_utf8(output.stdout).unwrap()
}

/// What bash offers after a line.
fn offered(script: &Path, line: &str) -> Vec<String> {
    let words: Vec<_> = line.split(' ').collect();
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let at = words.len() - 1;
    let ask = format!(
        "source {}; complete -p omiscope | grep -q -- '-F _omiscope ' || exit 1; \
         COMP_WORDS=({line}); COMP_CWORD={at}; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; \
         _omiscope omiscope '{last}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &ask])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let offered = String::from_utf8(output.stdout).unwrap();
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("omiscope.bash");
    std::fs::write(&script, printed(&["completions", "bash"])).unwrap();
    let scenarios = [
        ("omiscope ser", &["serve"][..]),
        ("omiscope se", &["serve", "secret", "search"]),
        ("omiscope ping --u", &["--url"]),
        ("omiscope serve --retention-m", &["--retention-memories"]),
        ("omiscope export --what act", &["actions"]),
        ("omiscope completions f", &["fish"]),
    ];
    for (line, expected) in scenarios {
        assert_eq!(offered(&script, line), expected, "{line}");
    }
}

#[test]
fn every_shell_has_its_script_with_all_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for word in ["serve", "ping", "simulate", "webhook-secret-file"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

/// A manual page as it is read, and nothing to complain of.
fn read(page: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.1");
    std::fs::write(&file, page).unwrap();
    let man = Command::new("man")
        .args(["--warnings", "-E", "UTF-8", "-l"])
        .arg(&file)
        .env("MANWIDTH", "100")
        .env("LC_ALL", "C.UTF-8")
        .output();
    // A machine without a man that reads files is none where the page could be read.
    let Ok(man) = man.map_err(drop).and_then(|man| {
        let usable = man.status.success() && !man.stdout.is_empty();
        usable.then_some(man).ok_or(())
    }) else {
        return page.to_owned();
    };
    assert_eq!(String::from_utf8_lossy(&man.stderr), "");
    String::from_utf8_lossy(&man.stdout).into_owned()
}

#[test]
fn the_manual_has_every_setting_and_command() {
    let page = printed(&["man"]);
    for setting in &SETTINGS {
        assert!(
            page.contains(&format!("\\fB{}\\fR\n", setting.env)),
            "{}",
            setting.env
        );
    }
    let text = read(&page);
    assert!(text.contains(" omiscope [OPTIONS] [COMMAND]\n"), "{text}");
    for heading in [
        "SYNOPSIS",
        "COMMANDS",
        "OPTIONS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
    ] {
        assert!(text.contains(heading), "{heading}");
    }
    let command = read(&printed(&["man", "ping"]));
    assert!(command.contains("omiscope-ping"), "{command}");
    let home = tempfile::tempdir().unwrap();
    let unknown = omiscope(home.path())
        .args(["man", "pong"])
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&unknown.stderr),
        "error: 'pong' is no command of omiscope\n"
    );
}
