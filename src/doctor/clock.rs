//! Does the clock go right? Told without a network: by what this machine says, and by what was delivered.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Finding, Setup, patience::said_by, setup::Past};

/// Clocks that differ by less are taken for the same; Omi's signatures allow five minutes.
const SLACK: SignedDuration = SignedDuration::from_mins(2);
/// A program is not built ahead of its time, but in another time zone perhaps.
const BUILT: SignedDuration = SignedDuration::from_hours(24);

const REMEDY: &str = "set the clock of this machine, best by NTP (`timedatectl set-ntp true`)";

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let zone = TimeZone::system();
    let now = zone.to_datetime(setup.now).strftime("%Y-%m-%d %H:%M:%S");
    let zone = zone.iana_name().unwrap_or("of this machine");
    let past = setup.past.as_ref().and_then(|past| past.as_ref().ok());
    let wrong = [
        past.and_then(|past| before_deliveries(past, setup.now)),
        past.and_then(behind_omi),
        before_build(setup.now),
        unsynchronised(said_by(
            "timedatectl",
            &["show", "--property=NTPSynchronized", "--value"],
        )),
    ];
    let mut findings: Vec<_> = wrong.into_iter().flatten().collect();
    if findings.is_empty() {
        findings.push(Finding::ok("clock", format!("{now}, time zone {zone}")));
    }
    findings
}

/// The clock was ahead once, or is behind now.
fn before_deliveries(past: &Past, now: Timestamp) -> Option<Finding> {
    let received = past
        .deliveries
        .iter()
        .map(|(delivery, _)| delivery.received);
    let ahead = received.max()?.duration_since(now);
    (ahead > SLACK).then(|| {
        let minutes = ahead.as_mins();
        Finding::warn(
            "clock-went-back",
            format!("the newest delivery is dated {minutes} min ahead of now"),
            REMEDY,
        )
    })
}

/// A memory arrives after it was made.
fn behind_omi(past: &Past) -> Option<Finding> {
    let newest = past.monitor.memories().iter().max_by_key(|kept| kept.id)?;
    let behind = newest.memory.created_at?.duration_since(newest.arrived);
    (behind > SLACK).then(|| {
        let minutes = behind.as_mins();
        Finding::warn(
            "clock-behind",
            format!("the newest memory arrived {minutes} min before Omi made it"),
            REMEDY,
        )
    })
}

fn before_build(now: Timestamp) -> Option<Finding> {
    let program = std::env::current_exe().ok()?;
    let built = program.metadata().ok()?.modified().ok()?;
    let built = Timestamp::try_from(built).ok()?;
    (built.duration_since(now) > BUILT).then(|| {
        Finding::warn(
            "clock-behind",
            "it is before the day on which this program was built",
            REMEDY,
        )
    })
}

fn unsynchronised(said: Option<String>) -> Option<Finding> {
    (said? == "no").then(|| {
        Finding::warn(
            "clock-unsynchronised",
            "this machine does not synchronise its clock",
            REMEDY,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_machine_that_says_so_is_taken_for_unsynchronised() {
        for said in [None, Some("yes"), Some("")] {
            assert_eq!(unsynchronised(said.map(str::to_owned)), None, "{said:?}");
        }
        let told = unsynchronised(Some("no".to_owned())).unwrap();
        assert!(told.remedy().unwrap().contains("timedatectl"), "{told:?}");
    }

    #[test]
    fn a_clock_before_the_build_is_told() {
        assert_eq!(before_build(Timestamp::now()), None);
        let told = before_build(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(told.code(), "clock-behind");
    }
}
