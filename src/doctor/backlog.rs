//! What the user's rules have yet to do.

use std::{path::Path, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{Finding, Setup, deliveries::ago, patience::within};
use crate::{
    rules::{self, OpenError, Pending, Rule},
    text::counted,
};

/// Longest look at whether a queue is whole.
const PATIENCE: Duration = Duration::from_secs(5);
/// What waits for longer is more than what comes and goes.
const LONG: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let Some(folder) = setup.folder() else {
        return Vec::new();
    };
    // Where settings are wrong, rules may be there that could not be read.
    let survey = &setup.survey;
    let rules = Some(&*survey.config.rules).filter(|_| survey.problems.is_empty());
    let mut findings = of_queue(folder, rules, setup.now);
    findings.extend(rules::damaged(folder).iter().map(|kept| set_aside(kept)));
    findings
}

fn of_queue(folder: &Path, rules: Option<&[Rule]>, now: Timestamp) -> Vec<Finding> {
    let looked = folder.to_owned();
    match within(PATIENCE, move || rules::backlog(&looked)) {
        Some(Ok(pending)) => {
            let pending = pending.unwrap_or_default();
            pending.iter().map(|it| waits(it, rules, now)).collect()
        }
        Some(Err(OpenError::Damaged)) => vec![Finding::fail(
            "rules-queue-damaged",
            "hooks.db, the queue of rules, is damaged: what waits in it is lost",
            "nothing to do: the next start keeps it under another name and begins anew",
        )],
        Some(Err(error @ OpenError::Newer { .. })) => {
            vec![Finding::error("rules-queue-newer", &error)]
        }
        Some(Err(error)) => vec![Finding::warn(
            "rules-queue-unreadable",
            error.to_string(),
            "if it is locked, ask again in a moment; else, may this user read and write it?",
        )],
        None => vec![Finding::note(
            "rules-queue-not-checked",
            "hooks.db, the queue of rules, is too great to be looked through here",
            "`omiscope_rule_queue_length` in /metrics says how much waits",
        )],
    }
}

/// None of the rules are known where their settings cannot be read.
fn waits(pending: &Pending, rules: Option<&[Rule]>, now: Timestamp) -> Finding {
    let Pending {
        rule,
        action,
        events,
        since,
    } = pending;
    let count = counted(usize::try_from(*events).unwrap_or(usize::MAX), "events");
    let wait = if *events == 1 { "waits" } else { "wait" };
    let came = since.map_or_else(String::new, |since| {
        format!(", the first came {}", ago(since, now))
    });
    let text = format!("{rule}, {action}: {count} {wait}{came}");
    let is_there = |rules: &[Rule]| {
        let mut named = rules.iter().filter(|known| *known.name == **rule);
        named.any(|known| known.actions.iter().any(|it| it.kind().name() == action))
    };
    if rules.is_some_and(|rules| !is_there(rules)) {
        return Finding::warn(
            "rules-wait-for-none",
            format!("{text}, but there is no such rule any more"),
            "the next start drops what waits for it, and counts it as lost; give it its name and action back if they are to be done",
        );
    }
    let remedy = "they are done while omiscope runs; if they stay, its log says what fails";
    if since.is_some_and(|since| now.duration_since(since) < LONG) {
        Finding::note("rules-wait", text, remedy)
    } else {
        Finding::warn("rules-wait", text, remedy)
    }
}

fn set_aside(kept: &Path) -> Finding {
    Finding::warn(
        "rules-queue-set-aside",
        format!(
            "the queue of rules was damaged once, and what waited in it was not done; it is kept as {}",
            kept.display()
        ),
        "delete it, with those beside it that end in -wal and -shm, once you do not need it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        advice::Severity,
        rules::{Action, When},
    };

    #[test]
    fn what_waits_is_told_by_rule_and_how_bad_it_is() {
        let now = Timestamp::from_second(10_000_000).unwrap();
        let rule = Rule {
            name: "r".into(),
            when: When::default(),
            again: false,
            actions: vec![Action::Ring],
            reply: None,
        };
        let pending = |rule: &str, action: &str, seconds| Pending {
            rule: rule.to_owned(),
            action: action.to_owned(),
            events: 2,
            since: Some(now - SignedDuration::from_secs(seconds)),
        };
        let rules = Some(std::slice::from_ref(&rule));
        for (pending, rules, severity, code) in [
            (
                pending("r", "ring", 60),
                rules,
                Severity::Note,
                "rules-wait",
            ),
            (
                pending("r", "ring", 600),
                rules,
                Severity::Warning,
                "rules-wait",
            ),
            (
                pending("r", "post", 60),
                rules,
                Severity::Warning,
                "rules-wait-for-none",
            ),
            (
                pending("old", "ring", 60),
                rules,
                Severity::Warning,
                "rules-wait-for-none",
            ),
            (
                pending("old", "ring", 60),
                None,
                Severity::Note,
                "rules-wait",
            ),
        ] {
            let found = waits(&pending, rules, now);
            assert_eq!(found.severity(), Some(severity), "{pending:?}");
            assert_eq!(found.code(), code, "{pending:?}");
        }
        let told = waits(&pending("r", "ring", 600), rules, now);
        assert_eq!(
            told.found(),
            "r, ring: 2 events wait, the first came 10 min ago"
        );
    }
}
