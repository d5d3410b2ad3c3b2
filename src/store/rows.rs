//! Between rows and the vocabulary: for each table how a thing is written and how it is read, side by side.

/// The number of a new row of a table, as SQL: NULL, so that SQLite takes the next one; or where the newest rows were deleted the one
/// after theirs.
macro_rules! next_id {
    ($table:literal) => {
        concat!(
            "(SELECT id + 1 FROM retired WHERE kind = '",
            $table,
            "' AND id >= (SELECT ifnull(max(id), 0) FROM ",
            $table,
            "))"
        )
    };
}

pub(super) mod conversation;
pub(super) mod delivery;
pub(super) mod line;
pub(super) mod memory;
pub(super) mod own;
pub(super) mod recording;
pub(super) mod single;
pub(super) mod sound;
