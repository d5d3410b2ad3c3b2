//! What comes of what is done beside the loop.

/// What came of an errand.
#[derive(Debug)]
pub(super) enum Outcome {
    /// What is kept has changed.
    Edited,
    /// Something to be told.
    Said(String),
    /// Something for the clipboard.
    Copied(Copied),
}

/// A text on its way to the terminal's clipboard, and what is told of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) text: String,
    pub(super) told: String,
}
