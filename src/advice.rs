//! Trouble in plain words: what is wrong, and what to do about it. The monitor, tunnels, rules and the doctor tell theirs in this form.

use std::{borrow::Cow, fmt};

/// One sentence about what is wrong. Displayed, its remedy stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// A name that stays the same, for programs: lower case, with hyphens.
    pub code: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// What is the case. May hold what comes from outside, unless who gives it says otherwise.
    pub found: String,
    /// What it may come from, or what to do about it; empty if there is nothing to do, or if the finding says it.
    pub remedy: Cow<'static, str>,
}

/// How serious something is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something is being lost, or does not work.
    Error,
    /// Something should be looked at.
    Warning,
    /// Good to know.
    Note,
}

impl Advice {
    /// That something is being lost, or does not work.
    pub fn error(
        code: &'static str,
        found: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(code, Severity::Error, found, remedy)
    }

    /// That something should be looked at.
    pub fn warning(
        code: &'static str,
        found: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(code, Severity::Warning, found, remedy)
    }

    /// That something is good to know.
    pub fn note(
        code: &'static str,
        found: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(code, Severity::Note, found, remedy)
    }

    fn new(
        code: &'static str,
        severity: Severity,
        found: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            severity,
            found: found.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.found)?;
        if !self.remedy.is_empty() {
            write!(f, ": {}", self.remedy)?;
        }
        Ok(())
    }
}
