//! The text format of Prometheus, version 0.0.4:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.

use std::fmt::{Display, Write as _};

use super::{BOUNDS, Histogram, Scrape, families::FAMILIES};

/// Some metrics of one name.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    /// One line, without backslashes.
    pub(super) help: &'static str,
    pub(super) samples: fn(&Scrape) -> Vec<Sample>,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    /// What follows the name of the family.
    suffix: &'static str,
    labels: Vec<(&'static str, String)>,
    value: f64,
}

impl Sample {
    pub(super) fn new(value: f64) -> Self {
        Self {
            suffix: "",
            labels: Vec::new(),
            value,
        }
    }

    pub(super) fn count(value: u64) -> Self {
        Self::new(value as f64)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.labels.push((name, value.to_string()));
        self
    }

    fn suffixed(self, suffix: &'static str) -> Self {
        Self { suffix, ..self }
    }
}

/// The samples of a histogram: buckets that each count all before them, sum and count.
pub(super) fn histogram(histogram: &Histogram) -> Vec<Sample> {
    let bounds = BOUNDS.iter().map(ToString::to_string);
    let bounds = bounds.chain(["+Inf".to_owned()]);
    let mut count = 0;
    let mut samples: Vec<Sample> = bounds
        .zip(histogram.counts)
        .map(|(bound, here)| {
            count += here;
            Sample::count(count).with("le", bound).suffixed("_bucket")
        })
        .collect();
    samples.push(Sample::new(histogram.sum).suffixed("_sum"));
    samples.push(Sample::count(count).suffixed("_count"));
    samples
}

pub(super) fn render(scrape: &Scrape) -> String {
    let mut text = String::with_capacity(8 << 10);
    for family in &FAMILIES {
        let samples = (family.samples)(scrape);
        if samples.is_empty() {
            continue;
        }
        let Family {
            name, kind, help, ..
        } = family;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for sample in samples {
            let Sample { suffix, value, .. } = sample;
            let _ = writeln!(text, "{name}{suffix}{} {value}", labelled(&sample));
        }
    }
    text
}

/// The labels of a sample, whose values may hold anything.
pub(super) fn labelled(sample: &Sample) -> String {
    if sample.labels.is_empty() {
        return String::new();
    }
    let labels = sample.labels.iter();
    let labels = labels.map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
    format!("{{{}}}", labels.collect::<Vec<_>>().join(","))
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
