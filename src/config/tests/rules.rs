use std::fs;

use super::{super::*, Sources, are_refused, surroundings};

/// A rule with one more line.
const GOOD: &str = "[[on]]\nname = \"a\"\nkind = \"transcript\"\nring = true\n";

#[test]
fn rules_that_cannot_be_are_told_with_their_place() {
    are_told(&[
        (
            "[[on]]\nname = \"a b\"",
            r#"on[1].name = "a b" in {folder}/config.toml: must be a name of 1 to 64 "#,
        ),
        (
            "[[on]]\nkind = \"speech\"",
            r#"on[1].kind = "speech" in {folder}/config.toml: must be one or some of transcript, final, "#,
        ),
        (
            "[[on]]\nkind = []",
            r#"on[1].kind = "[]" in {folder}/config.toml: must be one or some of "#,
        ),
        (
            "[[on]]\ntext = \"...\"",
            r#"on[1].text = "..." in {folder}/config.toml: must be a word or words in a row"#,
        ),
        (
            "[[on]]\nregex = \"(a\"",
            r#"on[1].regex = "(a" in {folder}/config.toml: unclosed group"#,
        ),
        (
            "[[on]]\nregex = '\\w{999}{99}'",
            r#"on[1].regex = "\\w{999}{99}" in {folder}/config.toml: "#,
        ),
        (
            "[[on]]\nwearer = \"a b\"",
            r#"on[1].wearer = "a b" in {folder}/config.toml: must be a uid or a list of uids"#,
        ),
        (
            "[[on]]\nrun = \"rm -r x\"",
            r#"on[1].run = "rm -r x" in {folder}/config.toml: must be a program and its arguments: ["#,
        ),
        (
            "[[on]]\npost = \"ftp://host/KEY\"",
            "on[1].post in {folder}/config.toml: must be a URL that begins with http",
        ),
        (
            "[[on]]\nheaders = { Host = \"KEY\" }",
            "on[1].headers in {folder}/config.toml: must be a table of names and texts, ",
        ),
        (
            "[[on]]\nbody = { a = [\"{\"] }",
            r#"on[1].body = "{ a = [\"{\"] }" in {folder}/config.toml: must be a text, or a table"#,
        ),
        (
            "[[on]]\nfile = \"{text}.md\"",
            r#"on[1].file = "{text}.md" in {folder}/config.toml: must be the name of a file"#,
        ),
        (
            "[[on]]\nline = \"{text\"",
            r#"on[1].line = "{text" in {folder}/config.toml: must be a text; "#,
        ),
        (
            "[[on]]\nreply = \"Yes\"",
            r#"on[1].reply = "Yes" in {folder}/config.toml: must be a text of more than 5 "#,
        ),
        (
            "[[on]]\nevery = \"0s\"",
            r#"on[1].every = "0s" in {folder}/config.toml: must be a time above zero"#,
        ),
        (
            "[[on]]\nexec = 1",
            r#"on[1].exec = "1" in {folder}/config.toml: must be one of name, kind, text, "#,
        ),
        (
            "on = 1",
            r#"on[1] = "1" in {folder}/config.toml: must be tables [[on]]"#,
        ),
    ]);
}

#[test]
fn fields_that_need_others_are_told_with_their_place() {
    are_told(&[
        (
            "[[on]]\nkind = \"memory\"\nring = true",
            "on[1].name in {folder}/config.toml: must be a name of 1 to 64 ",
        ),
        (
            "[[on]]\nname = \"a\"\nring = true",
            "on[1].kind in {folder}/config.toml: must be one or some of transcript, final, ",
        ),
        (
            "[[on]]\nname = \"a\"\nkind = \"ping\"",
            "on[1] in {folder}/config.toml: must be a rule that does something: run, post, ",
        ),
        (
            "[[on]]\nname = \"a\"\nkind = \"memory\"\nring = true\nline = \"{text}\"",
            "on[1].line in {folder}/config.toml: must be used with file",
        ),
        (
            "[[on]]\nname = \"a\"\nkind = \"memory\"\nring = true\ntimeout = \"2s\"",
            "on[1].timeout in {folder}/config.toml: must be used with run",
        ),
        (
            "[[on]]\nname = \"a\"\nkind = \"memory\"\nreply = \"Noted.\"",
            "on[1].reply in {folder}/config.toml: must be used with kind = \"transcript\"",
        ),
        (
            "[[on]]\nname = \"a\"\nkind = \"memory\"\nstar = true",
            "on[1].star in {folder}/config.toml: must be used with kind = \"transcript\"",
        ),
    ]);
}

/// Each file, and how the message begins.
fn are_told(scenarios: &[(&'static str, &str)]) {
    let scenarios: Vec<_> = scenarios
        .iter()
        .map(|(file, told)| {
            let sources = Sources {
                file,
                ..Sources::default()
            };
            (sources, *told)
        })
        .collect();
    are_refused(&scenarios);
}

#[test]
fn two_rules_have_two_names() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), GOOD.repeat(2)).unwrap();
    let error = Config::resolve(&Flags::default(), &surroundings(folder.path(), &[])).unwrap_err();
    let told = error.to_string();
    assert!(told.starts_with(r#"on[2].name = "a" in "#), "{told}");
}

#[test]
fn an_address_is_not_shown_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = GOOD.to_owned()
        + "post = \"https://host/KEY?token=KEY\"\nheaders = { Authorization = \"KEY\" }\n";
    fs::write(folder.path().join("config.toml"), file).unwrap();
    let config = Config::resolve(&Flags::default(), &surroundings(folder.path(), &[])).unwrap();
    let told = format!("{config:?}");
    assert!(
        told.contains("https://host") && !told.contains("KEY"),
        "{told}"
    );
}

#[test]
fn the_examples_are_rules() {
    let examples = [
        (include_str!("../../../assets/examples/journal.toml"), 2),
        (include_str!("../../../assets/examples/alert.toml"), 1),
        (include_str!("../../../assets/examples/forward.toml"), 3),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (example, count) in examples {
        fs::write(folder.path().join("config.toml"), example).unwrap();
        let config = Config::resolve(&Flags::default(), &surroundings(folder.path(), &[])).unwrap();
        assert_eq!(config.rules.len(), count, "{example}");
    }
}
