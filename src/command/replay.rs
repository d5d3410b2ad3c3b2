//! `omiscope replay`: what was delivered, once more, to another receiver or to a dashboard of its own.

use std::io::{self, Write as _};

use jiff::{Timestamp, tz::TimeZone};

use super::{UsageError, demo, keys, on_runtime};
use crate::{
    cli,
    config::{Config, Flags},
    event::{ConversationId, Uid},
    logging::{self, Destination},
    losses::LossCounter,
    replay::batch::{Batch, End, Pace, Sent, Summary},
    shutdown,
    store::archive::{Archive, Selection},
    text::{self, counted},
    ui::Staged,
    webhook_url::WebhookUrl,
};

pub(super) fn run(flags: &Flags, options: &cli::Replay) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let archive = Archive::open(&config.storage.data_dir)?;
    let selection = selection(options)?;
    let keys = keys::known(&config)?;
    let batch = |target| Batch {
        selection: selection.clone(),
        kinds: options.kinds.clone(),
        pace: Pace {
            speed: options.speed,
            longest_pause: options.longest_pause.unsigned_abs(),
        },
        target,
        keys: keys.clone(),
    };
    let Some(to) = &options.to else {
        let summary = demo::staged(flags, Staged::Replay, |target, shutdown| {
            let batch = batch(target);
            async move { batch.send(archive, &shutdown, |_| anyhow::Ok(())).await }
        })?;
        return finish(&summary);
    };
    let target =
        WebhookUrl::parse(to).map_err(|error| UsageError::new(format!("--to: {error}")))?;
    let _log = logging::start(
        Destination::Stderr,
        config.log.level,
        LossCounter::default(),
    )?;
    let summary = on_runtime(async {
        let shutdown = shutdown::on_signals(|| ())?;
        let batch = batch(target);
        batch
            .send(archive, &shutdown, |sent| line(sent, options.quiet))
            .await
    })?;
    finish(&summary)
}

fn selection(options: &cli::Replay) -> Result<Selection, UsageError> {
    let uid = options.uid.as_deref().map(Uid::parse).transpose();
    Ok(Selection {
        conversation: options.conversation.map(ConversationId),
        since: options.since.or(options.day),
        until: options.until.or(options.day.and_then(next_midnight)),
        uid: uid.map_err(|error| UsageError::new(format!("--uid: {error}")))?,
        starred: false,
    })
}

/// When the day of a time ends.
fn next_midnight(time: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::system();
    let tomorrow = zone.to_datetime(time).date().tomorrow().ok()?;
    zone.to_timestamp(tomorrow.at(0, 0, 0, 0)).ok()
}

fn line(sent: &Sent, quiet: bool) -> anyhow::Result<()> {
    if !quiet {
        let zone = TimeZone::system();
        let clock = zone
            .to_datetime(sent.received)
            .strftime("%Y-%m-%d %H:%M:%S");
        let (seq, kind) = (sent.seq.0, sent.kind.name());
        let came = text::neutral(&sent.came);
        writeln!(io::stdout(), "{clock} #{seq} {kind}: {came}")?;
    }
    Ok(())
}

fn in_words(summary: &Summary) -> String {
    let others = [
        (summary.refused, "refused"),
        (summary.unanswered, "not answered"),
        (
            summary.unsendable,
            "not sent, for too little of them is kept",
        ),
    ];
    let end = match summary.end {
        End::Complete => "",
        End::Interrupted => "interrupted; ",
        End::Unreached => "given up, for nobody can be reached there; ",
    };
    let taken = counted(summary.taken, "deliveries");
    let mut words = format!("{end}{taken} taken");
    for (count, how) in others {
        if count > 0 {
            words = format!("{words}, {count} {how}");
        }
    }
    words
}

fn finish(summary: &Summary) -> anyhow::Result<()> {
    if *summary == Summary::default() {
        anyhow::bail!("nothing that was asked for is kept");
    }
    if summary.refused + summary.unanswered > 0 {
        anyhow::bail!("{}", in_words(summary));
    }
    super::tell(format_args!("{}", in_words(summary)));
    Ok(())
}
