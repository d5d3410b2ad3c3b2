//! What a check says.

use std::{borrow::Cow, fmt};

use crate::advice::{Advice, Severity};

/// One sentence about a set-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Something is as it should be.
    Ok {
        /// A name that stays the same, as that of [`Advice`].
        code: &'static str,
        /// What is the case. May hold what comes from outside.
        found: String,
    },
    /// Something is not, or not everybody needs it.
    Advice(Advice),
}

impl Finding {
    pub(super) fn ok(code: &'static str, found: impl Into<String>) -> Self {
        let found = found.into();
        Self::Ok { code, found }
    }

    pub(super) fn note(
        code: &'static str,
        found: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Advice(Advice::note(code, found, remedy))
    }

    pub(super) fn warn(
        code: &'static str,
        found: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Advice(Advice::warning(code, found, remedy))
    }

    pub(super) fn fail(
        code: &'static str,
        found: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Advice(Advice::error(code, found, remedy))
    }

    /// An error of ours: it says what is wrong, and after its last semicolon what to do.
    pub(super) fn error(code: &'static str, error: &impl fmt::Display) -> Self {
        let told = error.to_string();
        let (found, remedy) = told.rsplit_once("; ").unwrap_or((&told, ""));
        Self::fail(code, found, remedy.to_owned())
    }

    /// A name that stays the same, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ok { code, .. } | Self::Advice(Advice { code, .. }) => code,
        }
    }

    /// What is the case.
    #[must_use]
    pub fn found(&self) -> &str {
        match self {
            Self::Ok { found, .. } | Self::Advice(Advice { found, .. }) => found,
        }
    }

    /// What to do about it, if there is anything to do.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        match self {
            Self::Ok { .. } => None,
            Self::Advice(advice) => Some(&*advice.remedy).filter(|remedy| !remedy.is_empty()),
        }
    }

    /// How serious it is; None: it is as it should be.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        match self {
            Self::Ok { .. } => None,
            Self::Advice(advice) => Some(advice.severity),
        }
    }
}

impl From<Advice> for Finding {
    fn from(advice: Advice) -> Self {
        Self::Advice(advice)
    }
}
