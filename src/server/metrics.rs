//! Counters, as Prometheus text.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

use hyper::StatusCode;

use crate::{event::Kind, losses::Losses};

/// Requests by kind and status.
#[derive(Debug, Default)]
pub(super) struct Metrics(Mutex<BTreeMap<(&'static str, u16), u64>>);

impl Metrics {
    /// Counts an answered request.
    pub(super) fn count(&self, kind: Kind, status: StatusCode) {
        *self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry((kind.name(), status.as_u16()))
            .or_default() += 1;
    }

    /// The counters in the text format of Prometheus.
    pub(super) fn render(&self, losses: Losses, queued: usize, connections: usize) -> String {
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
        for (cause, count) in losses.causes() {
            let cause = cause.name;
            let _ = writeln!(text, "omiscope_losses_total{{cause=\"{cause}\"}} {count}");
        }
        let gauges = [
            (
                "omiscope_store_queue",
                queued,
                "Deliveries that wait to be committed.",
            ),
            (
                "omiscope_connections",
                connections,
                "Connections that are open.",
            ),
        ];
        for (name, value, help) in gauges {
            family(&mut text, name, "gauge", help);
            let _ = writeln!(text, "{name} {value}");
        }
        text
    }
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_help_and_type_before_its_samples() {
        let metrics = Metrics::default();
        metrics.count(Kind::Ping, StatusCode::OK);
        metrics.count(Kind::Ping, StatusCode::OK);
        metrics.count(Kind::Unknown, StatusCode::UNAUTHORIZED);
        let losses = Losses {
            panics: 3,
            ..Losses::default()
        };
        let expected = r#"# HELP omiscope_requests_total Requests answered, by kind and status.
# TYPE omiscope_requests_total counter
omiscope_requests_total{kind="ping",status="200"} 2
omiscope_requests_total{kind="unknown",status="401"} 1
# HELP omiscope_losses_total What was lost, by cause.
# TYPE omiscope_losses_total counter
omiscope_losses_total{cause="text_refused"} 0
omiscope_losses_total{cause="sound_refused"} 0
omiscope_losses_total{cause="panics"} 3
omiscope_losses_total{cause="connections_lost"} 0
omiscope_losses_total{cause="refusals_unrecorded"} 0
omiscope_losses_total{cause="upkeep_failed"} 0
omiscope_losses_total{cause="log_lines"} 0
# HELP omiscope_store_queue Deliveries that wait to be committed.
# TYPE omiscope_store_queue gauge
omiscope_store_queue 7
# HELP omiscope_connections Connections that are open.
# TYPE omiscope_connections gauge
omiscope_connections 2
"#;
        assert_eq!(metrics.render(losses, 7, 2), expected);
    }
}
