//! Between rows and the vocabulary: for each table how a thing is written and how it is read, side by side.

pub(super) mod conversation;
pub(super) mod delivery;
pub(super) mod line;
pub(super) mod memory;
pub(super) mod own;
pub(super) mod recording;
pub(super) mod single;
pub(super) mod sound;
