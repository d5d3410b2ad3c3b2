//! One connection: what is spoken on it, and when it ends.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use hyper_util::{
    rt::TokioTimer,
    server::{conn::auto::Builder, graceful::GracefulConnection},
};
use tokio_util::sync::CancellationToken;

use super::{Settings, tasks::Tasks};

/// Requests that one HTTP/2 connection may have open.
const STREAMS: u32 = 64;

/// Greatest head of a request in bytes, and the most that is read at once; over it the answer is 431. Omi's heads are under 1 KiB, proxies
/// add some.
const HEAD: u32 = 64 << 10;

/// Rest after which a connection that is to end is cut: a client may be in the middle of a head, or silent.
const FAREWELL: Duration = Duration::from_millis(500);

/// HTTP/1.1 and HTTP/2, with every limit set on purpose.
pub(super) fn protocol(settings: &Settings, tasks: Tasks) -> Builder<Tasks> {
    let mut protocol = Builder::new(tasks);
    protocol
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_buf_size(HEAD as usize);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD)
        .keep_alive_interval(Some(settings.body_timeout));
    protocol
}

/// Serves a connection until its client goes, it rests for longer than `idle`, or `shutdown`. Requests that are open then are
/// still answered.
pub(super) async fn run(
    connection: impl GracefulConnection,
    pulse: &Pulse,
    idle: Duration,
    shutdown: &CancellationToken,
) {
    let mut connection = pin!(connection);
    tokio::select! {
        // A client that breaks off is its own affair.
        _ = connection.as_mut() => return,
        () = pulse.rests(idle) => {}
        () = shutdown.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        _ = connection => {}
        // Nothing is open, and the client does not care for our good-bye.
        () = pulse.rests(FAREWELL.min(idle)) => {}
    }
}

/// Whether anything happens on a connection. Hyper has no such limit while it tells HTTP/1 from HTTP/2, nor for HTTP/2.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    open: AtomicUsize,
    beats: AtomicU64,
}

/// A request that is open.
#[derive(Debug)]
pub(super) struct Open(Arc<Pulse>);

impl Pulse {
    /// A request has begun; it lasts as long as what is returned.
    pub(super) fn request(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.beats.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(self))
    }

    /// Ends after a rest of `limit` to twice that. Looks now and then, so that a request costs no wake-up.
    async fn rests(&self, limit: Duration) {
        let mut before = self.beats.load(Ordering::Relaxed);
        loop {
            tokio::time::sleep(limit).await;
            let beats = self.beats.load(Ordering::Relaxed);
            if beats == before && self.open.load(Ordering::Relaxed) == 0 {
                return;
            }
            before = beats;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.beats.fetch_add(1, Ordering::Relaxed);
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_requests_rests_at_once_and_a_busy_one_never() {
        let pulse = Arc::new(Pulse::default());
        let begun = Instant::now();
        pulse.rests(LIMIT).await;
        assert!(begun.elapsed() < 2 * LIMIT);

        let long = pulse.request();
        let watched = tokio::time::timeout(100 * LIMIT, pulse.rests(LIMIT)).await;
        assert!(watched.is_err(), "a request was open all the time");
        drop(long);
        pulse.rests(LIMIT).await;
    }

    #[tokio::test(start_paused = true)]
    async fn short_requests_keep_a_connection_open() {
        let pulse = Arc::new(Pulse::default());
        let requests = async {
            for _ in 0..20 {
                drop(pulse.request());
                sleep(LIMIT * 9 / 10).await;
            }
        };
        tokio::select! {
            () = requests => {}
            () = pulse.rests(LIMIT) => panic!("it was in use"),
        }
    }
}
