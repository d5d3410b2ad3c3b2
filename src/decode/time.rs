//! The moments on the wire: RFC 3339 with an offset or `Z`, naive (the day summaries of 2024, taken as UTC), or seconds since 1970.

use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde_json::Value;

/// Above this a number of the epoch is in milliseconds: as seconds it would be the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// The moment of a JSON value; None if it is none, or none that a [`Timestamp`] can hold.
pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => parse(text.trim()),
        Value::Number(number) => epoch(number.as_f64()?),
        _ => None,
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let with_offset = text.parse::<Timestamp>();
    let naive = || {
        let civil = text.parse::<DateTime>().ok()?;
        Offset::UTC.to_timestamp(civil).ok()
    };
    with_offset.ok().or_else(naive)
}

fn epoch(number: f64) -> Option<Timestamp> {
    let milliseconds = if number.abs() < MILLISECONDS_FROM {
        number * 1000.0
    } else {
        number
    };
    Timestamp::from_millisecond(milliseconds.round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_spelling_of_a_moment_is_understood() {
        for (sent, meant) in [
            (json!("2024-11-18T10:00:00Z"), "2024-11-18T10:00:00Z"),
            (
                json!("2024-10-22T14:03:11.123456+00:00"),
                "2024-10-22T14:03:11.123456Z",
            ),
            (json!("2026-09-01T10:00:00+02:00"), "2026-09-01T08:00:00Z"),
            (json!("2024-11-02T22:00:03.1"), "2024-11-02T22:00:03.1Z"),
            (json!("2024-11-02 22:00:03"), "2024-11-02T22:00:03Z"),
            (json!("2024-11-02"), "2024-11-02T00:00:00Z"),
            (json!(1_760_000_000), "2025-10-09T08:53:20Z"),
            (json!(1_760_000_000_500_i64), "2025-10-09T08:53:20.5Z"),
        ] {
            assert_eq!(moment(&sent), Some(meant.parse().unwrap()), "{sent}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for sent in [
            json!("soon"),
            json!(""),
            json!(1e300),
            json!(true),
            json!("9999-99-99T00:00:00Z"),
            json!("99999-01-01T00:00:00Z"),
        ] {
            assert_eq!(moment(&sent), None, "{sent}");
        }
    }
}
