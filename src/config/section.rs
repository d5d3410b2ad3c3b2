//! What `config.toml` has besides settings: tables that no flag and no variable could hold. One file each.

mod keys;
mod rules;
mod themes;

use super::{Problem, layer::Source};
use crate::{rules::Rule, ui::keymap::Keymap};
pub use themes::OwnThemes;
pub(super) use themes::named;

/// What the tables say.
#[derive(Debug, Clone, Default)]
pub(super) struct Sections {
    /// Themes of the user's own.
    pub(super) themes: OwnThemes,
    /// The keys of the dashboard.
    pub(super) keymap: Keymap,
    /// Rules of the user's own.
    pub(super) rules: Vec<Rule>,
}

/// What tables there are.
pub(super) const TABLES: &str = "themes.NAME, keys.ACTION, [[on]]";

impl Sections {
    /// Takes the tables out of the file. What is wrong is added to `problems`.
    pub(super) fn take(
        table: &mut toml::Table,
        source: &Source,
        problems: &mut Vec<Problem>,
    ) -> Self {
        Self {
            themes: themes::take(table, source, problems),
            keymap: keys::take(table, source, problems),
            rules: rules::take(table, source, problems),
        }
    }
}
