//! The user's own rules: is there what they need, and what have they yet to do?

use super::{Finding, Setup, backlog};
use crate::{rules::obstacles, text::counted};

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let mut findings = needs(setup);
    findings.extend(backlog::look(setup));
    findings
}

fn needs(setup: &Setup) -> Vec<Finding> {
    let config = &setup.survey.config;
    if config.rules.is_empty() {
        return Vec::new();
    }
    let found = obstacles(&config.rules, config.address());
    if found.is_empty() {
        let count = counted(config.rules.len(), "rules");
        return vec![Finding::ok(
            "rules",
            format!("{count}, with all that they need"),
        )];
    }
    found.into_iter().map(Finding::from).collect()
}
