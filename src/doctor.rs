//! What may be wrong with a set-up, and what to do about it: one table of checks, each of which only looks.
//!
//! ```text
//! settings, environment ─► Setup ─► CHECKS ─► findings ─► `omiscope doctor`
//! data folder (read-only) ──┘
//! ```
//!
//! Nothing is changed: a running omiscope is asked for its greeting, its health and its figures, and is pinged through its tunnel.
//! Whatever may hang (a sound server, a program that is asked) is waited for only so long.

mod backlog;
mod clock;
mod deliveries;
mod disk;
mod finding;
mod folder;
mod key;
mod listener;
mod patience;
mod rules;
mod settings;
mod setup;
mod sound;
mod store;
mod terminal;
mod tunnel;

pub use finding::Finding;
pub use setup::Setup;

/// Something that is looked at.
#[derive(Debug)]
pub struct Check {
    /// What it is, as it is headed.
    pub section: &'static str,
    /// Looks at it.
    pub look: fn(&Setup) -> Vec<Finding>,
}

/// Everything that is looked at, in the order in which it is told.
pub const CHECKS: [Check; 12] = [
    Check {
        section: "settings",
        look: settings::look,
    },
    Check {
        section: "listener",
        look: listener::look,
    },
    Check {
        section: "tunnel",
        look: tunnel::look,
    },
    Check {
        section: "key",
        look: key::look,
    },
    Check {
        section: "data folder",
        look: folder::look,
    },
    Check {
        section: "store",
        look: store::look,
    },
    Check {
        section: "disk",
        look: disk::look,
    },
    Check {
        section: "clock",
        look: clock::look,
    },
    Check {
        section: "deliveries",
        look: deliveries::look,
    },
    Check {
        section: "rules",
        look: rules::look,
    },
    Check {
        section: "sound",
        look: sound::look,
    },
    Check {
        section: "terminal",
        look: terminal::look,
    },
];
