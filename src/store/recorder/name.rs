//! Names of files and folders that every system takes, and that tell every two wearers apart on each of them.

use jiff::Timestamp;

use crate::event::Uid;

/// Names that Windows keeps for devices, whatever the ending; `com` and `lpt` with a digit besides.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The folder of a wearer: the uid in small letters. One with capitals, or with the name of a device, is followed by `~` and a number
/// whose bits tell which letters were capital, so that `Ann` and `ann` stay apart where file names do not tell cases apart.
pub(super) fn folder(uid: &Uid) -> String {
    let small = uid.as_str().to_ascii_lowercase();
    let capitals = uid.as_str().bytes().fold(0_u128, |bits, b| {
        bits << 1 | u128::from(b.is_ascii_uppercase())
    });
    if capitals == 0 && !is_device(&small) {
        small
    } else {
        format!("{small}~{capitals:x}")
    }
}

fn is_device(name: &str) -> bool {
    let numbered = name
        .strip_prefix("com")
        .or_else(|| name.strip_prefix("lpt"))
        .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    numbered || DEVICES.contains(&name)
}

/// The file of what begins to arrive at a time (UTC), below the folder of the wearer; `number` tells files of one second apart.
pub(super) fn file(began: Timestamp, rate: u32, number: u32) -> String {
    let clock = began.strftime("%Y-%m-%d/%H-%M-%S");
    match number {
        0 => format!("{clock} {rate}Hz.wav"),
        _ => format!("{clock} {rate}Hz {}.wav", number + 1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn of(uid: &str) -> String {
        folder(&Uid::parse(uid).unwrap())
    }

    #[test]
    fn wearers_stay_apart_where_cases_do_not() {
        let uids = [
            "ann", "Ann", "aNN", "ANN", "a-n", "con", "CON", "Con", "com1", "com10",
        ];
        let folders: HashSet<_> = uids.map(|uid| of(uid).to_lowercase()).into();
        assert_eq!(folders.len(), uids.len(), "{folders:?}");
    }

    #[test]
    fn no_name_is_that_of_a_device_or_too_long() {
        for device in ["CON", "nul", "Lpt9", "com0"] {
            assert!(!is_device(&of(device)), "{device}");
        }
        assert_eq!(of("console"), "console");
        assert!(of(&"X".repeat(128)).len() < 200);
    }

    #[test]
    fn a_file_is_named_after_the_clock_in_utc() {
        let began = "2026-11-20T15:32:05.9+01:00".parse().unwrap();
        assert_eq!(file(began, 16_000, 0), "2026-11-20/14-32-05 16000Hz.wav");
        assert_eq!(file(began, 16_000, 1), "2026-11-20/14-32-05 16000Hz 2.wav");
        file(Timestamp::MIN, 1000, 0);
        file(Timestamp::MAX, 1000, 0);
    }
}
