//! Times as people say them.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// Units of an age such as `2h`, in seconds.
const UNITS: [(char, i64); 5] = [
    ('s', 1),
    ('m', 60),
    ('h', 3600),
    ('d', 86_400),
    ('w', 604_800),
];

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
        .or_else(|| age(text).and_then(|age| now.checked_sub(age).ok()))
        .ok_or_else(|| {
            "must be a time such as 2026-11-20, 2026-11-20T14:00, yesterday or 2h".to_owned()
        })
}

fn age(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().last()?;
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let count: i64 = text
        .strip_suffix(unit)?
        .parse()
        .ok()
        .filter(|count| *count >= 0)?;
    Some(SignedDuration::from_secs(count.checked_mul(*seconds)?))
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
            "2y",
            "tomorrowish",
            "2026-13-01",
            "9999999999999999w",
        ] {
            assert!(parse(bad, now, &berlin).is_err(), "{bad}");
        }
    }
}
