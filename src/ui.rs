//! The dashboard: turns keys into actions, actions into state and effects, and draws what changed.
pub mod terminal;
pub mod theme;
