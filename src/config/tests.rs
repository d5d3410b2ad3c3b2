use super::*;

/// Sources of settings and what comes of them.
#[derive(Default)]
struct Sources {
    flags: &'static [(&'static str, &'static str)],
    environment: &'static [(&'static str, &'static str)],
    env_file: &'static str,
    toml: &'static str,
}

impl Sources {
    fn resolve(&self) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), self.env_file).unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, self.toml).unwrap();
        let flags = Flags {
            config: Some(file),
            env_file: None,
            values: self
                .flags
                .iter()
                .map(|(key, value)| (*key, (*value).to_owned()))
                .collect(),
        };
        let environment: Vec<_> = self
            .environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let folder_name = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
        Config::resolve(&flags, &environment, folder.path())
            .map_err(|error| error.to_string().replace(&folder_name, ""))
    }
}

#[test]
fn each_layer_wins_over_the_ones_below() {
    let all = Sources {
        flags: &[("port", "1")],
        environment: &[("PORT", "2"), ("HOST", "0.0.0.0")],
        env_file: "PORT=3\nHOST=localhost\nLOG_LEVEL=error\nUNRELATED=x\n",
        toml: "port = 4\nlog_level = 'debug'\nsilence = 90\n",
    };
    let config = all.resolve().unwrap();
    assert_eq!(config.address().to_string(), "0.0.0.0:1");
    assert_eq!(config.log_level, LogLevel::Error);
    assert_eq!(config.silence, Duration::from_secs(90));
    assert_eq!(config.max_body, 64 << 20);
}

#[test]
fn values_are_read_in_all_their_forms() {
    let config = Sources {
        environment: &[
            ("LOG_EVENTS", "YES"),
            ("OMISCOPE_MAX_BODY", "2MiB"),
            ("HOST", "::1"),
            ("WEBHOOK_SECRET", ""),
        ],
        toml: "allowed_uids = ['a', 'b']\nmax_connections = 7\nascii = true\ntheme = 'light'\n",
        ..Sources::default()
    }
    .resolve()
    .unwrap();
    assert!(config.log_events && config.ascii && config.secret.is_none());
    assert_eq!(
        (
            config.max_body,
            config.max_connections,
            config.allowed_uids.len()
        ),
        (2 << 20, 7, 2)
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_is_allowed() {
    let cases = [
        (
            Sources {
                environment: &[("PORT", "99999")],
                ..Sources::default()
            },
            "environment: port = '99999' is not allowed; port must be a number from 0 to 65535",
        ),
        (
            Sources {
                toml: "log_events = 'maybe'",
                ..Sources::default()
            },
            "config.toml: log_events = 'maybe' is not allowed; log_events must be true, 1, yes, false, 0 or no",
        ),
        (
            Sources {
                toml: "prot = 1",
                ..Sources::default()
            },
            "config.toml: unknown key 'prot'; known are host, port,",
        ),
        (
            Sources {
                env_file: "OMISCOPE_PORT=1",
                ..Sources::default()
            },
            ".env: unknown variable 'OMISCOPE_PORT'; known are HOST, PORT,",
        ),
        (
            Sources {
                env_file: "WEBHOOK_SECRET='a\tb'",
                ..Sources::default()
            },
            ".env: webhook_secret = '***' is not allowed; webhook_secret must be a text without control characters",
        ),
        (
            Sources {
                flags: &[("host", "0.0.0.0")],
                environment: &[("WEBHOOK_SECRET", "YOUR_KEY")],
                ..Sources::default()
            },
            "WEBHOOK_SECRET is a placeholder, and 0.0.0.0 can be reached by others",
        ),
        (
            Sources {
                environment: &[("HOST", "0.0.0.0"), ("WEBHOOK_SECRET", "")],
                ..Sources::default()
            },
            "environment: webhook_secret = '***' is not allowed",
        ),
        (
            Sources {
                toml: "port = [",
                ..Sources::default()
            },
            "config.toml: TOML parse error",
        ),
    ];
    for (sources, expected) in cases {
        let fault = sources.resolve().unwrap_err();
        assert!(fault.contains(expected), "{fault}\nshould hold\n{expected}");
    }
}

#[test]
fn all_faults_are_said_at_once() {
    let fault = Sources {
        environment: &[("PORT", "x")],
        toml: "a = 1\nb = 2",
        ..Sources::default()
    }
    .resolve()
    .unwrap_err();
    assert_eq!(fault.lines().count(), 3, "{fault}");
}

#[test]
fn the_sample_settings_are_the_defaults() {
    let sample = include_str!("../../assets/config.toml");
    let lines: Vec<_> = sample
        .lines()
        .filter_map(|line| line.strip_prefix("#: "))
        .collect();
    let uncommented = lines.join("\n");
    assert_eq!(
        uncommented.lines().count(),
        setting::SETTINGS.len() - 2,
        "all but webhook_secret and data_dir"
    );
    let mut faults = Vec::new();
    let mut config = Config::default();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, uncommented).unwrap();
    Layer::from_toml(&file, layer::Missing::Refused, &mut faults)
        .unwrap()
        .apply(&mut config, &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
}
