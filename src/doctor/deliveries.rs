//! What arrived: when each kind did last, and what the monitor says of it.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Finding, Setup, setup::Past};
use crate::{event::Webhook, store::archive::ArchiveError, webhook_url::FIELDS};

const CONNECT: &str = "start omiscope and a tunnel, and paste the URL of the card (`i`) into the app, under Settings, Developer";

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    match &setup.past {
        Some(Ok(past)) => of_past(past, setup.now),
        Some(Err(ArchiveError::Nothing(_))) => vec![nothing()],
        Some(Err(_)) | None => Vec::new(),
    }
}

fn nothing() -> Finding {
    Finding::warn("nothing-delivered", "nothing was ever delivered", CONNECT)
}

fn of_past(past: &Past, now: Timestamp) -> Vec<Finding> {
    let never = |webhook: &Webhook| past.monitor.last_seen(*webhook).is_none();
    let mut findings = if past.deliveries.is_empty() {
        vec![nothing()]
    } else if Webhook::ALL.iter().all(never) && past.deliveries.iter().all(|(it, _)| it.accepted())
    {
        vec![Finding::warn(
            "nothing-of-omi",
            "requests came, but nothing of Omi's yet",
            CONNECT,
        )]
    } else if Webhook::ALL.iter().all(never) {
        vec![Finding::warn(
            "nothing-accepted",
            "requests came, but nothing of Omi's was ever accepted",
            "see what follows, and the Deliveries screen (`5`)",
        )]
    } else {
        let kinds = Webhook::ALL.into_iter();
        kinds.map(|kind| of_kind(past, kind, now)).collect()
    };
    findings.extend(refused(past));
    findings.extend(past.monitor.advice(now).into_iter().map(Finding::from));
    findings
}

fn of_kind(past: &Past, kind: Webhook, now: Timestamp) -> Finding {
    let name = kind.name();
    match past.monitor.last_seen(kind) {
        Some(last) => {
            let clock = TimeZone::system().to_datetime(last);
            let clock = clock.strftime("%Y-%m-%d %H:%M");
            Finding::ok("delivered", format!("{name}: {} ({clock})", ago(last, now)))
        }
        None => Finding::note(
            "never-delivered",
            format!("{name}: never"),
            format!(
                "if you want it, paste the URL into {} in the app",
                field(kind)
            ),
        ),
    }
}

/// The newest refusal, if nothing was accepted since. From five in a row on, the monitor tells it.
fn refused(past: &Past) -> Option<Finding> {
    let refusals = past.deliveries.iter().rev();
    let refusals = refusals.take_while(|(delivery, _)| !delivery.accepted());
    let (count, (newest, _)) = (refusals.clone().count(), refusals.clone().next()?);
    Some(Finding::note(
        "refused-last",
        format!(
            "the last {} answered {}: {}",
            if count == 1 {
                "was".to_owned()
            } else {
                format!("{count} were")
            },
            newest.status,
            reason(&newest.reply),
        ),
        "the Deliveries screen (`5`) shows it",
    ))
}

/// What we answered to who was refused.
fn reason(reply: &str) -> String {
    let reply: Option<serde_json::Value> = serde_json::from_str(reply).ok();
    let error = reply
        .as_ref()
        .and_then(|reply| reply.get("error")?.as_str());
    error.unwrap_or("no reason is kept").to_owned()
}

/// What the app calls the place of the URL.
fn field(kind: Webhook) -> &'static str {
    let field = FIELDS.iter().find(|(webhook, ..)| *webhook == kind);
    field.map_or("its field", |(_, name, _)| name)
}

/// How long ago something was, roughly. What lies ahead (clocks differ) is now.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(at).max(SignedDuration::ZERO);
    match age.as_mins() {
        0 => format!("{} s ago", age.as_secs()),
        minutes @ 1..120 => format!("{minutes} min ago"),
        minutes @ 120..2880 => format!("{} h ago", minutes / 60),
        minutes => format!("{} days ago", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_the_unit_that_fits() {
        let now = Timestamp::from_second(10_000_000).unwrap();
        let scenarios = [
            (-5, "0 s ago"),
            (59, "59 s ago"),
            (119 * 60, "119 min ago"),
            (47 * 3600, "47 h ago"),
            (50 * 3600, "2 days ago"),
        ];
        for (seconds, expected) in scenarios {
            let at = now - SignedDuration::from_secs(seconds);
            assert_eq!(ago(at, now), expected);
        }
    }
}
