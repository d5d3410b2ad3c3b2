//! A year of talk on one disk: how fast it is found, paged, exported and shown.
//!
//! `cargo bench --bench history` fills a store with a million lines (some 150 days of heavy use) through the way of every delivery, and
//! measures on it; `cargo bench --bench history -- draw` measures only how the dashboard draws it. `BENCH_LINES=100000` makes it smaller; `BENCH_DIR=FOLDER` keeps the store for the next run.

#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run had better say so at once"
)]

mod draw;
mod fill;
mod process;
mod timing;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::{Timestamp, tz::TimeZone};
use omiscope::{
    losses::LossCounter,
    monitor::WINDOW,
    search::{Order, Query},
    store::{
        Location, Settings, Store,
        page::{Anchor, Side},
        retention::{Keep, Retention},
    },
};
use timing::{Timing, once, report};

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let lines = setting("BENCH_LINES").map_or(1_000_000, |text| text.parse().expect("a number"));
    let (home, _temporary) = home();
    let data = home.join("data");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let everything = runtime.block_on(async {
        let store = open(&data);
        if fill::is_filled(&store) {
            println!("using the store in {}", data.display());
        } else {
            let took = fill::fill(&store, lines).await;
            report(
                "filling, lines/s",
                &format!("{:.0}", lines as f64 / took.as_secs_f64()),
            );
        }
        if std::env::args().any(|argument| argument == "draw") {
            draw::measure(&store).await;
            store.close().await;
            return false;
        }
        store.close().await;
        drop(store);
        // From nothing, to see how long that takes.
        for name in ["search.db", "search.db-wal", "search.db-shm"] {
            let _ = fs::remove_file(data.join(name));
        }
        let store = open(&data);
        let took = index(&store).await;
        report("the whole index, made anew", &timing::show(took));
        in_process(&store);
        draw::measure(&store).await;
        store.close().await;
        true
    });
    if !everything {
        return;
    }
    sizes(&data);
    process::measure(&home);
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn home() -> (PathBuf, Option<tempfile::TempDir>) {
    if let Some(folder) = setting("BENCH_DIR") {
        return (folder.into(), None);
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    (folder.path().to_owned(), Some(folder))
}

fn open(data: &Path) -> Store {
    let settings = Settings {
        location: Location::Folder(data.to_owned()),
        silence: Duration::from_mins(2),
        retention: Retention {
            deliveries: Keep::default(),
            ..Retention::default()
        },
    };
    Store::open(settings, LossCounter::default()).expect("the store opens")
}

/// Waits until the index has come to the end.
async fn index(store: &Store) -> Duration {
    let began = Instant::now();
    while store.unindexed() > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    began.elapsed()
}

fn in_process(store: &Store) {
    Timing::of("snapshot for the dashboard", 20, || {
        store.snapshot(WINDOW).expect("it can be read");
    });
    Timing::of("newest page of 200 lines", 200, || {
        store
            .page(Anchor::end(), Side::Before, 200)
            .expect("it can be read");
    });
    let far = Anchor::at(fill::start() + jiff::SignedDuration::from_hours(24 * 3));
    Timing::of("a page far back", 200, || {
        store.page(far, Side::Before, 200).expect("it can be read");
    });
    for (what, text, order) in [
        ("search, a common word", "the", Order::Newest),
        ("search, a rare word", "quincunx", Order::Newest),
        ("search, a phrase", "\"the time we\"", Order::Newest),
        ("search, a prefix as it is typed", "qui*", Order::Newest),
        ("search, a common prefix", "th*", Order::Newest),
        ("search, two words", "water people", Order::Newest),
        (
            "search, a word and a speaker",
            "water speaker:3",
            Order::Newest,
        ),
        ("search, a speaker alone", "speaker:3", Order::Newest),
        (
            "search, a word in one week",
            "water since:2026-02-01 until:2026-02-08",
            Order::Newest,
        ),
        ("search, memories", "water kind:memory", Order::Newest),
        ("search, Japanese, two characters", "電車", Order::Newest),
        ("search, nothing", "zzzzzz", Order::Newest),
        ("search, a rare word, best first", "quincunx", Order::Best),
        ("search, a common word, best first", "the", Order::Best),
    ] {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a time");
        let query = Query::parse(text, now, &TimeZone::UTC).expect("a query");
        let runs = if order == Order::Best { 20 } else { 200 };
        Timing::of(what, runs, || {
            store.search(&query, order, 50).expect("it can be searched");
        });
    }
}

fn sizes(data: &Path) {
    for name in ["omiscope.db", "search.db"] {
        let bytes = fs::metadata(data.join(name)).map_or(0, |file| file.len());
        report(
            &format!("{name} on disk"),
            &format!("{} MB", bytes / 1_000_000),
        );
    }
    once("opening the store", || drop(open(data)));
}
