//! `omiscope stats`: how much is kept.

use std::io::{self, Write as _};

use jiff::{SignedDuration, tz::TimeZone};

use crate::{
    config::{Config, Flags},
    store::archive::Archive,
    text,
};

pub(super) fn run(flags: &Flags) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let stats = Archive::open(&config.storage.data_dir)?.stats()?;
    let mut out = io::stdout().lock();
    for (what, count) in &stats.counts {
        writeln!(out, "{what:<16}{count:>12}")?;
    }
    let heard = SignedDuration::try_from_secs_f64(stats.sound_seconds.round()).unwrap_or_default();
    writeln!(
        out,
        "{:<16}{:>12}",
        "sound heard",
        format!("{}h {:02}m", heard.as_hours(), heard.as_mins() % 60)
    )?;
    if let Some((oldest, newest)) = stats.span {
        let day = |at| {
            TimeZone::system()
                .to_datetime(at)
                .strftime("%Y-%m-%d %H:%M")
        };
        writeln!(out, "{:<16}{} to {}", "from", day(oldest), day(newest))?;
    }
    let whole: u64 = stats.sizes.iter().map(|(_, bytes)| bytes).sum();
    writeln!(out, "\n{:<16}{:>12}", "on disk", text::size(whole))?;
    for (kind, bytes) in &stats.sizes {
        writeln!(out, "  {kind:<14}{:>12}", text::size(*bytes))?;
    }
    Ok(())
}
