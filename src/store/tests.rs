//! What senders and readers of the store can rely on.

mod day;
mod deliveries;
mod edits;
mod faults;
mod memories;
mod overload;
mod paging;
mod reading;
mod rebuild;
mod recording;
mod retention;
mod search;
mod sound;
mod support;
mod todo;
mod track;
mod transcripts;
