//! What is kept: can it be read, is it whole, how much is it?

use std::time::Duration;

use super::{Finding, Setup, patience::within};
use crate::{
    store::{
        ReadError,
        archive::{Archive, ArchiveError, Stats},
        check::Fault,
    },
    text,
};

/// Longest look at whether a store is whole; a great one takes longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Faults that are told one by one.
const TOLD: usize = 3;

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let (Some(folder), Some(past)) = (setup.folder(), &setup.past) else {
        return Vec::new();
    };
    if let Err(error) = past {
        return vec![unreadable(error)];
    }
    let folder = folder.to_owned();
    let looked = within(PATIENCE, move || {
        let archive = Archive::open(&folder)?;
        Ok::<_, ArchiveError>((archive.stats()?, archive.faults()?))
    });
    match looked {
        Some(Ok((stats, faults))) => {
            let mut findings = vec![whole(&stats)];
            findings.extend(faults.iter().take(TOLD).map(fault));
            let more = faults.len().saturating_sub(TOLD);
            if more > 0 {
                let faults = text::counted(more, "faults");
                findings.push(Finding::fail(
                    "store-faults",
                    format!("{faults} more"),
                    "`omiscope check` tells all",
                ));
            }
            findings
        }
        Some(Err(error)) => vec![unreadable(&error)],
        None => vec![Finding::note(
            "store-not-checked",
            "it can be read, but is too great to be looked through here",
            "`omiscope check` looks through all of it",
        )],
    }
}

fn whole(stats: &Stats) -> Finding {
    let count = |what| {
        let found = stats.counts.iter().find(|(name, _)| *name == what);
        text::grouped(found.map_or(0, |(_, count)| *count as usize))
    };
    let bytes = stats.sizes.iter().map(|(_, bytes)| bytes).sum();
    Finding::ok(
        "store",
        format!(
            "{} deliveries, {} conversations, {} memories in {}",
            count("deliveries"),
            count("conversations"),
            count("memories"),
            text::size(bytes)
        ),
    )
}

fn fault(fault: &Fault) -> Finding {
    if fault.is_of_the_index() {
        return Finding::warn(
            "index-faults",
            fault.to_string(),
            "`omiscope check --repair` has the index made anew",
        );
    }
    Finding::fail(
        "store-faults",
        fault.to_string(),
        "copy the data folder to a safe place, then run `omiscope check --repair`",
    )
}

fn unreadable(error: &ArchiveError) -> Finding {
    match error {
        ArchiveError::Nothing(_) => Finding::ok("store-empty", "nothing is kept yet"),
        ArchiveError::Version { found, known, .. } if found < known => Finding::note(
            "store-older",
            format!("it has format {found}, this program writes {known}"),
            "nothing to do: the next start brings it up",
        ),
        ArchiveError::Version { .. } => Finding::error("store-newer", error),
        ArchiveError::Read(error) if error.is_damage() => damaged(error),
        ArchiveError::Read(error) => Finding::fail(
            "store-unreadable",
            error.to_string(),
            "may this user read and write the files of the data folder?",
        ),
    }
}

fn damaged(error: &ReadError) -> Finding {
    Finding::fail(
        "store-damaged",
        format!("it is damaged: {error}"),
        "copy the data folder to a safe place, then run `omiscope check --repair`, which saves what can be read",
    )
}
