//! Times, in rows of a table.

use std::time::{Duration, Instant};

pub(crate) struct Timing;

impl Timing {
    /// Runs something often and reports the median, the 99th percentile and the greatest time.
    pub(crate) fn of(what: &str, runs: usize, mut run: impl FnMut()) {
        let mut times: Vec<Duration> = (0..runs)
            .map(|_| {
                let began = Instant::now();
                run();
                began.elapsed()
            })
            .collect();
        times.sort();
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        report(
            what,
            &format!(
                "{:>9}  p99 {:>9}  max {:>9}",
                show(at(0.5)),
                show(at(0.99)),
                show(at(1.0))
            ),
        );
    }
}

/// Runs something once and reports how long it took.
pub(crate) fn once<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = run();
    report(what, &show(began.elapsed()));
    result
}

pub(crate) fn report(what: &str, figure: &str) {
    println!("{what:<36} {figure}");
}

pub(crate) fn show(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 1000.0 {
        format!("{millis:.2} ms")
    } else {
        format!("{:.1} s", millis / 1000.0)
    }
}
