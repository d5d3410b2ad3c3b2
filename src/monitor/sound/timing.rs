use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::burst::{Burst, Bursts, Interval};

/// What timing is measured over.
const SPAN: SignedDuration = SignedDuration::from_mins(10);

/// How sound comes, over the last ten minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// The usual length of a body.
    pub body: Duration,
    /// The interval that the sender seems to be set to: what the median burst holds. Omi posts once it has more than that, and
    /// less than a second more; so it is in whole seconds from one on.
    pub interval: Duration,
    /// From the beginning of one burst to that of the next: the median.
    pub spacing: Duration,
    /// 95 of 100 spacings are no longer than this.
    pub spacing_p95: Duration,
    /// The longest spacing.
    pub longest: Duration,
    /// Half of the spacings are off the median by no more than this.
    pub jitter: Duration,
}

pub(super) fn measure(bursts: &Bursts, now: Timestamp) -> Option<Timing> {
    let recent = |burst: &&Burst| now.duration_since(burst.began) <= SPAN;
    let of = |length: fn(&Burst) -> f64| {
        let whole = bursts.whole(now).rev().take_while(recent);
        sorted(whole.map(length).collect())
    };
    let spacings = bursts
        .intervals(now)
        .take_while(|interval| now.duration_since(interval.to) <= SPAN);
    let spacings = sorted(spacings.map(|interval: Interval| interval.clock).collect());
    let spacing = quantile(&spacings, 0.5)?;
    let off = sorted(spacings.iter().map(|one| (one - spacing).abs()).collect());
    let held = quantile(&of(|burst| burst.seconds), 0.5)?;
    let interval = if held < 1.0 {
        held
    } else {
        (held + 0.01).floor()
    };
    Some(Timing {
        body: seconds(quantile(&of(|burst| burst.longest), 0.5)?),
        interval: seconds(interval),
        spacing: seconds(spacing),
        spacing_p95: seconds(quantile(&spacings, 0.95)?),
        longest: seconds(*spacings.last()?),
        jitter: seconds(quantile(&off, 0.5)?),
    })
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The least value that a share of all are no greater than.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
