use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::burst::{AWAY, Burst, Bursts};

/// How much of the sound arrived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// Seconds of sound for each second of the clock.
    pub ratio: f64,
    /// What it was measured over: more than was asked for where bursts are long, less where less is known.
    pub over: Duration,
}

/// Measures from the beginning of one burst to that of another. A burst is the sound of the time before it.
pub(super) fn measure(bursts: &Bursts, span: SignedDuration, now: Timestamp) -> Option<Coverage> {
    let newest = bursts.newest()?;
    if now.duration_since(newest.ended) > span.max(AWAY) {
        return None;
    }
    let last = bursts.whole(now).next_back()?;
    let end = if bursts.is_overdue(now) {
        now
    } else {
        last.began
    };
    let mut sound = 0.0;
    let mut counted: Option<&Burst> = None;
    for burst in bursts.whole(now).rev() {
        // What was counted so far came after this one began.
        sound += counted.map_or(0.0, |later| later.seconds);
        counted = Some(burst);
        if end.duration_since(burst.began) >= span {
            break;
        }
    }
    let over = Duration::try_from(end.duration_since(counted?.began)).ok()?;
    let ratio = sound / over.as_secs_f64();
    (over > Duration::ZERO).then_some(Coverage { ratio, over })
}
