//! The dashboard: turns keys into actions, actions into state and effects, and draws what changed.
//!
//! ```text
//!  keys ── keymap ─► Action ── View::act ─► state + Effect ─► app loop
//!  records, losses, time ── monitor ─┐
//!                                    ├─► screen, overlay ── panels ─► frame
//!  state of the screens ─────────────┘
//! ```
//!
//! Where there is no screen, [`Plain`] tells the same in lines of text.
//!
//! Drawing never changes anything and never waits: what is not in the model is read by the [`Library`] beside it.
//! Screens look at a `Scene`, panels at what they show of it and at the one `Context`.

pub mod action;
pub mod app;
mod arrangement;
mod clipboard;
mod clock;
mod context;
pub mod errand;
pub mod excerpt;
mod field;
mod frame;
mod glyphs;
pub mod keymap;
mod library;
mod listing;
mod offer;
mod origin;
mod outcome;
mod outline;
mod output;
mod overlay;
mod panel;
mod panes;
mod plain;
pub(crate) mod qr;
mod roll;
mod scene;
mod screen;
mod session;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
mod view;
mod wanted;

pub use arrangement::Arrangement;
pub use clock::Clock;
pub use context::{Context, TimeStyle};
pub use glyphs::Glyphs;
pub use library::Library;
pub use origin::{Origin, Staged};
pub use plain::Plain;
use scene::Scene;
pub use session::Session;
pub use view::{Moment, View};
