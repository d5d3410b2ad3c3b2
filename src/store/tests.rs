//! What senders and readers of the store can rely on.

mod edits;
mod measure;
mod memories;
mod overload;
mod reading;
mod recording;
mod sound;
mod support;
mod track;
mod transcripts;
