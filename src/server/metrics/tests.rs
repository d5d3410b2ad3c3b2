use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
    time::Duration,
};

use prometheus_parse::{Scrape as Parsed, Value};

use super::{families::FAMILIES, *};
use crate::rules::ActionKind;
use crate::{
    event::{AudioChunk, Delivery, Encoding, Event, Seq, fixtures},
    losses::LossCounter,
    store::{
        CommitError, Location, Receipt, Settings, Store, Submission, WriterState,
        retention::Retention,
    },
};

fn present() -> Present {
    Present {
        losses: Losses {
            panics: 3,
            ..Losses::default()
        },
        store: StoreStatus {
            queued: 7,
            capacity: 1024,
            unindexed: 2,
            writer: WriterState::Alive,
        },
        connections: (2, 512),
        rules: vec![(
            ActionId {
                rule: "alert".into(),
                kind: ActionKind::Run,
            },
            Count {
                done: 4,
                failed: 2,
                left_out: 1,
                waiting: 5,
            },
        )],
    }
}

fn answered(kind: Kind, status: StatusCode) -> Answered {
    Answered {
        kind,
        status,
        signature: Signature::Absent,
        bytes: 100,
        is_repeat: status == StatusCode::OK,
    }
}

/// Some of everything.
fn metrics() -> Metrics {
    let metrics = Metrics::new(Timestamp::from_second(1_700_000_000).unwrap());
    metrics.delivery(answered(Kind::Ping, StatusCode::OK));
    metrics.delivery(answered(Kind::Ping, StatusCode::OK));
    metrics.delivery(answered(Kind::TranscriptSegment, StatusCode::OK));
    metrics.delivery(answered(Kind::Unknown, StatusCode::UNAUTHORIZED));
    for millis in [0, 1, 2, 30, 20_000] {
        let took = Some(Duration::from_millis(millis));
        metrics.request("webhook", StatusCode::OK, took);
    }
    metrics.request("other", StatusCode::NOT_FOUND, None);
    *sync::lock(&metrics.look) = Arc::new(Look::default());
    metrics
}

fn parsed(text: &str) -> Parsed {
    Parsed::parse(text.lines().map(|line| Ok(line.to_owned()))).unwrap()
}

fn value(text: &str, metric: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let parsed = parsed(text);
    let mut samples = parsed.samples.iter();
    let sample = samples.find(|sample| {
        let has = |(name, value): &(&str, &str)| sample.labels.get(name) == Some(value);
        sample.metric == metric && labels.iter().all(has)
    })?;
    match sample.value {
        Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => Some(value),
        Value::Histogram(_) | Value::Summary(_) => None,
    }
}

/// A metric, its labels, its value.
type Case = (&'static str, &'static [(&'static str, &'static str)], f64);

#[test]
fn a_parser_that_is_not_ours_reads_what_was_counted() {
    let text = metrics().render(present());
    let cases: [Case; 10] = [
        (
            "omiscope_delivery_signatures_total",
            &[("verdict", "absent")],
            4.0,
        ),
        (
            "omiscope_deliveries_total",
            &[("kind", "ping"), ("status", "200")],
            2.0,
        ),
        (
            "omiscope_deliveries_total",
            &[("kind", "unknown"), ("status", "401")],
            1.0,
        ),
        ("omiscope_delivery_bytes_total", &[("kind", "ping")], 200.0),
        ("omiscope_delivery_repeats_total", &[("kind", "ping")], 2.0),
        (
            "omiscope_requests_total",
            &[("route", "webhook"), ("status", "200")],
            5.0,
        ),
        ("omiscope_losses_total", &[("cause", "panics")], 3.0),
        ("omiscope_store_queue_length", &[], 7.0),
        ("omiscope_store_up", &[], 1.0),
        ("process_start_time_seconds", &[], 1_700_000_000.0),
    ];
    for (metric, labels, expected) in cases {
        assert_eq!(
            value(&text, metric, labels),
            Some(expected),
            "{metric} in {text}"
        );
    }
    let seen = "omiscope_last_delivery_timestamp_seconds";
    assert!(value(&text, seen, &[("feed", "transcript")]).unwrap() > 1.7e9);
    assert_eq!(value(&text, seen, &[("feed", "audio")]), None);
}

#[test]
fn a_bucket_of_the_histogram_counts_all_before_it_too() {
    let text = metrics().render(present());
    let parsed = parsed(&text);
    let mut samples = parsed.samples.iter();
    let durations = samples.find(|it| it.metric == "omiscope_delivery_duration_seconds");
    let Value::Histogram(buckets) = &durations.unwrap().value else {
        panic!("no histogram in {text}");
    };
    let counts: Vec<_> = buckets.iter().map(|bucket| bucket.count).collect();
    assert_eq!(
        counts,
        [
            2.0, 3.0, 3.0, 3.0, 3.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 5.0
        ]
    );
    let bounds: Vec<_> = buckets.iter().map(|bucket| bucket.less_than).collect();
    assert_eq!(bounds[..13], BOUNDS);
    assert!(bounds[13].is_infinite());
    assert!(text.contains("\nomiscope_delivery_duration_seconds_count 5\n"));
    assert!(text.contains("\nomiscope_delivery_duration_seconds_sum 20.033\n"));
}

#[test]
fn the_text_keeps_the_rules_of_its_format() {
    let text = metrics().render(present());
    assert!(text.ends_with('\n'));
    let mut families = HashSet::new();
    let mut series = HashSet::new();
    let mut lines = text.lines();
    let mut name = "";
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            name = help.split(' ').next().unwrap();
            assert!(families.insert(name), "{name} stands in two places");
            let kind = lines.next().unwrap().strip_prefix("# TYPE ").unwrap();
            let (of, kind) = kind.split_once(' ').unwrap();
            assert_eq!(of, name);
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
        } else {
            assert!(line.starts_with(name), "{line} is not of {name}");
            let (labels, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().unwrap().is_finite(), "{line}");
            assert!(series.insert(labels), "{labels} comes twice");
        }
    }
}

#[test]
fn a_label_may_hold_anything() {
    let sample = text::Sample::count(1).with("a", "x\"y\\z\nw");
    assert_eq!(text::labelled(&sample), r#"{a="x\"y\\z\nw"}"#);
}

#[test]
fn the_readme_lists_every_metric() {
    const README: &str = include_str!("../../../README.md");
    let section = README.split("### Metrics").nth(1).unwrap();
    let section = section.split("\n##").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let told: BTreeSet<_> = rows
        .map(|row| row.split('`').nth(1).unwrap())
        .map(|name| name.split('{').next().unwrap())
        .collect();
    let there: BTreeSet<_> = FAMILIES.iter().map(|family| family.name).collect();
    assert_eq!(told, there);
}

#[test]
fn the_example_for_prometheus_asks_for_metrics_that_are_there() {
    const EXAMPLE: &str = include_str!("../../../assets/prometheus.yml");
    let words = EXAMPLE.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let asked: Vec<_> = words.filter(|word| word.starts_with("omiscope_")).collect();
    assert!(asked.len() >= 3);
    for name in asked {
        let known = FAMILIES.iter().any(|family| family.name == name);
        assert!(known, "{name}");
    }
}

/// A store in which some sound and some words came.
async fn store(now: Timestamp) -> Store {
    let settings = Settings {
        location: Location::Memory,
        silence: Duration::from_mins(2),
        retention: Retention::FOREVER,
    };
    let store = Store::open(settings, LossCounter::default()).unwrap();
    for second in 0..60_u64 {
        let submission = Submission {
            delivery: Delivery {
                received: now - Duration::from_secs(59 - second),
                kind: Kind::AudioBytes,
                size: 2000,
                ..fixtures::delivery()
            },
            body: None,
            event: Some(Event::Audio(AudioChunk {
                rate: 1000,
                encoding: Encoding::Pcm16,
                bytes: (0..2000_u64)
                    .map(|byte| (byte * second) as u8)
                    .collect::<Vec<u8>>()
                    .into(),
            })),
        };
        store.commit(submission).await.unwrap();
    }
    store
}

#[tokio::test]
async fn a_look_at_the_store_tells_sizes_coverage_and_what_came_before() {
    let metrics = metrics();
    let now = Timestamp::now();
    let look = Look::take(&store(now).await, now).unwrap();
    *sync::lock(&metrics.look) = Arc::new(look);
    let text = metrics.render(present());
    assert!(value(&text, "omiscope_store_size_bytes", &[("part", "database")]).unwrap() > 4096.0);
    let seen = "omiscope_last_delivery_timestamp_seconds";
    assert!(value(&text, seen, &[("feed", "audio")]).unwrap() > 1.7e9);
    for window in ["1m", "10m", "60m"] {
        let labels = [("uid", "U"), ("window", window)];
        let ratio = value(&text, "omiscope_sound_coverage_ratio", &labels).unwrap();
        assert!((0.9..1.1).contains(&ratio), "{window}: {ratio}");
    }
}

/// A store that counts how often it is looked at.
#[derive(Debug, Default)]
struct Watched(Mutex<usize>);

impl Sink for Watched {
    async fn commit(&self, _: Submission) -> Result<Receipt, CommitError> {
        Ok(Receipt {
            seq: Seq(1),
            repeat_of: None,
        })
    }

    fn note(&self, _: Delivery, _: Option<bytes::Bytes>) {}

    fn status(&self) -> StoreStatus {
        present().store
    }

    fn look(&self) -> Option<Look> {
        *self.0.lock().unwrap() += 1;
        None
    }
}

#[tokio::test(start_paused = true)]
async fn the_store_is_left_alone_while_nobody_reads_what_it_tells() {
    let (metrics, store) = (Arc::new(metrics()), Arc::<Watched>::default());
    let looks = || *store.0.lock().unwrap();
    tokio::spawn(Arc::clone(&metrics).keep_looking(Arc::clone(&store)));
    sleep(Duration::from_hours(1)).await;
    assert_eq!(looks(), 1);
    metrics.render(present());
    sleep(Duration::from_secs(31)).await;
    assert!((2..=4).contains(&looks()), "{}", looks());
    sleep(Duration::from_hours(1)).await;
    assert!((20..=23).contains(&looks()), "{}", looks());
}
