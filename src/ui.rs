//! The dashboard: turns keys into actions, actions into state and effects, and draws what changed.
//!
//! ```text
//!  keys ── keymap ─► Action ── View::act ─► state + Effect ─► app loop
//!  records, losses, time ── monitor ─┐
//!                                    ├─► screen ── panels ─► frame
//!  state of the panels ──────────────┘
//! ```
//!
//! Drawing never changes anything; panels get `&`-references and the one [`Context`].

pub mod action;
pub mod app;
mod clock;
mod context;
mod glyphs;
mod keymap;
mod output;
mod panel;
mod screen;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
mod view;

pub use clock::Clock;
pub use context::{Context, TimeStyle};
pub use glyphs::Glyphs;
pub use view::View;
