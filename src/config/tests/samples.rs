use std::fs;

use super::{super::*, surroundings};

/// What a user gets who takes the `#` away from every setting of a sample.
fn uncommented(sample: &str) -> String {
    let setting = |line: &str| {
        line.strip_prefix("# ")
            .filter(|l| l.contains('='))
            .map(str::to_owned)
    };
    sample
        .lines()
        .map(|line| setting(line).unwrap_or_else(|| line.to_owned()) + "\n")
        .collect()
}

#[test]
fn the_samples_name_every_setting_and_give_the_defaults() {
    const TOML: &str = include_str!("../../../assets/config.toml");
    const ENV: &str = include_str!("../../../assets/env.example");
    let folder = tempfile::tempdir().unwrap();
    let resolve = |file: &str, env_file: &str| {
        fs::write(folder.path().join("config.toml"), file).unwrap();
        fs::write(folder.path().join(".env"), env_file).unwrap();
        let mut surroundings = surroundings(folder.path(), &[]);
        surroundings.data_dir = Some("/home/you/.local/share/omiscope".into());
        format!(
            "{:?}",
            Config::resolve(&Flags::default(), &surroundings).unwrap()
        )
    };
    let defaults = resolve("", "");
    assert_eq!(resolve(TOML, ENV), defaults, "as they are");
    assert_eq!(
        resolve(&uncommented(TOML), ""),
        defaults,
        "config.toml in full"
    );
    assert_eq!(
        resolve("", &uncommented(ENV)),
        defaults,
        "env.example in full"
    );
    for setting in &SETTINGS {
        // A setting of a table stands under the table's own line.
        let name = setting.key.rsplit('.').next().unwrap();
        let line = format!("\n{name} = ");
        assert!(uncommented(TOML).contains(&line), "{}", setting.key);
        let line = format!("\n{}=", setting.env);
        assert!(uncommented(ENV).contains(&line), "{}", setting.env);
    }
}

#[test]
fn the_readme_names_every_setting() {
    const README: &str = include_str!("../../../README.md");
    for setting in &SETTINGS {
        let flag = match setting.flag_name() {
            "" => " ".to_owned(),
            name => format!(" `--{name}` "),
        };
        let row = format!("| `{}` |{flag}|", setting.env);
        assert!(README.contains(&row), "{row}");
    }
}

#[test]
fn the_sample_of_a_theme_is_one() {
    const TOML: &str = include_str!("../../../assets/config.toml");
    let theme: String = TOML
        .lines()
        .skip_while(|line| !line.starts_with("#[themes."))
        .filter_map(|line| line.strip_prefix('#'))
        .flat_map(|line| [line, "\n"])
        .collect();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.toml"), &theme).unwrap();
    let config = Config::resolve(&Flags::default(), &surroundings(folder.path(), &[])).unwrap();
    let own = config.looks.own_themes.values().next().unwrap();
    assert!(own.colours.len() == 12 && own.heat.is_some(), "{own:?}");
}

#[test]
fn what_the_help_calls_a_default_is_it() {
    const IN_WORDS: [&str; 5] = [
        "webhook_secret",
        "webhook_secret_old",
        "data_dir",
        "allowed_uids",
        "output_device",
    ];
    let shown = |config: &Config| {
        let Config {
            listener,
            storage,
            log,
            looks,
            sound,
            tunnel,
            ..
        } = config;
        format!(
            "{listener:?} {storage:?} {log:?} {sound:?} {tunnel:?} {:?}",
            looks.theme
        )
    };
    let told = SETTINGS
        .iter()
        .map(|setting| (setting, setting.default_text()));
    let told = told.filter(|(setting, text)| !text.is_empty() && !IN_WORDS.contains(&setting.key));
    for (setting, text) in told {
        let mut config = Config::default();
        assert!((setting.apply)(&mut config, text), "{}", setting.key);
        assert_eq!(shown(&config), shown(&Config::default()), "{}", setting.key);
    }
}
