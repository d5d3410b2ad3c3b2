//! `omiscope simulate`: a simulated wearer that posts to a server of the user's, a day or single deliveries.

use std::io::{self, Write as _};

use anyhow::bail;

use super::{UsageError, on_runtime};
use crate::{
    cli::{self, ALL, Simulate},
    config::{Config, Flags},
    event::Uid,
    logging::{self, Destination, LogLevel},
    losses::LossCounter,
    shutdown,
    simulate::{
        Wearer,
        trial::{ERAS, FAULTS, KINDS, Trial},
    },
    text::counted,
    webhook_url::WebhookUrl,
};

pub(super) fn run(flags: &Flags, options: &Simulate) -> anyhow::Result<()> {
    let _log = logging::start(Destination::Stderr, LogLevel::Info, LossCounter::default())?;
    Uid::parse(&options.uid).map_err(|error| UsageError::new(format!("--uid: {error}")))?;
    let target = WebhookUrl::parse(&options.to)
        .map_err(|error| UsageError::new(format!("--to: {error}")))?;
    if options.trial != cli::Trial::default() {
        return attempt(&trial(flags, options, target)?, options.trial.json);
    }
    let wearer = Wearer {
        target,
        uid: options.uid.clone(),
        speed: options.script.speed,
        seed: options.script.seed,
    };
    on_runtime(async {
        let shutdown = shutdown::on_signals(|| ())?;
        tracing::info!("posting a simulated day; Ctrl-C ends it");
        Ok(wearer.run(shutdown).await?)
    })
}

fn trial(flags: &Flags, options: &Simulate, target: WebhookUrl) -> anyhow::Result<Trial> {
    let asked = &options.trial;
    let trial = Trial {
        target,
        uid: options.uid.clone(),
        seed: options.script.seed,
        signing_secret: Config::load(flags)?.signing_secrets.into_iter().next(),
        kinds: named(&asked.kinds, ALL, &KINDS, |kind| (kind.name, kind.alias())),
        eras: named(&asked.eras, "e6", &ERAS, |era| (era.name, None)),
        faults: named(&asked.faults, "none", &FAULTS, |fault| (fault.name, None)),
        count: asked.count.unwrap_or(1),
        rate: asked.rate,
        once: asked.once,
    };
    if trial.cases().next().is_none() {
        let why = "none of these kinds, eras and faults go together; a fault of the key needs a key in --to, one of \
                   the signature OMI_SIGNING_SECRET and --era e6; see omiscope simulate --help";
        return Err(UsageError::new(why).into());
    }
    Ok(trial)
}

/// The rows of these names, or other names, in the order of the table.
fn named<T>(
    asked: &[String],
    default: &'static str,
    table: &'static [T],
    names: impl Fn(&T) -> (&'static str, Option<&'static str>),
) -> Vec<&'static T> {
    let means = |text: &str, row: &T| {
        let (name, alias) = names(row);
        text == ALL || text == name || Some(text) == alias
    };
    let is_asked = |row: &&'static T| match asked {
        [] => means(default, row),
        asked => asked.iter().any(|text| means(text, row)),
    };
    table.iter().filter(is_asked).collect()
}

/// Posts all of it. An error if an answer was not right.
fn attempt(trial: &Trial, json: bool) -> anyhow::Result<()> {
    let tally = on_runtime(async {
        let shutdown = shutdown::on_signals(|| ())?;
        let tally = trial.run(&shutdown, |attempt| {
            let mut out = io::stdout().lock();
            if json {
                out.write_all(attempt.json_line()?.as_bytes())?;
            } else {
                writeln!(out, "{attempt}")?;
            }
            anyhow::Ok(())
        });
        tally.await
    })?;
    let deliveries = tally.right + tally.wrong + tally.open;
    if tally.wrong > 0 {
        bail!(
            "answers that no right receiver gives: {} of {deliveries}",
            tally.wrong
        );
    }
    if tally.open > 0 {
        bail!(
            "answers that tell nothing, for the receiver was asked too often: {} of {deliveries}; ask less often with --rate",
            tally.open
        );
    }
    super::tell(format_args!(
        "{} in {}, all answered as a right receiver would",
        counted(deliveries, "deliveries"),
        counted(tally.posts, "posts")
    ));
    Ok(())
}
