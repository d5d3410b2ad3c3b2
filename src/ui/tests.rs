//! The dashboard under test: whole screens as snapshots, and the real loop with scripted keys and a paused clock.

mod live;
mod looks;
mod scene;
mod script;
mod sound;
