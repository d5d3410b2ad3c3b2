use super::*;

fn binding(action: &str, keys: &[&str]) -> KeyBinding {
    KeyBinding {
        action: action.to_owned(),
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
    }
}

#[test]
fn the_table_is_sound() {
    let keymap = Keymap::default();
    for (entry, (_, chords)) in TABLE.iter().zip(&keymap.keys) {
        assert_eq!(entry.action.name(), entry.name, "one action twice");
        let names: Vec<_> = chords.iter().map(Chord::to_string).collect();
        assert_eq!(names.join(" "), entry.keys, "each key is known");
        for chord in chords {
            assert_eq!(keymap.other(*chord, entry.action), None, "{chord}");
        }
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(entry.name.chars().all(kebab), "{}", entry.name);
        let same = TABLE.iter().filter(|other| other.name == entry.name);
        assert_eq!(same.count(), 1, "{}", entry.name);
    }
    for (chord, action) in FIXED {
        assert!(keymap.chords(action).contains(&chord), "{chord}");
    }
}

#[test]
fn a_wish_replaces_the_keys_of_its_action() {
    let bindings = [
        binding("freeze", &["f5", "Ctrl-P"]),
        binding("up", &["w"]),
        binding("wearer", &[]),
        binding("louder", &["ö", "Space"]),
    ];
    let keymap = Keymap::with(&bindings).unwrap();
    let keys = |action: Action| -> String {
        let names: Vec<_> = keymap.chords(action).iter().map(Chord::to_string).collect();
        names.join(" ")
    };
    assert_eq!(keys(Action::Freeze), "F5 Ctrl-P");
    assert_eq!(keys(Action::Up), "w Up", "the arrow stays");
    assert_eq!(keys(Action::Wearer), "");
    assert_eq!(keymap.key_of(Action::Wearer), ":wearer");
    assert_eq!(keys(Action::Louder), "ö Space");
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    let scenarios = [
        (
            vec![binding("serch", &["x"])],
            "no such action; there are back, close, quit, ",
        ),
        (
            vec![binding("search", &["Hyper-x"])],
            "\"Hyper-x\" is no key; a key is a character, Ctrl- and a letter",
        ),
        (
            vec![binding("search", &["Ctrl-I"])],
            "\"Ctrl-I\" is no key; ",
        ),
        (
            vec![binding("search", &["\u{202e}"])],
            "\"\\u{202e}\" is no key; ",
        ),
        (
            vec![binding("search", &["x"])],
            "x is a key of tick too; give one of them another",
        ),
        (
            vec![binding("search", &["F7"]), binding("note", &["f7"])],
            "F7 is a key of note too; give one of them another",
        ),
        (
            vec![binding("search", &["enter"])],
            "Enter always means open; choose another key",
        ),
    ];
    for (bindings, expected) in scenarios {
        let faults = Keymap::with(&bindings).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        let told = faults[0].1.to_string();
        assert!(told.starts_with(expected), "{told}");
    }
    let swapped = [binding("search", &["x"]), binding("tick", &["/"])];
    assert!(Keymap::with(&swapped).is_ok());
}

#[test]
fn the_readme_and_the_sample_name_every_action_and_its_keys() {
    const README: &str = include_str!("../../../README.md");
    const SAMPLE: &str = include_str!("../../../assets/config.toml");
    for entry in TABLE {
        let keys: Vec<_> = entry.keys.split(' ').collect();
        let row = format!("| `{}` | `{}` |", entry.name, keys.join("` `"));
        assert!(README.contains(&row), "{row}");
        let wanted = match keys[..] {
            [key] => format!("{key:?}"),
            _ => format!("{keys:?}"),
        };
        let line = format!("\n# {} = {wanted}", entry.name);
        assert!(SAMPLE.contains(&line), "{line}");
    }
}
