//! `omiscope` is a live terminal monitor for the Omi wearable, and a headless webhook server.
//!
//! ```text
//!             POST /webhook?key=…&uid=…
//!                    │
//!    server ── accept, limits, auth ──────────► 401 / 413 / 408 …
//!                    │ query, headers, body
//!    decode ── by shape, one door ────────────► 400
//!                    │ Event + warnings
//!    store  ── one writer thread, group commit ► 200 {} after commit
//!                    │ Arc<Record>
//!    feed   ── what was committed, in order; a lagging reader re-reads the store
//!         ┌──────────┼─────────────┬──────────────────┐
//!    monitor       audio       serve: log, events   rules
//!    live model    meter, player
//!         │
//!    ui  ── screens, panels
//! ```
//!
//! The library exists for the binary and its tests; its interface follows the program's needs.

pub mod advice;
pub mod audio;
mod bucket;
mod child;
pub mod cli;
pub mod command;
pub mod config;
pub mod decode;
pub mod doctor;
pub mod event;
pub mod event_lines;
pub mod export;
pub mod feed;
mod file_error;
pub mod import;
pub mod logging;
pub mod losses;
pub mod moment;
pub mod monitor;
mod outbound;
mod ping;
mod private;
pub(crate) mod replay;
pub mod rules;
pub mod search;
pub mod secret;
pub mod server;
pub mod shutdown;
pub mod signature;
pub mod simulate;
pub mod store;
mod sync;
pub mod text;
pub mod tunnel;
pub mod ui;
pub mod webhook_url;
