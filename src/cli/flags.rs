use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, ValueHint, builder::ValueParser};

use crate::config::{Flag, Flags, SETTINGS, Setting};

const HEADING: &str = "Settings";
const CONFIG: &str = "config";
const ENV_FILE: &str = "env-file";

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let files = [
            file(CONFIG, "Read this file instead of the user's config.toml"),
            file(
                ENV_FILE,
                "Read this file instead of .env in the working folder",
            ),
        ];
        command
            .args(files)
            .args(SETTINGS.iter().filter_map(argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |setting: &Setting| match setting.flag {
            Flag::Secret => None,
            Flag::Value(..) | Flag::Switch(_) => matches.get_one::<String>(setting.key),
        };
        Ok(Self {
            config: matches.get_one::<PathBuf>(CONFIG).cloned(),
            env_file: matches.get_one::<PathBuf>(ENV_FILE).cloned(),
            settings: SETTINGS
                .iter()
                .filter_map(|setting| Some((setting.key, text(setting)?.clone())))
                .collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("FILE")
        .help(help)
        .help_heading(HEADING)
        .value_parser(ValueParser::path_buf())
        .global(true)
}

fn argument(setting: &'static Setting) -> Option<Arg> {
    let argument = Arg::new(setting.key)
        .long(setting.flag_name())
        .help(setting.help)
        .help_heading(HEADING)
        .global(true);
    match setting.flag {
        Flag::Secret => None,
        Flag::Value(_, name) => Some(argument.value_name(name).value_hint(match name {
            "FILE" => ValueHint::FilePath,
            "FOLDER" => ValueHint::DirPath,
            _ => ValueHint::Other,
        })),
        Flag::Switch(_) => Some(
            argument
                .value_name("true|false")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true"),
        ),
    }
}
