//! Bringing back what was taken away: transcripts from our own JSON lines, and conversations from Omi's own export.
//!
//! Both pass over what is bad and tell it; what is known already is not brought twice.

pub mod lines;
pub mod omi;
pub mod transcript;

use std::{io, time::Duration};

use jiff::Timestamp;

use crate::{
    event::{Delivery, Kind, Signature, Uid},
    store::{CommitError, ReadError},
};

/// What was brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Conversations with something new.
    pub conversations: usize,
    /// New lines; of Omi's own export they are not counted.
    pub lines: usize,
    /// Lines, or conversations of Omi's own export, that were known.
    pub known: usize,
    /// Entries that are bad.
    pub bad: usize,
}

/// What is told on the way.
#[derive(Debug)]
pub enum Told<'a> {
    /// An entry is bad and was passed over; its number, from 1.
    Bad(u64, &'a str),
    /// So many entries were read.
    Read(u64),
}

/// Who is told.
pub type Tell<'a> = &'a mut dyn FnMut(Told<'_>);

/// Why nothing more is brought.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file holds nothing of what is expected.
    #[error("{first}; expected {expected}")]
    Foreign {
        /// What is wrong with its first entry.
        first: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// Nobody knows whose it is.
    #[error("conversation {0} has no uid; say whose it is with --uid UID")]
    NoUid(u64),
    /// The file cannot be read.
    #[error("cannot read it: {0}")]
    Read(#[from] io::Error),
    /// The store cannot keep it.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] ReadError),
}

/// The delivery that stands for what is brought.
fn delivery(uid: Option<Uid>, kind: Kind, size: u64, warnings: Vec<String>) -> Delivery {
    Delivery {
        received: Timestamp::now(),
        remote: None,
        method: "IMPORT".to_owned(),
        path: "/import".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        uid,
        kind,
        size,
        idempotency_key: None,
        signature: Signature::Absent,
        status: 200,
        reply: String::new(),
        warnings,
        took: Duration::ZERO,
    }
}
