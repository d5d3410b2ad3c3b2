//! Conversations, line by line.

pub(super) mod markdown;
pub(super) mod rows;
pub(super) mod subtitles;
pub(super) mod text;

pub(crate) use rows::Row;
