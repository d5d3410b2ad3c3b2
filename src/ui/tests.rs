//! The dashboard under test: whole screens as snapshots, and the real loop with scripted keys and a paused clock.

mod actions;
mod day;
mod deliveries;
mod errands;
mod export;
mod fuzz;
mod keys;
mod live;
mod looks;
mod memories;
mod overlays;
mod plain;
mod scene;
mod screens;
pub(super) mod script;
mod sound;
mod stage;
