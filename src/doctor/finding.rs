//! What a check says.

use std::fmt;

use crate::monitor::{Advice, Severity};

/// One sentence about a set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A name that stays the same, for programs: lower case, with hyphens. Of what arrives it is that of [`Advice`].
    pub code: &'static str,
    /// Whether it is as it should be.
    pub verdict: Verdict,
    /// What is the case. May hold what comes from outside.
    pub text: String,
    /// What to do about it; empty if there is nothing to do.
    pub remedy: String,
}

/// Whether something is as it should be, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is.
    Ok,
    /// It is, or not everybody needs it; good to know.
    Note,
    /// It works, but should be looked at.
    Warn,
    /// It does not work.
    Fail,
}

impl Verdict {
    /// Its name, on screen and for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl From<Severity> for Verdict {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Loss => Self::Fail,
            Severity::Warning => Self::Warn,
            Severity::Note => Self::Note,
        }
    }
}

impl Finding {
    pub(super) fn ok(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(code, Verdict::Ok, text, "")
    }

    pub(super) fn note(
        code: &'static str,
        text: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(code, Verdict::Note, text, remedy)
    }

    pub(super) fn warn(
        code: &'static str,
        text: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(code, Verdict::Warn, text, remedy)
    }

    pub(super) fn fail(
        code: &'static str,
        text: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(code, Verdict::Fail, text, remedy)
    }

    /// An error of ours: it says what is wrong, and after its last semicolon what to do.
    pub(super) fn error(code: &'static str, error: &impl fmt::Display) -> Self {
        let told = error.to_string();
        let (text, remedy) = told.rsplit_once("; ").unwrap_or((&told, ""));
        Self::fail(code, text, remedy)
    }

    fn new(
        code: &'static str,
        verdict: Verdict,
        text: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code,
            verdict,
            text: text.into(),
            remedy: remedy.into(),
        }
    }
}

impl From<&Advice> for Finding {
    fn from(advice: &Advice) -> Self {
        let verdict = advice.severity.into();
        Self::new(advice.code, verdict, advice.found(), advice.remedy)
    }
}
