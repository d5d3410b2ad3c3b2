//! Room on the disk of the data folder.

use super::{Finding, Setup, setup::existing};
use crate::text;

/// With less than this, what is delivered may soon be answered 503.
const FULL: u64 = 100 << 20;
/// With less than this it may be a matter of days: an hour of sound takes 115 MB.
const NEARLY_FULL: u64 = 1 << 30;

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let Some(place) = setup.folder().and_then(existing) else {
        return Vec::new();
    };
    vec![match fs4::available_space(place) {
        Ok(free) => of_room(free),
        Err(error) => Finding::warn(
            "disk-unknown",
            format!("nobody says how much room there is: {error}"),
            "look yourself, e.g. with df",
        ),
    }]
}

fn of_room(free: u64) -> Finding {
    let told = format!("{} are free", text::size(free));
    let remedy = "make room, or keep less, e.g. with OMISCOPE_RETENTION_SOUND=2GiB";
    match free {
        ..FULL => Finding::fail("disk-full", told, remedy),
        FULL..NEARLY_FULL => Finding::warn("disk-nearly-full", told, remedy),
        _ => Finding::ok("disk", told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::Severity;

    #[test]
    fn a_disk_that_becomes_full_is_told_in_time() {
        let scenarios = [
            (0, Some(Severity::Error)),
            (FULL - 1, Some(Severity::Error)),
            (FULL, Some(Severity::Warning)),
            (NEARLY_FULL, None),
        ];
        for (free, expected) in scenarios {
            let finding = of_room(free);
            assert_eq!(finding.severity(), expected, "{free}");
            assert_eq!(finding.remedy().is_none(), expected.is_none());
        }
    }
}
