//! Times as people say them.

use jiff::{
    SignedDuration, Span, SpanRelativeTo, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Reads a time: a date, a date and time (here or with an offset), `today`, `yesterday`, or an age such as `2h`.
///
/// # Errors
/// What a time looks like, to follow its name.
pub fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    let today = zone.to_datetime(now).date();
    let day = match text {
        "today" => Some(today),
        "yesterday" => today.yesterday().ok(),
        _ => text
            .parse::<Date>()
            .ok()
            .filter(|_| !text.contains([':', 'T', ' '])),
    };
    let local = day.map(|day| day.at(0, 0, 0, 0)).or_else(|| {
        if text.contains(['Z', '+']) {
            None
        } else {
            text.parse::<DateTime>().ok()
        }
    });
    local
        .and_then(|local| zone.to_timestamp(local).ok())
        .or_else(|| text.parse().ok())
        .or_else(|| now.checked_sub(length(text)?).ok())
        .ok_or_else(|| {
            "must be a time such as 2026-11-20, 2026-11-20T14:00, yesterday or 2h".to_owned()
        })
}

/// Reads a length of time such as `500ms`, `90 s`, `2min`, `1h 30m`, `30d` or `2 weeks`. A day has 24 hours, a year 365 days. None if it is
/// none, negative, or without a unit.
#[must_use]
pub fn length(text: &str) -> Option<SignedDuration> {
    let span: Span = text.trim().to_ascii_lowercase().parse().ok()?;
    let years = YEAR.checked_mul(span.get_years().into())?;
    let rest = span
        .years(0)
        .to_duration(SpanRelativeTo::days_are_24_hours());
    let length = years.checked_add(rest.ok()?)?;
    (!span.is_negative()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_say_them() {
        let now: Timestamp = "2026-11-20T12:42:00Z".parse().unwrap();
        let berlin = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::fixed(jiff::tz::offset(1)));
        let cases = [
            ("2026-11-19", "2026-11-18T23:00:00Z"),
            ("2026-11-19T14:30", "2026-11-19T13:30:00Z"),
            ("2026-11-19 14:30:05", "2026-11-19T13:30:05Z"),
            ("2026-11-19T14:30:00Z", "2026-11-19T14:30:00Z"),
            ("2026-11-19T14:30:00+05:00", "2026-11-19T09:30:00Z"),
            ("today", "2026-11-19T23:00:00Z"),
            ("yesterday", "2026-11-18T23:00:00Z"),
            ("2h", "2026-11-20T10:42:00Z"),
            ("1w", "2026-11-13T12:42:00Z"),
            ("1y", "2025-11-20T12:42:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                parse(text, now, &berlin).map(|time| time.to_string()),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
        for bad in [
            "",
            "h",
            "-2h",
            "2mo",
            "tomorrowish",
            "2026-13-01",
            "9999999999999999w",
        ] {
            assert!(parse(bad, now, &berlin).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_length_is_a_number_and_a_unit_or_some_of_both() {
        let cases = [
            ("500ms", 500),
            ("90 s", 90_000),
            ("2m", 120_000),
            ("2 MIN", 120_000),
            ("1h 30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("0s", 0),
            ("2 weeks", 14 * 86_400_000),
            ("1y 1d", 366 * 86_400_000),
        ];
        for (text, millis) in cases {
            assert_eq!(
                length(text),
                Some(SignedDuration::from_millis(millis)),
                "{text}"
            );
        }
        for bad in [
            "",
            "2",
            "m",
            "-2h",
            "2h ago",
            "1mo",
            "2x",
            "99999999999y",
            "64MiB",
        ] {
            assert_eq!(length(bad), None, "{bad}");
        }
    }
}
