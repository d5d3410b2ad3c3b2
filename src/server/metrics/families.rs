//! Every metric there is. Their names are a contract; README.md lists them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Scrape,
    text::{Family, Sample, histogram},
};
use crate::{
    rules::{ActionId, Count},
    store::WriterState,
};

const fn family(
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    samples: fn(&Scrape) -> Vec<Sample>,
) -> Family {
    Family {
        name,
        kind,
        help,
        samples,
    }
}

#[rustfmt::skip]
pub(super) static FAMILIES: [Family; 21] = [
    family("omiscope_build_info", "gauge", "The version that runs.", |_| {
        vec![Sample::count(1).with("version", env!("CARGO_PKG_VERSION"))]
    }),
    family("process_start_time_seconds", "gauge", "When it was started, in seconds since 1970.", |scrape| {
        vec![Sample::new(seconds(scrape.started))]
    }),
    family("omiscope_deliveries_total", "counter", "Deliveries answered, by kind and status.", |scrape| {
        by_status(&scrape.counts.deliveries, "kind")
    }),
    family("omiscope_delivery_bytes_total", "counter", "Bytes of the bodies of deliveries, by kind.", |scrape| {
        by_kind(&scrape.counts.bytes)
    }),
    family("omiscope_delivery_repeats_total", "counter", "Deliveries that had come before, by kind.", |scrape| {
        by_kind(&scrape.counts.repeats)
    }),
    family("omiscope_delivery_signatures_total", "counter", "Deliveries by what their signature is worth.", |scrape| {
        let verdicts = scrape.counts.signatures.iter();
        verdicts.map(|(verdict, count)| Sample::count(*count).with("verdict", verdict)).collect()
    }),
    family("omiscope_delivery_duration_seconds", "histogram", "From the head of a delivery to its answer.", |scrape| {
        histogram(&scrape.counts.answers)
    }),
    family("omiscope_requests_total", "counter", "Requests of every sort answered, by route and status.", |scrape| {
        by_status(&scrape.counts.requests, "route")
    }),
    family("omiscope_last_delivery_timestamp_seconds", "gauge", "When each feed was last accepted, in seconds since 1970; also before this start.", last_seen),
    family("omiscope_sound_coverage_ratio", "gauge", "Seconds of sound that came for each second of the clock, by wearer and stretch of time.", |scrape| {
        let coverage = scrape.look.coverage.iter();
        coverage.map(|of| Sample::new(of.ratio).with("uid", &of.uid).with("window", of.window)).collect()
    }),
    family("omiscope_losses_total", "counter", "What was lost, by cause.", |scrape| {
        let causes = scrape.present.losses.causes();
        causes.iter().map(|(cause, count)| Sample::count(*count).with("cause", cause.name)).collect()
    }),
    family("omiscope_store_up", "gauge", "Whether deliveries can be stored, as /healthz tells.", |scrape| {
        vec![Sample::count(u64::from(scrape.present.store.writer == WriterState::Alive))]
    }),
    family("omiscope_store_queue_length", "gauge", "Deliveries that wait to be committed.", |scrape| {
        vec![Sample::count(scrape.present.store.queued as u64)]
    }),
    family("omiscope_store_queue_capacity", "gauge", "Deliveries that may wait to be committed.", |scrape| {
        vec![Sample::count(scrape.present.store.capacity as u64)]
    }),
    family("omiscope_store_unindexed_records", "gauge", "Deliveries that the index of words has not reached.", |scrape| {
        vec![Sample::count(scrape.present.store.unindexed)]
    }),
    family("omiscope_store_size_bytes", "gauge", "Room that the store takes, by part.", |scrape| {
        let sizes = scrape.look.sizes.iter();
        sizes.map(|(part, bytes)| Sample::count(*bytes).with("part", part)).collect()
    }),
    family("omiscope_store_looked_timestamp_seconds", "gauge", "When coverage and sizes were measured, in seconds since 1970.", |scrape| {
        scrape.look.at.map(|at| Sample::new(seconds(at))).into_iter().collect()
    }),
    family("omiscope_connections", "gauge", "Connections that are open.", |scrape| {
        vec![Sample::count(scrape.present.connections.0 as u64)]
    }),
    family("omiscope_connections_limit", "gauge", "Connections that may be open.", |scrape| {
        vec![Sample::count(scrape.present.connections.1 as u64)]
    }),
    family("omiscope_rule_actions_total", "counter", "Actions of rules, by what became of them.", |scrape| {
        by_rule(scrape, |count| vec![("done", count.done), ("failed", count.failed), ("left_out", count.left_out)])
    }),
    family("omiscope_rule_queue_length", "gauge", "Events that wait for an action of a rule.", |scrape| {
        let rules = scrape.present.rules.iter();
        rules.map(|(action, count)| of(action, count.waiting)).collect()
    }),
];

fn of(action: &ActionId, count: u64) -> Sample {
    Sample::count(count)
        .with("rule", &action.rule)
        .with("action", action.kind.name())
}

fn by_rule(scrape: &Scrape, results: fn(&Count) -> Vec<(&'static str, u64)>) -> Vec<Sample> {
    let rules = scrape.present.rules.iter();
    rules
        .flat_map(|(action, count)| {
            let results = results(count).into_iter();
            results.map(move |(result, count)| of(action, count).with("result", result))
        })
        .collect()
}

fn by_kind(counts: &BTreeMap<&'static str, u64>) -> Vec<Sample> {
    let counts = counts.iter();
    counts
        .map(|(kind, count)| Sample::count(*count).with("kind", kind))
        .collect()
}

fn by_status(counts: &BTreeMap<(&'static str, u16), u64>, label: &'static str) -> Vec<Sample> {
    let counts = counts.iter();
    counts
        .map(|((what, status), count)| {
            Sample::count(*count)
                .with(label, what)
                .with("status", status)
        })
        .collect()
}

/// What this run saw is as new as can be; the store knows of the runs before.
fn last_seen(scrape: &Scrape) -> Vec<Sample> {
    let mut last: BTreeMap<_, Timestamp> = scrape.look.last_seen.iter().copied().collect();
    for (webhook, at) in &scrape.counts.last_seen {
        let known = last.entry(*webhook).or_insert(*at);
        *known = (*known).max(*at);
    }
    let webhooks = last.into_iter();
    webhooks
        .map(|(webhook, at)| Sample::new(seconds(at)).with("feed", webhook.name()))
        .collect()
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}
