//! `omiscope rules test`: what rules would do, without doing it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write as _},
    path::Path,
};

use anyhow::Context as _;
use jiff::tz::TimeZone;

use super::UsageError;
use crate::{
    cli::Rules,
    config::{Config, Flags},
    rules::{Obstacle, Rule, RuleEvent, obstacles},
    text::{counted, escaped},
};

pub(super) fn run(flags: &Flags, options: &Rules) -> anyhow::Result<()> {
    let Rules::Test { file } = options;
    let config = Config::load(flags)?;
    if config.rules.is_empty() {
        return Err(
            UsageError::new("there are no rules; a table [[on]] in config.toml is one").into(),
        );
    }
    let from = opened(file).with_context(|| format!("cannot read {}", file.display()))?;
    let zone = TimeZone::system();
    let mut out = io::stdout().lock();
    for Obstacle {
        rule,
        action,
        text,
        remedy,
    } in obstacles(&config.rules, config.address())
    {
        let told = format!("{rule}, {}: {text}; {remedy}", action.name());
        writeln!(out, "warning: {}", escaped(&told))?;
    }
    let (mut events, mut applied) = (0, 0);
    for (at, line) in from.lines().enumerate() {
        let line = line.with_context(|| format!("cannot read {}", file.display()))?;
        if line.trim().is_empty() {
            continue;
        }
        let Some(event) = RuleEvent::of_line(&line) else {
            writeln!(
                out,
                "{}: is no event that `omiscope serve --events` writes",
                at + 1
            )?;
            continue;
        };
        events += 1;
        for rule in config.rules.iter().filter(|rule| rule.matches(&event)) {
            applied += 1;
            let told = told(rule, &event, &zone);
            writeln!(out, "{}: {}: {}", at + 1, rule.name, escaped(&told))?;
        }
    }
    writeln!(
        out,
        "{}, {}; {} one applies",
        counted(config.rules.len(), "rules"),
        counted(events, "events"),
        counted(applied, "times")
    )?;
    Ok(())
}

fn opened(file: &Path) -> io::Result<Box<dyn BufRead>> {
    Ok(if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(file)?))
    })
}

fn told(rule: &Rule, event: &RuleEvent, zone: &TimeZone) -> String {
    let actions = rule.actions.iter();
    let mut told: Vec<_> = actions.map(|action| action.told(event, zone)).collect();
    if let Some(reply) = &rule.reply {
        told.push(format!("answer {:?}", reply.text.fill(event, zone)));
    }
    told.join(", ")
}
