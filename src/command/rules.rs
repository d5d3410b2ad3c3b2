//! `omiscope rules test`: what rules would do, without doing it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use tokio::runtime::Runtime;

use super::UsageError;
use crate::{
    advice::Advice,
    cli::Rules,
    config::{Config, Flags},
    event_lines::EventKind,
    rules::{Posted, PostedError, Rule, RuleEvent, obstacles},
    text::{counted, escaped, pieces},
};

pub(super) fn run(flags: &Flags, options: &Rules) -> anyhow::Result<()> {
    let Rules::Test { file } = options;
    let config = Config::load(flags)?;
    if config.rules.is_empty() {
        return Err(
            UsageError::new("there are no rules; a table [[on]] in config.toml is one").into(),
        );
    }
    let cannot = || format!("cannot read {}", file.display());
    let from = opened(file).with_context(cannot)?;
    let mut out = io::stdout().lock();
    for Advice { found, remedy, .. } in obstacles(&config.rules, config.address()) {
        let told = format!("{found}; {remedy}");
        writeln!(out, "warning: {}", escaped(&told))?;
    }
    let mut trial = Trial {
        rules: &config.rules,
        zone: TimeZone::system(),
        bodies: Bodies::new(config.storage.silence)?,
        events: 0,
        applied: 0,
        foreign: 0,
        out: &mut out,
    };
    let lines = from.lines().map(|line| {
        let line = line.map_err(anyhow::Error::new);
        line.with_context(cannot)
    });
    pieces(lines, |at, piece| trial.piece(at, piece))?;
    let (events, applied, foreign) = (trial.events, trial.applied, trial.foreign);
    writeln!(
        out,
        "{}, {}; {} one applies",
        counted(config.rules.len(), "rules"),
        counted(events, "events"),
        counted(applied, "times")
    )?;
    if foreign > 0 {
        bail!("neither events nor what Omi posts: {foreign} of what was read");
    }
    Ok(())
}

/// Rules, held against one thing after another.
struct Trial<'a> {
    rules: &'a [Rule],
    zone: TimeZone,
    bodies: Bodies,
    events: usize,
    applied: usize,
    /// What is neither an event nor of Omi.
    foreign: usize,
    out: &'a mut dyn Write,
}

impl Trial<'_> {
    /// Tells what would be done for an event, or for those of a webhook body, that begins in a line of the file.
    fn piece(&mut self, at: usize, piece: &str) -> anyhow::Result<()> {
        if let Some(event) = RuleEvent::of_line(piece) {
            return self.event(at, &event);
        }
        match self.bodies.events(piece)? {
            Ok(events) => events.iter().try_for_each(|event| self.event(at, event)),
            Err(why) => {
                self.foreign += 1;
                writeln!(
                    self.out,
                    "{at}: is neither an event of `omiscope serve --events` nor what Omi posts: {}",
                    escaped(&why)
                )?;
                Ok(())
            }
        }
    }

    fn event(&mut self, at: usize, event: &RuleEvent) -> anyhow::Result<()> {
        self.events += 1;
        for rule in self.rules.iter().filter(|rule| rule.matches(event)) {
            self.applied += 1;
            let told = told(rule, event, &self.zone);
            writeln!(self.out, "{at}: {}: {}", rule.name, escaped(&told))?;
        }
        Ok(())
    }
}

/// Webhook bodies, taken one after another.
struct Bodies {
    runtime: Runtime,
    posted: Posted,
}

impl Bodies {
    fn new(silence: Duration) -> anyhow::Result<Self> {
        let runtime = Runtime::new()?;
        let within = runtime.enter();
        let posted = Posted::new(silence)?;
        drop(within);
        Ok(Self { runtime, posted })
    }

    /// What a body tells, or why nothing. The listener keeps any JSON; but what is no object and of no form we know is nobody's event.
    fn events(&mut self, body: &str) -> anyhow::Result<Result<Vec<RuleEvent>, String>> {
        let is_unknown = |event: &RuleEvent| event.kind() == EventKind::Unknown;
        match self.runtime.block_on(self.posted.events(body)) {
            Ok(events) if !body.trim_start().starts_with('{') && events.iter().all(is_unknown) => {
                Ok(Err("it is no JSON object".to_owned()))
            }
            Ok(events) => Ok(Ok(events)),
            Err(PostedError::Refused(why)) => Ok(Err(why.to_string())),
            Err(error) => Err(error.into()),
        }
    }
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
