//! Counters, as Prometheus text.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

use crate::{event::Kind, losses::Losses};

/// Requests by kind and status.
#[derive(Debug, Default)]
pub(super) struct Metrics(Mutex<BTreeMap<(&'static str, u16), u64>>);

impl Metrics {
    /// Counts an answered request.
    pub(super) fn count(&self, kind: Kind, status: u16) {
        *self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry((kind.name(), status))
            .or_default() += 1;
    }

    /// The counters in the text format of Prometheus.
    pub(super) fn render(&self, losses: Losses, queued: usize) -> String {
        let mut text = String::new();
        family(
            &mut text,
            "omiscope_requests_total",
            "counter",
            "Requests answered, by kind and status.",
        );
        for ((kind, status), count) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "omiscope_requests_total{{kind=\"{kind}\",status=\"{status}\"}} {count}"
            );
        }
        family(
            &mut text,
            "omiscope_losses_total",
            "counter",
            "What was lost, by cause.",
        );
        let causes = [
            ("text_refused", losses.text_refused),
            ("sound_refused", losses.sound_refused),
            ("panics", losses.panics),
            ("refusals_unrecorded", losses.refusals_unrecorded),
            ("connections_lost", losses.connections_lost),
        ];
        for (cause, count) in causes {
            let _ = writeln!(text, "omiscope_losses_total{{cause=\"{cause}\"}} {count}");
        }
        family(
            &mut text,
            "omiscope_store_queue",
            "gauge",
            "Deliveries that wait to be committed.",
        );
        let _ = writeln!(text, "omiscope_store_queue {queued}");
        text
    }
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}
