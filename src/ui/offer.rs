use crate::export::{Format, What, order::Scope, table::PAIRS};

/// Something that can be exported from where the user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// What it is called here.
    pub(super) label: String,
    pub(super) what: What,
    pub(super) scope: Scope,
}

impl Offer {
    pub(super) fn new(label: impl Into<String>, what: What, scope: Scope) -> Self {
        Self {
            label: label.into(),
            what,
            scope,
        }
    }

    /// The kinds and formats it can have: what is talked can be heard, too.
    pub(super) fn forms(&self) -> Vec<(What, Format)> {
        let is_talk = self.what == What::Transcript && !matches!(self.scope, Scope::Lines(_));
        let fits = |what| what == self.what || (is_talk && what == What::Audio);
        let pairs = PAIRS.iter().filter(|pair| fits(pair.what));
        pairs.map(|pair| (pair.what, pair.format)).collect()
    }
}
