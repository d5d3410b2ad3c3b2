//! What is wrong with the settings.

use super::{Finding, Setup};
use crate::config::{KeyFileError, Problem};

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    let survey = &setup.survey;
    if survey.problems.is_empty() {
        let given = survey.given.len();
        return vec![Finding::ok(
            "settings",
            format!("all allowed: {given} given, the others have their defaults"),
        )];
    }
    survey.problems.iter().map(finding).collect()
}

fn finding(problem: &Problem) -> Finding {
    match problem {
        Problem::Value { place, allowed } => Finding::fail(
            "setting-not-allowed",
            format!("{place}: not allowed"),
            format!("it must be {allowed}"),
        ),
        Problem::Unknown { .. } => Finding::error("setting-unknown", problem),
        Problem::Key { .. } => Finding::error("key-binding", problem),
        Problem::Rule { .. } => Finding::error("rule", problem),
        Problem::File { .. } => Finding::fail(
            "settings-unreadable",
            problem.to_string(),
            "make it readable for this user, or name another with --config or --env-file",
        ),
        Problem::Syntax { .. } => Finding::fail(
            "settings-syntax",
            problem.to_string(),
            "mend the line; assets/config.toml and assets/env.example are samples",
        ),
        Problem::ExposedPlaceholder { .. } => Finding::error("key-placeholder", problem),
        Problem::KeyFile {
            fault: KeyFileError::Two,
            ..
        } => Finding::error("key-file", problem),
        Problem::KeyFile { .. } => Finding::fail(
            "key-file",
            problem.to_string(),
            "let it hold one line with the key, readable for this user",
        ),
        Problem::NoSigningSecret { .. } => Finding::error("signing-secret", problem),
        Problem::NoHome => Finding::error("no-home", problem),
    }
}
