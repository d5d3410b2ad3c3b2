//! What is counted, for `/metrics`.
//!
//! ```text
//! handler ─► Metrics ──┐
//! store ──► Look (now and then, beside the requests) ─► Scrape ─► families (the table) ─► text
//! losses, places ──────┘
//! ```

mod families;
mod look;
mod text;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use hyper::StatusCode;
use jiff::Timestamp;
use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

use super::sink::Sink;
use crate::{
    event::{Kind, Signature, Webhook},
    losses::Losses,
    rules::{ActionId, Count},
    store::StoreStatus,
    sync,
};
pub(super) use look::Look;

/// Upper bounds of the histogram of answers, in seconds.
const BOUNDS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Between two looks at the store.
const PACE: Duration = Duration::from_secs(15);

/// Nobody reads what was not asked for so long; then the store is left alone.
const INTEREST: Duration = Duration::from_mins(5);

/// Everything that is counted about requests. Since the start of the program, as Prometheus wants it.
#[derive(Debug)]
pub(super) struct Metrics {
    started: Timestamp,
    counts: Mutex<Counts>,
    look: Mutex<Arc<Look>>,
    /// When it was last asked for.
    scraped: Mutex<Option<Instant>>,
    wanted: Notify,
}

#[derive(Debug, Clone, Default)]
struct Counts {
    deliveries: BTreeMap<(&'static str, u16), u64>,
    bytes: BTreeMap<&'static str, u64>,
    repeats: BTreeMap<&'static str, u64>,
    signatures: BTreeMap<&'static str, u64>,
    requests: BTreeMap<(&'static str, u16), u64>,
    answers: Histogram,
    /// When each webhook was last accepted.
    last_seen: BTreeMap<Webhook, Timestamp>,
}

/// How long things took.
#[derive(Debug, Clone, Default)]
struct Histogram {
    /// How many were within each of [`BOUNDS`] but not within the one before, and how many were longer.
    counts: [u64; BOUNDS.len() + 1],
    /// Seconds.
    sum: f64,
}

/// A delivery that was answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    pub(super) kind: Kind,
    pub(super) status: StatusCode,
    pub(super) signature: Signature,
    /// Of its body.
    pub(super) bytes: u64,
    pub(super) is_repeat: bool,
}

/// What the rest of the program knows at the moment of a scrape.
#[derive(Debug)]
pub(super) struct Present {
    pub(super) losses: Losses,
    pub(super) store: StoreStatus,
    /// Open, and how many may be.
    pub(super) connections: (usize, usize),
    /// Actions of rules, and what became of them.
    pub(super) rules: Vec<(ActionId, Count)>,
}

/// All that a scrape tells.
struct Scrape {
    started: Timestamp,
    counts: Counts,
    look: Arc<Look>,
    present: Present,
}

impl Metrics {
    pub(super) fn new(started: Timestamp) -> Self {
        Self {
            started,
            counts: Mutex::default(),
            look: Mutex::default(),
            scraped: Mutex::default(),
            wanted: Notify::new(),
        }
    }

    /// Counts an answered delivery.
    pub(super) fn delivery(&self, answered: Answered) {
        let Answered {
            kind,
            status,
            signature,
            bytes,
            is_repeat,
        } = answered;
        let now = Timestamp::now();
        let mut counts = sync::lock(&self.counts);
        *counts
            .deliveries
            .entry((kind.name(), status.as_u16()))
            .or_default() += 1;
        *counts.bytes.entry(kind.name()).or_default() += bytes;
        if is_repeat {
            *counts.repeats.entry(kind.name()).or_default() += 1;
        }
        let verdict = signature.name().unwrap_or("absent");
        *counts.signatures.entry(verdict).or_default() += 1;
        if let Some(webhook) = kind.webhook().filter(|_| status.is_success()) {
            counts.last_seen.insert(webhook, now);
        }
    }

    /// Counts any answered request, by the name of its route. A delivery with how long it took from its head to its answer.
    pub(super) fn request(&self, route: &'static str, status: StatusCode, took: Option<Duration>) {
        let mut counts = sync::lock(&self.counts);
        *counts.requests.entry((route, status.as_u16())).or_default() += 1;
        if let Some(took) = took {
            counts.answers.observe(took);
        }
    }

    /// Everything in the text format of Prometheus.
    pub(super) fn render(&self, present: Present) -> String {
        *sync::lock(&self.scraped) = Some(Instant::now());
        self.wanted.notify_one();
        text::render(&Scrape {
            started: self.started,
            counts: sync::lock(&self.counts).clone(),
            look: Arc::clone(&sync::lock(&self.look)),
            present,
        })
    }

    /// Looks at the store for what is not counted here: at once, and then every [`PACE`] as long as anybody is interested.
    pub(super) async fn keep_looking<S: Sink>(self: Arc<Self>, sink: Arc<S>) {
        loop {
            let looking = Arc::clone(&sink);
            // A look that fails or panics leaves the one before.
            if let Ok(Some(look)) = tokio::task::spawn_blocking(move || looking.look()).await {
                *sync::lock(&self.look) = Arc::new(look);
            }
            sleep(PACE).await;
            let scraped = *sync::lock(&self.scraped);
            if scraped.is_none_or(|at| at.elapsed() > INTEREST) {
                self.wanted.notified().await;
            }
        }
    }
}

impl Histogram {
    fn observe(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.partition_point(|bound| *bound < seconds);
        self.counts[bucket] += 1;
        self.sum += seconds;
    }
}

#[cfg(test)]
mod tests;
