//! The files by which omiscope is run as a server say what the program does: names, ports, folders, times.

use std::{fs, path::PathBuf, time::Duration};

use clap::CommandFactory as _;
use omiscope::{
    cli::Cli,
    command,
    config::{Config, Flags, SETTINGS, Surroundings},
};
use yaml_rust2::{Yaml, YamlLoader};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn path(of: &str) -> PathBuf {
    PathBuf::from(ROOT).join(of)
}

fn read(file: &str) -> String {
    fs::read_to_string(path(file))
        .unwrap()
        .replace("\r\n", "\n")
}

/// Names and values as the settings that they are.
fn resolved(variables: &[(String, String)]) -> Config {
    for (name, _) in variables {
        assert!(SETTINGS.iter().any(|setting| setting.env == name), "{name}");
    }
    let owned = variables
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    let surroundings = Surroundings {
        environment: owned.collect(),
        working_folder: "no such folder".into(),
        ..Surroundings::default()
    };
    Config::resolve(&Flags::default(), &surroundings).unwrap()
}

fn is_a_command(name: &str) -> bool {
    Cli::command().find_subcommand(name).is_some()
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs(text.trim_end_matches('s').parse().unwrap())
}

/// A Dockerfile's instructions with what follows them.
struct Dockerfile(Vec<(String, String)>);

impl Dockerfile {
    fn ours() -> Self {
        let text = read("assets/docker/Dockerfile").replace("\\\n", " ");
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let parts = lines.map(|line| line.split_once(' ').unwrap());
        Self(
            parts
                .map(|(name, rest)| (name.to_owned(), rest.to_owned()))
                .collect(),
        )
    }

    fn all(&self, name: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for (given, rest) in &self.0 {
            if given == name {
                found.push(rest.as_str());
            }
        }
        found
    }

    fn the(&self, name: &str) -> &str {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name}: {all:?}");
        all[0]
    }

    /// `NAME=value` pairs of ENV.
    fn variables(&self) -> Vec<(String, String)> {
        let pairs = self
            .the("ENV")
            .split_whitespace()
            .map(|pair| pair.split_once('=').unwrap());
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// A flag of the health check.
    fn check(&self, flag: &str) -> &str {
        let flag = format!("--{flag}=");
        let mut flags = self.the("HEALTHCHECK").split_whitespace();
        flags.find_map(|given| given.strip_prefix(&flag)).unwrap()
    }
}

/// A list of texts.
fn texts(yaml: &Yaml) -> Vec<&str> {
    yaml.as_vec()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

fn service() -> Yaml {
    let all = YamlLoader::load_from_str(&read("assets/docker/compose.yaml")).unwrap();
    all[0]["services"]["webhook-server"].clone()
}

#[test]
fn the_image_is_built_and_run_as_the_program_wants_it() {
    let file = Dockerfile::ours();
    let compiler = format!("rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
    assert!(file.all("FROM")[0].starts_with(&compiler), "{compiler}");
    assert!(file.the("RUN").contains("--locked --no-default-features"));
    for (_, rest) in &file.0 {
        assert!(!rest.contains("SECRET"), "no key in a layer: {rest}");
    }
    let config = resolved(&file.variables());
    assert!(
        config.listener.host.is_unspecified(),
        "a container is reached from outside"
    );
    assert_eq!(config.listener.port, Config::default().listener.port);
    assert_eq!(file.the("EXPOSE"), config.listener.port.to_string());
    assert_eq!(
        file.the("VOLUME"),
        config.storage.data_dir.to_str().unwrap()
    );
    let user: Vec<u32> = file
        .the("USER")
        .split(':')
        .map(|id| id.parse().unwrap())
        .collect();
    assert!(!user.contains(&0), "{user:?}");
    assert_eq!(file.the("ENTRYPOINT"), r#"["omiscope"]"#);
    assert_eq!(file.the("CMD"), r#"["serve"]"#);
    assert!(
        file.the("HEALTHCHECK")
            .ends_with(r#" CMD ["omiscope", "ping"]"#)
    );
    assert!(is_a_command("serve") && is_a_command("ping"));
    let figures = ["interval", "retries", "start-period"].map(|flag| file.check(flag));
    assert_eq!(figures, ["30s", "3", "5s"]);
}

#[test]
fn what_goes_into_the_image_is_there() {
    let ignore = read(".dockerignore");
    let lines: Vec<_> = ignore
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(
        lines[0], "*",
        "no .env and nothing else that nobody thought of"
    );
    for taken in &lines[1..] {
        let taken = taken.strip_prefix('!').unwrap();
        assert!(path(taken).exists(), "{taken}");
    }
}

#[test]
fn what_is_built_into_the_program_goes_into_the_image() {
    let ignore = read(".dockerignore");
    let taken = |asset: &str| {
        let mut taken = ignore.lines().filter_map(|line| line.strip_prefix('!'));
        taken.any(|taken| asset.starts_with(taken))
    };
    let (mut folders, mut assets) = (vec![path("src")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().path();
            let stem = file.file_stem().unwrap();
            if stem == "tests" {
                // Built in the repository only.
            } else if file.is_dir() {
                folders.push(file);
            } else {
                let text = fs::read_to_string(&file).unwrap_or_default();
                let lines = text.lines().filter(|line| line.contains("include_"));
                let named = lines.filter_map(|line| line.find("assets/").map(|at| &line[at..]));
                assets.extend(named.map(str::to_owned));
            }
        }
    }
    assert!(!assets.is_empty());
    for asset in assets {
        assert!(taken(&asset), "{asset}");
    }
}

#[test]
fn compose_runs_that_image_with_the_settings_of_the_top_folder() {
    let service = service();
    let text = |name: &str| service[name].as_str().unwrap();
    assert_eq!(text("container_name"), "webhook-server");
    assert_eq!(text("restart"), "always");

    let folder = path("assets/docker");
    let build = &service["build"];
    let context = folder.join(build["context"].as_str().unwrap());
    assert_eq!(
        context.canonicalize().unwrap(),
        path("").canonicalize().unwrap()
    );
    assert!(
        context
            .join(build["dockerfile"].as_str().unwrap())
            .is_file()
    );
    let env_file = folder.join(text("env_file"));
    assert_eq!(env_file.file_name().unwrap(), ".env");
    assert_eq!(
        env_file.parent().unwrap().canonicalize().unwrap(),
        path("").canonicalize().unwrap()
    );

    let image = resolved(&Dockerfile::ours().variables());
    let mut variables = Vec::new();
    for (name, value) in service["environment"].as_hash().unwrap() {
        let pair = [name, value].map(|text| text.as_str().unwrap().to_owned());
        variables.push(pair.into());
    }
    let key = variables
        .iter()
        .find(|(name, _): &&(String, String)| name == "WEBHOOK_SECRET");
    assert!(
        key.unwrap().1.starts_with("${WEBHOOK_SECRET:?"),
        "it must be set"
    );
    let config = resolved(&variables);
    assert_eq!(
        (config.address(), &config.storage.data_dir),
        (image.address(), &image.storage.data_dir)
    );
    let default = Config::default();
    let port = image.listener.port;
    let published = format!(
        "${{HOST:-{}}}:${{PORT:-{}}}:{port}",
        default.listener.host, default.listener.port
    );
    assert_eq!(texts(&service["ports"]), [published]);
    assert_eq!(
        texts(&service["volumes"]),
        [format!("data:{}", image.storage.data_dir.display())]
    );
    assert!(seconds(text("stop_grace_period")) > config.listener.drain_timeout);
}

#[test]
fn compose_checks_as_the_image_does_and_takes_what_is_not_needed_away() {
    let service = service();
    let file = Dockerfile::ours();
    let check = &service["healthcheck"];
    assert_eq!(texts(&check["test"]), ["CMD", "omiscope", "ping"]);
    for (ours, theirs) in [
        ("interval", "interval"),
        ("timeout", "timeout"),
        ("start_period", "start-period"),
    ] {
        assert_eq!(check[ours].as_str(), Some(file.check(theirs)), "{ours}");
    }
    assert_eq!(
        check["retries"].as_i64().unwrap().to_string(),
        file.check("retries")
    );

    assert_eq!(service["read_only"].as_bool(), Some(true));
    assert_eq!(texts(&service["cap_drop"]), ["ALL"]);
    assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"]);
    let logging = &service["logging"];
    assert_eq!(logging["driver"].as_str(), Some("json-file"));
    assert_eq!(logging["options"]["max-size"].as_str(), Some("10m"));
    assert_eq!(logging["options"]["max-file"].as_str(), Some("3"));
}

#[test]
fn the_sample_leads_compose_to_its_file_and_gives_no_key_away() {
    let sample = read("assets/env.example");
    let value = |name: &str| {
        let mut lines = sample.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
    };
    assert!(path(value("COMPOSE_FILE").unwrap()).is_file());
    assert_eq!(value("WEBHOOK_SECRET"), Some(""));
    assert!(read(".gitignore").lines().any(|line| line == ".env"));
}

/// The values of a name in the unit, in their order.
fn unit(name: &str) -> Vec<String> {
    let unit = read("assets/systemd/omiscope.service");
    let lines = unit.lines();
    let values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    values.map(str::to_owned).collect()
}

#[test]
fn the_unit_of_systemd_says_what_the_program_does() {
    let start = &unit("ExecStart")[0];
    let (program, command) = start.rsplit_once(' ').unwrap();
    assert_eq!(program, "/usr/local/bin/omiscope");
    assert!(is_a_command(command));
    let folder = format!("%S/{}", unit("StateDirectory")[0]);
    let variables: Vec<_> = [unit("Environment"), unit("#Environment")]
        .concat()
        .iter()
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let names: Vec<_> = variables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["OMISCOPE_DATA_DIR", "WEBHOOK_SECRET_FILE"]);
    assert_eq!(
        resolved(&variables[..1]).storage.data_dir.to_str(),
        Some(&*folder)
    );
    assert_eq!(variables[1].1, "%d/key");
    assert!(unit("#LoadCredential")[0].starts_with("key:"));
    assert_eq!(
        unit("RestartPreventExitStatus"),
        [command::USAGE.to_string()]
    );
    assert!(seconds(&unit("TimeoutStopSec")[0]) > Config::default().listener.drain_timeout);
}
