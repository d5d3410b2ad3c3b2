mod rules;
mod samples;

use std::{fs, path::Path, sync::Arc};

use super::*;
use crate::{
    event::Uid,
    secret::Secret,
    ui::{keymap::Keymap, theme::ThemeChoice},
};

/// What the sources of one start give. `{folder}` in an expected text stands for the folder of the files.
#[derive(Default, Clone, Copy)]
struct Sources {
    flags: &'static [(&'static str, &'static str)],
    environment: &'static [(&'static str, &'static str)],
    env_file: &'static str,
    file: &'static str,
}

fn resolve(folder: &Path, sources: Sources) -> Result<Config, ConfigError> {
    fs::write(folder.join(".env"), sources.env_file).unwrap();
    fs::write(folder.join("config.toml"), sources.file).unwrap();
    let owned = |pairs: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        pairs.iter().map(|&(k, v)| (k, v.to_owned())).collect()
    };
    let flags = Flags {
        settings: owned(sources.flags),
        ..Flags::default()
    };
    Config::resolve(&flags, &surroundings(folder, sources.environment))
}

fn surroundings(folder: &Path, environment: &[(&str, &str)]) -> Surroundings {
    Surroundings {
        environment: environment
            .iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        working_folder: folder.to_owned(),
        config_dir: Some(folder.to_owned()),
        data_dir: Some(folder.join("data")),
    }
}

/// A setting as it was resolved.
fn resolved(config: &Config, key: &str) -> String {
    match key {
        "address" => config.address().to_string(),
        "webhook_secret" => match &config.secrets.webhook {
            Some(secret) => secret.reveal().to_owned(),
            None => "none".to_owned(),
        },
        "signing_secret" => {
            let secrets: Vec<_> = config.secrets.signing.iter().map(Secret::reveal).collect();
            secrets.join("|")
        }
        "log_level" => config.log.level.name().to_owned(),
        "log_events" => config.log.events.to_string(),
        "log_format" => config.log.format.name().to_owned(),
        "log_file" => format!("{:?}", config.log.file),
        "theme" => format!("{:?}", config.looks.theme),
        "max_body" => config.listener.max_body.to_string(),
        "silence" => format!("{:?}", config.storage.silence),
        "retention" => {
            let keep = config.storage.retention.deliveries;
            format!("{:?} {:?}", keep.age, keep.bytes)
        }
        "allowed_uids" => {
            let mut uids: Vec<_> = config
                .listener
                .allowed_uids
                .iter()
                .map(Uid::as_str)
                .collect();
            uids.sort_unstable();
            uids.join(" ")
        }
        "data_dir" => config.storage.data_dir.display().to_string(),
        other => panic!("no view of {other}"),
    }
}

const NONE: Sources = Sources {
    flags: &[],
    environment: &[],
    env_file: "",
    file: "",
};

#[test]
fn the_stronger_source_wins() {
    const ALL: Sources = Sources {
        flags: &[("port", "1")],
        environment: &[("PORT", "2")],
        env_file: "PORT=3",
        file: "port = 4",
    };
    let scenarios = [
        ("flag over all", ALL, "127.0.0.1:1"),
        (
            "environment over files",
            Sources { flags: &[], ..ALL },
            "127.0.0.1:2",
        ),
        (
            ".env over config.toml",
            Sources {
                flags: &[],
                environment: &[],
                ..ALL
            },
            "127.0.0.1:3",
        ),
        (
            "config.toml over the default",
            Sources {
                file: "port = 4",
                ..NONE
            },
            "127.0.0.1:4",
        ),
        ("the default", NONE, "127.0.0.1:32768"),
        (
            "an empty variable gives way",
            Sources {
                environment: &[("PORT", "")],
                ..ALL
            }
            .without_flags(),
            "127.0.0.1:3",
        ),
        (
            "a wrong value that is overruled does not matter",
            Sources {
                environment: &[("PORT", "tcp://10.0.0.1:80")],
                ..ALL
            },
            "127.0.0.1:1",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, sources, expected) in scenarios {
        let config = resolve(folder.path(), sources).unwrap();
        assert_eq!(resolved(&config, "address"), expected, "{name}");
    }
}

impl Sources {
    const fn without_flags(self) -> Self {
        Self { flags: &[], ..self }
    }
}

#[test]
fn values_are_taken_in_every_form_they_are_written_in() {
    let scenarios = [
        ("HOST=localhost", "address", "127.0.0.1:32768"),
        ("HOST=0.0.0.0", "address", "0.0.0.0:32768"),
        ("HOST=::1", "address", "[::1]:32768"),
        ("HOST=[::]", "address", "[::]:32768"),
        (
            "PORT=32768                # Server port",
            "address",
            "127.0.0.1:32768",
        ),
        ("export PORT='8080'", "address", "127.0.0.1:8080"),
        ("PORT=1\nPORT=2", "address", "127.0.0.1:2"),
        ("\u{feff}PORT=7", "address", "127.0.0.1:7"),
        ("LOG_LEVEL=warning", "log_level", "WARNING"),
        ("LOG_EVENTS=Yes", "log_events", "true"),
        ("OMISCOPE_LOG_FORMAT=json", "log_format", "json"),
        ("OMISCOPE_LOG_FILE=omi.log", "log_file", "Some(\"omi.log\")"),
        ("OMISCOPE_LOG_FILE=", "log_file", "None"),
        ("LOG_EVENTS=1", "log_events", "true"),
        ("LOG_EVENTS=0", "log_events", "false"),
        ("OMISCOPE_MAX_BODY=64MiB", "max_body", "67108864"),
        ("OMISCOPE_MAX_BODY='1 kB'", "max_body", "1000"),
        ("OMISCOPE_SILENCE=90", "silence", "90s"),
        ("OMISCOPE_SILENCE='2 min'", "silence", "120s"),
        ("OMISCOPE_ALLOWED_UIDS=b,a", "allowed_uids", "a b"),
        (
            "OMISCOPE_RETENTION_DELIVERIES=2h",
            "retention",
            "Some(7200s) None",
        ),
        (
            "OMISCOPE_RETENTION_DELIVERIES='1GiB, 1d'",
            "retention",
            "Some(86400s) Some(1073741824)",
        ),
        (
            "OMISCOPE_RETENTION_DELIVERIES=0",
            "retention",
            "Some(0ns) None",
        ),
        (
            "OMISCOPE_RETENTION_DELIVERIES=Forever",
            "retention",
            "None None",
        ),
        (
            "OMISCOPE_DATA_DIR=/var/lib/omiscope",
            "data_dir",
            "/var/lib/omiscope",
        ),
        ("WEBHOOK_SECRET=", "webhook_secret", "none"),
        ("WEBHOOK_SECRET='a $b #c'", "webhook_secret", "a $b #c"),
        (
            "OMI_SIGNING_SECRET='whsec_a, whsec_b whsec_c'",
            "signing_secret",
            "whsec_a|whsec_b|whsec_c",
        ),
        ("GREETING=hello there\nPORT=5", "address", "127.0.0.1:5"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (env_file, key, expected) in scenarios {
        let config = resolve(folder.path(), Sources { env_file, ..NONE }).unwrap();
        assert_eq!(resolved(&config, key), expected, "{env_file}");
    }
}

#[test]
fn config_toml_takes_its_own_kinds_of_value() {
    let folder = tempfile::tempdir().unwrap();
    let file = "log_events = true\nallowed_uids = [\"a\", 'b']\nmax_body = 5";
    let config = resolve(folder.path(), Sources { file, ..NONE }).unwrap();
    assert!(config.log.events);
    assert_eq!(resolved(&config, "allowed_uids"), "a b");
    assert_eq!(config.listener.max_body, 5);
    let file = "[retention]\ndeliveries = \"90min\"\nsound = 0";
    let config = resolve(folder.path(), Sources { file, ..NONE }).unwrap();
    assert_eq!(resolved(&config, "retention"), "Some(5400s) None");
    assert_eq!(
        config.storage.retention.sound,
        store::retention::Keep::NOTHING
    );
    let file = "[keys]\nfreeze = [\"F5\", \"ctrl-p\"]\nwearer = []";
    let config = resolve(folder.path(), Sources { file, ..NONE }).unwrap();
    assert_ne!(config.looks.keymap, Keymap::default());
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_its_remedy() {
    let env = |environment| Sources {
        environment,
        ..NONE
    };
    let flag = |flags| Sources { flags, ..NONE };
    let dot = |env_file| Sources { env_file, ..NONE };
    let toml = |file| Sources { file, ..NONE };
    let scenarios = [
        (
            flag(&[("port", "99999")]),
            r#"--port "99999": must be a number from 0 to 65535"#,
        ),
        (
            Sources {
                flags: &[("host", "")],
                ..env(&[("HOST", "::1")])
            },
            r#"--host "": must be an IP address or localhost"#,
        ),
        (
            env(&[("LOG_LEVEL", "loud")]),
            r#"LOG_LEVEL="loud" in the environment: must be DEBUG, INFO, WARNING, ERROR or CRITICAL"#,
        ),
        (
            env(&[("LOG_EVENTS", "maybe\u{1b}[2J")]),
            r#"LOG_EVENTS="maybe\u{1b}[2J" in the environment: must be true, 1, yes, false, 0 or no"#,
        ),
        (
            dot("OMISCOPE_MAX_BODY=0"),
            r#"OMISCOPE_MAX_BODY="0" in {folder}/.env: must be a size such as 64MiB or 500kB, from 1 byte to 1GiB"#,
        ),
        (
            dot("OMISCOPE_DATA_DIR='~/omi'"),
            r#"OMISCOPE_DATA_DIR="~/omi" in {folder}/.env: must be a folder, written without ~"#,
        ),
        (
            toml("silence = 99999999999999999999999"),
            "line 1 of {folder}/config.toml: ",
        ),
        (
            toml("theme = [1]"),
            r#"theme = "[1]" in {folder}/config.toml: must be auto, dark, light, contrast, colour-blind, none or the name of a table [themes.NAME] in config.toml"#,
        ),
        (
            toml("drain_timeout = 1.5"),
            r#"drain_timeout = "1.5" in {folder}/config.toml: must be a time such as 5s, at most 24h"#,
        ),
        (
            toml("\nprot = 1"),
            r#""prot" in {folder}/config.toml: no such setting; there are host, port, webhook_secret, webhook_secret_old, "#,
        ),
        (
            toml("[retention]\nmusic = 1"),
            r#""retention.music" in {folder}/config.toml: no such setting; there are host, "#,
        ),
        (
            flag(&[("retention.sound", "2h, 3h")]),
            r#"--retention-sound "2h, 3h": must be a time such as 30d, a size such as 2GiB, both with a comma"#,
        ),
        (
            dot("OMISCOPE_RETENTION_MEMORIES=7"),
            r#"OMISCOPE_RETENTION_MEMORIES="7" in {folder}/.env: must be a time such as 30d, "#,
        ),
        (
            dot("OMISCOPE_PORT=1"),
            "OMISCOPE_PORT in {folder}/.env: no such setting; there are HOST, PORT, ",
        ),
        (
            flag(&[("signature", "require")]),
            "--signature: there is no secret to check signatures with; set OMI_SIGNING_SECRET",
        ),
        (
            dot("OMISCOPE_SIGNATURE=strict"),
            r#"OMISCOPE_SIGNATURE="strict" in {folder}/.env: must be off, show or require"#,
        ),
        (
            env(&[("OMISCOPE_CONFIG", "/no/such.toml")]),
            "cannot read /no/such.toml: ",
        ),
        (
            env(&[("HOST", "0.0.0.0"), ("WEBHOOK_SECRET", "your_key")]),
            "WEBHOOK_SECRET in the environment: is empty or an example, and others can reach 0.0.0.0; \
             leave it out to have a key made, or set one that only you know",
        ),
        (
            Sources {
                env_file: "WEBHOOK_SECRET=",
                ..env(&[("HOST", "::")])
            },
            "WEBHOOK_SECRET in {folder}/.env: is empty or an example, and others can reach ::; ",
        ),
    ];
    are_refused(&scenarios);
}

#[test]
fn keys_that_cannot_be_are_told_with_their_place_and_the_remedy() {
    let toml = |file| Sources { file, ..NONE };
    are_refused(&[
        (
            toml("[keys]\nserch = \"f\""),
            r#"keys.serch = "f" in {folder}/config.toml: no such action; there are back, close, "#,
        ),
        (
            toml("[keys]\nsearch = [\"F7\", \"F99\"]"),
            r#"keys.search = ["F7", "F99"] in {folder}/config.toml: "F99" is no key; a key is a character, "#,
        ),
        (
            toml("[keys]\nsearch = \"x\""),
            r#"keys.search = "x" in {folder}/config.toml: x is a key of tick too; give one of them another"#,
        ),
        (
            toml("[keys]\nsearch = 7"),
            r#"keys.search = "7" in {folder}/config.toml: must be a key such as "x", or some of them in brackets"#,
        ),
        (
            toml("keys = \"x\""),
            r#"keys = "\"x\"" in {folder}/config.toml: must be a table of actions and their keys"#,
        ),
    ]);
}

/// Each with one line that begins as told.
fn are_refused(scenarios: &[(Sources, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().display().to_string();
    for &(sources, expected) in scenarios {
        let error = resolve(folder.path(), sources).unwrap_err().to_string();
        let error = error
            .replace(&shown, "{folder}")
            .replace("{folder}\\", "{folder}/");
        assert!(error.starts_with(expected), "{error}\n{expected}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let sources = Sources {
        flags: &[("port", "x")],
        environment: &[("HOST", "x"), ("OMISCOPE_X", "x")],
        env_file: "LOG_LEVEL=x",
        file: "x = 1\ntheme = \"x\"",
    };
    let error = resolve(folder.path(), sources).unwrap_err();
    assert_eq!(error.problems.len(), 6, "{error}");
}

#[test]
fn a_key_is_never_told() {
    let long = format!("WEBHOOK_SECRET={}", "hunter2".repeat(60)).leak();
    let scenarios = [
        Sources {
            env_file: "WEBHOOK_SECRET=hunter2 and more",
            ..NONE
        },
        Sources {
            env_file: "\n\nexport WEBHOOK_SECRET='hunter2",
            ..NONE
        },
        Sources {
            env_file: long,
            ..NONE
        },
        Sources {
            environment: &[("WEBHOOK_SECRET", "hunter2\u{7}")],
            ..NONE
        },
        Sources {
            environment: &[("OMI_SIGNING_SECRET", "a b c d e f g h hunter2")],
            ..NONE
        },
        Sources {
            file: "webhook_secret = \"hunter2",
            ..NONE
        },
        Sources {
            file: "webhook_secret = hunter2",
            ..NONE
        },
        Sources {
            file: "webhook_secret = \"\\u0007hunter2\"",
            ..NONE
        },
    ];
    let folder = tempfile::tempdir().unwrap();
    for sources in scenarios {
        let error = resolve(folder.path(), sources).unwrap_err();
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}

#[test]
fn a_key_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let path = file.to_str().unwrap();
    let resolve = |held: &[u8], other: (&str, &str)| {
        fs::write(&file, held).unwrap();
        let environment = [("HOST", "::"), ("WEBHOOK_SECRET_FILE", path), other];
        Config::resolve(
            &Flags::default(),
            &surroundings(folder.path(), &environment),
        )
        .map(|config| resolved(&config, "webhook_secret"))
        .map_err(|error| error.to_string())
    };
    let emptied = ("WEBHOOK_SECRET", "");
    for (held, key) in [("hunter2\n", "hunter2"), (" a b", " a b"), ("k\r\n", "k")] {
        assert_eq!(resolve(held.as_bytes(), emptied).as_deref(), Ok(key));
    }
    let long = "x".repeat(5000);
    let refused: [(&[u8], &str); 4] = [
        (b"\n", "is empty"),
        (b"one\ntwo", "must hold one line of at most 256 characters"),
        (
            long.as_bytes(),
            "must hold one line of at most 256 characters",
        ),
        (b"\xff", "cannot be read: "),
    ];
    let told = |reason: &str, told: Result<String, String>| {
        let expected = format!("WEBHOOK_SECRET_FILE in the environment: {reason}");
        let told = told.unwrap_err();
        assert!(told.starts_with(&expected), "{told}");
    };
    for (held, reason) in refused {
        told(&format!("{path} {reason}"), resolve(held, emptied));
    }
    let example = resolve(b"changeme\n", emptied);
    told("is empty or an example, and others can reach ::", example);
    let both = resolve(b"k", ("WEBHOOK_SECRET", "other"));
    let two = format!("{path} is named, and a key is given as well; leave one of them out");
    told(&two, both);
    fs::remove_file(&file).unwrap();
    let missing = surroundings(folder.path(), &[("WEBHOOK_SECRET_FILE", path)]);
    let missing = Config::resolve(&Flags::default(), &missing).unwrap_err();
    let unread = format!("{path} cannot be read: ");
    told(&unread, Err(missing.to_string()));
}

#[test]
fn a_wrong_line_is_told_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = [
        "# ours\nOTHER=a b\nPORT=1 2\n",
        "PORT=1\n\nPORT 2\n",
        "HOST=::1\nOTHER='not closed\nPORT=1\n",
    ];
    for env_file in scenarios {
        let error = resolve(folder.path(), Sources { env_file, ..NONE }).unwrap_err();
        let expected = format!(
            "line 3 of {}: PORT must be followed by = and a value, in quotes if it has blanks",
            folder.path().join(".env").display()
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn files_that_are_named_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let there = surroundings(folder.path(), &[]);
    let config = Flags {
        config: Some(missing.clone()),
        ..Flags::default()
    };
    let env_file = Flags {
        env_file: Some(missing),
        ..Flags::default()
    };
    for flags in [config, env_file] {
        let error = Config::resolve(&flags, &there).unwrap_err().to_string();
        assert!(error.starts_with("cannot read "), "{error}");
    }
    assert!(Config::resolve(&Flags::default(), &there).is_ok());
}

#[test]
fn no_color_takes_the_colours_unless_a_theme_is_asked_for() {
    let theme = |environment: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = surroundings(folder.path(), environment);
        Config::resolve(&Flags::default(), &surroundings)
            .unwrap()
            .looks
            .theme
    };
    assert_eq!(theme(&[("NO_COLOR", "1")]), ThemeChoice::None);
    assert_eq!(theme(&[("NO_COLOR", "")]), ThemeChoice::Auto);
    assert_eq!(
        theme(&[("NO_COLOR", "1"), ("OMISCOPE_THEME", "dark")]),
        ThemeChoice::Dark
    );
}

#[test]
fn without_a_home_a_data_folder_must_be_named() {
    let homeless = Surroundings::default();
    let error = Config::resolve(&Flags::default(), &homeless).unwrap_err();
    assert!(matches!(error.problems[..], [Problem::NoHome]), "{error}");
    for (key, value) in [("ephemeral", "true"), ("data_dir", "/data")] {
        let flags = Flags {
            settings: vec![(key, value.to_owned())],
            ..Flags::default()
        };
        assert!(Config::resolve(&flags, &homeless).is_ok(), "{key}");
    }
}

#[test]
fn a_theme_of_the_users_own_is_chosen_by_its_name() {
    use ratatui::style::Color;

    use crate::ui::theme::{OwnTheme, Role};
    const FILE: &str = r##"
        theme = "Evening"
        [themes.Evening]
        base = "colorblind"
        accent = "#56b4e9"
        dim = 245
        text = "reset"
        speakers = ["light-blue", 208, "#009E73"]
        heat = [0, 1, 2, 3, 4, 5]
        [themes.other]
    "##;
    let folder = tempfile::tempdir().unwrap();
    let config = resolve(folder.path(), Sources { file: FILE, ..NONE }).unwrap();
    let ThemeChoice::Own(own) = &config.looks.theme else {
        panic!("{:?}", config.looks.theme)
    };
    let expected = OwnTheme {
        base: ThemeChoice::ColourBlind,
        colours: vec![
            (Role::Accent, Color::Rgb(86, 180, 233)),
            (Role::Dim, Color::Indexed(245)),
            (Role::Text, Color::Reset),
        ],
        speakers: vec![
            Color::LightBlue,
            Color::Indexed(208),
            Color::Rgb(0, 158, 115),
        ],
        heat: Some([0, 1, 2, 3, 4, 5].map(Color::Indexed)),
    };
    assert_eq!(**own, expected);

    let other = Sources {
        flags: &[("theme", "other")],
        file: FILE,
        ..NONE
    };
    let config = resolve(folder.path(), other).unwrap();
    assert_eq!(config.looks.theme, ThemeChoice::Own(Arc::default()));
}

#[test]
fn what_is_wrong_with_a_theme_is_told_by_its_field() {
    const COLOUR: &str =
        r##"a colour such as "#56b4e9", 0 to 255, "red", "light-blue" or "reset""##;
    const COLOURS: &str =
        r##"a list of one or more colours such as ["#56b4e9", 208, "light-blue"]"##;
    const STEPS: &str = "a list of six colours, from faint to loud";
    const FIELDS: &str = "one of base, background, text, dim, accent, title, border, good, warn, bad, found, chosen, key, speakers, heat";
    let scenarios = [
        (r#"accent = "puce""#, COLOUR),
        (r##"accent = "#56b4e""##, COLOUR),
        (r##"accent = "#ééé""##, COLOUR),
        ("dim = 256", COLOUR),
        ("dim = -1", COLOUR),
        ("bad = true", COLOUR),
        ("speakers = []", COLOURS),
        (r#"speakers = "red""#, COLOURS),
        (r#"speakers = ["red", "puce"]"#, COLOURS),
        ("heat = [1, 2, 3]", STEPS),
        (
            r#"base = "mine""#,
            "auto, dark, light, contrast, colour-blind or none",
        ),
        ("acent = 1", FIELDS),
        ("accent.colour = 1", COLOUR),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (line, allowed) in scenarios {
        let file = format!("theme = \"mine\"\n[themes.mine]\n{line}\n");
        fs::write(folder.path().join("config.toml"), &file).unwrap();
        let surroundings = surroundings(folder.path(), &[]);
        let error = Config::resolve(&Flags::default(), &surroundings).unwrap_err();
        let told = error.to_string();
        let field = line.split([' ', '.']).next().unwrap();
        assert!(
            told.starts_with(&format!("themes.mine.{field} = ")),
            "{told}"
        );
        let place = folder.path().join("config.toml");
        let end = format!(" in {}: must be {allowed}", place.display());
        assert!(told.ends_with(&end), "{told}");
        assert_eq!(error.problems.len(), 1, "{told}");
    }
    for (file, start) in [
        ("themes = 1", "themes = 1 in "),
        ("[themes]\nmine = 1", "themes.mine = 1 in "),
        ("[themes.Dark]", "themes.Dark = \"Dark\" in "),
    ] {
        fs::write(folder.path().join("config.toml"), file).unwrap();
        let surroundings = surroundings(folder.path(), &[]);
        let error = Config::resolve(&Flags::default(), &surroundings).unwrap_err();
        assert!(error.to_string().starts_with(start), "{error}");
    }
}

#[test]
fn no_program_that_we_start_gets_a_secret() {
    let secret = SETTINGS.iter().filter(|setting| setting.is_secret());
    let mut variables: Vec<_> = secret.map(|setting| setting.env).collect();
    variables.sort_unstable();
    assert_eq!(variables, crate::secret::VARIABLES);
}
