//! What only the store knows. It is read beside the requests, so that nobody waits for a disk.

use jiff::{SignedDuration, Timestamp};

use crate::{
    event::{Uid, Webhook},
    feed::Window,
    monitor::{Monitor, WINDOW},
    store::{ReadError, Store},
};

/// The stretches of time over which coverage is told.
const WINDOWS: [(&str, SignedDuration); 3] = [
    ("1m", SignedDuration::from_mins(1)),
    ("10m", SignedDuration::from_mins(10)),
    ("60m", SignedDuration::from_mins(60)),
];

/// Most wearers whose coverage is told: those that were heard last.
const WEARERS: usize = 8;

/// How things are in the store.
#[derive(Debug, Default, PartialEq)]
pub(in crate::server) struct Look {
    /// When it was taken.
    pub(super) at: Option<Timestamp>,
    /// Parts of the store, and their bytes.
    pub(super) sizes: Vec<(&'static str, u64)>,
    /// When each webhook was last accepted, this run or before.
    pub(super) last_seen: Vec<(Webhook, Timestamp)>,
    pub(super) coverage: Vec<Covered>,
}

/// How complete the sound of a wearer is.
#[derive(Debug, PartialEq)]
pub(super) struct Covered {
    pub(super) uid: Uid,
    pub(super) window: &'static str,
    pub(super) ratio: f64,
}

impl Look {
    /// Takes a look. Blocks on SQLite for some milliseconds.
    pub(in crate::server) fn take(store: &Store, now: Timestamp) -> Result<Self, ReadError> {
        let snapshot = store.snapshot(Window {
            lines: 0,
            memories: 0,
            sounds: 0,
            arrivals: WINDOW.arrivals,
        })?;
        let last_seen = snapshot.last_seen.clone();
        // The model of the dashboard, so that both say the same of the sound.
        let monitor = Monitor::new(snapshot);
        let heard = monitor.heard().rev().take(WEARERS);
        let coverage = heard
            .flat_map(|uid| {
                let track = monitor.sound(Some(uid));
                WINDOWS.iter().filter_map(move |(window, span)| {
                    let ratio = track.coverage(*span, now)?.ratio;
                    Some(Covered {
                        uid: uid.clone(),
                        window,
                        ratio,
                    })
                })
            })
            .collect();
        Ok(Self {
            at: Some(now),
            sizes: store.sizes()?,
            last_seen,
            coverage,
        })
    }
}
