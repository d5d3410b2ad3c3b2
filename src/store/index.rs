//! The index of words (a stub, for now: what it will hold).

/// What can be found. The number is part of each entry's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// A line.
    Line = 0,
    /// A note on a line.
    Note = 1,
    /// A memory.
    Memory = 2,
    /// A day summary.
    Summary = 3,
}
