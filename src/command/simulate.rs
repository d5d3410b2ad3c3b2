//! `omiscope simulate`: a simulated wearer that posts to a server of the user's, a day or single deliveries.

use std::{
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::bail;
use jiff::ZonedDateTime;

use super::{UsageError, on_runtime};
use crate::{
    cli::{self, ALL, Simulate},
    config::{Config, Flags},
    event::Uid,
    logging::{self, Destination, LogLevel},
    losses::LossCounter,
    secret::Secret,
    shutdown,
    simulate::{
        Outcome, Posted, Wearer,
        trial::{ERAS, FAULTS, KINDS, Kind, Trial},
    },
    text::{counted, neutral},
    webhook_url::WebhookUrl,
};

/// The fault that is none.
const NONE: &str = "none";

pub(super) fn run(flags: &Flags, options: &Simulate) -> anyhow::Result<()> {
    let _log = logging::start(Destination::Stderr, LogLevel::Info, LossCounter::default())?;
    Uid::parse(&options.uid).map_err(|error| UsageError::new(format!("--uid: {error}")))?;
    let target = WebhookUrl::parse(&options.to)
        .map_err(|error| UsageError::new(format!("--to: {error}")))?;
    let seed = match options.script.seed {
        Some(seed) => seed,
        None => u64::from(getrandom::u32()?),
    };
    // Another receiver may well have it so.
    if let Some(why) = target.without_path() {
        super::tell(format_args!("--to {target}: {why}"));
    }
    if options.trial != cli::Trial::default() {
        return attempt(&trial(flags, options, target, seed)?, options.trial.json);
    }
    let wearer = Wearer {
        target,
        uid: options.uid.clone(),
        speed: options.script.speed,
        seed,
        signing_secret: signing_secret(flags)?,
    };
    super::tell(format_args!(
        "posting a simulated day; Ctrl-C ends it, and --seed {seed} posts the same again"
    ));
    live(wearer)
}

/// How many deliveries of a day ended how.
#[derive(Debug, Default)]
struct Tally {
    taken: AtomicUsize,
    refused: AtomicUsize,
    unanswered: AtomicUsize,
    dropped: AtomicUsize,
}

impl Tally {
    fn count(&self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Taken(_) => &self.taken,
            Outcome::Refused(..) => &self.refused,
            Outcome::NoAnswer(_) => &self.unanswered,
            Outcome::Dropped => &self.dropped,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether nobody has ever answered, however often Omi would have tried.
    fn is_hopeless(&self) -> bool {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        of(&self.unanswered) > 0 && of(&self.taken) + of(&self.refused) == 0
    }

    /// What went wrong, in words, behind what was taken.
    fn told(&self) -> (String, bool) {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let wrong = [
            (of(&self.refused), "refused"),
            (of(&self.unanswered), "not answered"),
            (
                of(&self.dropped),
                "dropped, for nobody took the ones before",
            ),
        ];
        let wrong: Vec<_> = wrong
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, how)| format!(", {count} {how}"))
            .collect();
        let taken = counted(of(&self.taken), "deliveries");
        (format!("{taken} taken{}", wrong.concat()), wrong.is_empty())
    }
}

/// Posts days until it is asked to end, or the first delivery is given up unanswered. An error if a delivery was not taken.
fn live(wearer: Wearer) -> anyhow::Result<()> {
    let tally = Arc::new(Tally::default());
    let counted = Arc::clone(&tally);
    let lived = on_runtime(async {
        let shutdown = shutdown::on_signals(|| ())?;
        let ended = shutdown.clone();
        let tell = move |posted: Posted| {
            if posted.again.is_none() {
                counted.count(&posted.outcome);
            }
            // Whoever reads may have stopped; then there is nobody to post for, either.
            if line(&posted).is_err() || counted.is_hopeless() {
                ended.cancel();
            }
        };
        Ok(wearer.run(shutdown, tell).await?)
    });
    lived?;
    match tally.told() {
        (told, true) => super::tell(format_args!("{told}")),
        (told, false) if tally.is_hopeless() => bail!("given up, for nobody answers there; {told}"),
        (told, false) => bail!("{told}"),
    }
    Ok(())
}

fn line(posted: &Posted) -> io::Result<()> {
    let clock = ZonedDateTime::now().strftime("%H:%M:%S");
    let came = match &posted.outcome {
        Outcome::Taken(took) => format!("taken after {} ms", took.as_millis()),
        Outcome::Refused(status, said) => format!("{status}: {}", neutral(said)),
        Outcome::NoAnswer(why) => neutral(why).into_owned(),
        Outcome::Dropped => "dropped: nobody takes the ones before it".to_owned(),
    };
    let again = posted.again.map(|again| format!("; {again}"));
    let (kind, again) = (posted.kind.name(), again.unwrap_or_default());
    writeln!(io::stdout(), "{clock} {kind}: {came}{again}")
}

fn trial(
    flags: &Flags,
    options: &Simulate,
    target: WebhookUrl,
    seed: u64,
) -> anyhow::Result<Trial> {
    let asked = &options.trial;
    let trial = Trial {
        target,
        uid: options.uid.clone(),
        seed,
        signing_secret: signing_secret(flags)?,
        kinds: named(&asked.kinds, ALL, &KINDS, |kind| (kind.name, kind.alias())),
        eras: named(&asked.eras, "e6", &ERAS, |era| (era.name, None)),
        faults: named(&asked.faults, NONE, &FAULTS, |fault| (fault.name, None)),
        count: asked.count.unwrap_or(1),
        rate: asked.rate,
        once: asked.once,
    };
    if trial.cases().next().is_none() {
        return Err(UsageError::new(misfit(&trial)).into());
    }
    Ok(trial)
}

/// The one that Omi would sign with.
fn signing_secret(flags: &Flags) -> anyhow::Result<Option<Secret>> {
    Ok(Config::load(flags)?.secrets.signing.into_iter().next())
}

/// Why nothing is left of what was asked for.
fn misfit(trial: &Trial) -> String {
    let is_of = |kind: &&&Kind| trial.eras.iter().any(|era| kind.is_of(era));
    if let [kind] = *trial.kinds
        && !is_of(&&kind)
    {
        let eras = ERAS.iter().filter(|era| kind.is_of(era));
        let eras = listed(eras.map(|era| era.name));
        return format!("{} is posted in {eras} only", kind.name);
    }
    let odd = trial.faults.iter().filter(|fault| fault.name != NONE);
    if let [fault] = *odd.collect::<Vec<_>>() {
        let fit = |key, signing| {
            let eras = || ERAS.iter();
            let fits =
                move |kind: &&'static Kind| eras().any(|era| fault.fits(kind, era, key, signing));
            KINDS.iter().filter(fits).map(|kind| kind.name)
        };
        let name = fault.name;
        if fit(false, false).next().is_some() {
            return format!("{name} goes with {}", listed(fit(false, false)));
        }
        if fit(true, false).next().is_some() {
            return format!("{name} needs a key in --to: ?key=KEY");
        }
        return format!("{name} needs OMI_SIGNING_SECRET and --era e6");
    }
    "none of these kinds, eras and faults go together; see omiscope simulate --help".to_owned()
}

fn listed(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hyper::StatusCode;

    use super::*;

    #[test]
    fn a_day_is_given_up_where_its_first_delivery_found_nobody() {
        let unanswered = || Outcome::NoAnswer("nobody listens there".to_owned());
        let refused = Outcome::Refused(StatusCode::UNAUTHORIZED, String::new());
        for (outcomes, is_hopeless) in [
            (vec![], false),
            (vec![unanswered()], true),
            (vec![Outcome::Taken(Duration::ZERO), unanswered()], false),
            (vec![refused, unanswered()], false),
        ] {
            let tally = Tally::default();
            for outcome in &outcomes {
                tally.count(outcome);
            }
            assert_eq!(tally.is_hopeless(), is_hopeless, "{outcomes:?}");
        }
    }
}
