//! Accepting connections: as many as there are places for, and never so fast that a lack of files or memory makes us spin.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use hyper_util::{rt::TokioIo, server::conn::auto::Builder};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;

use super::{
    connection::{self, Pulse},
    handler::Handler,
    reply,
    sink::Sink,
    tasks::Tasks,
};
use crate::losses::LossCounter;

/// Shortest and longest rest after a failed accept.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Connections that may be in the course of being turned away; more are dropped without a word.
const TURNED_AWAY: usize = 64;

/// Longest time, and most bytes, that are spent on telling a client that there is no place for it.
const FAREWELL: (Duration, u64) = (Duration::from_secs(1), 64 << 10);

/// What every connection gets.
pub(super) struct Listen<S> {
    pub(super) protocol: Builder<Tasks>,
    pub(super) idle: Duration,
    pub(super) handler: Arc<Handler<S>>,
    pub(super) tasks: Tasks,
    pub(super) shutdown: CancellationToken,
    pub(super) places: Places,
    pub(super) losses: LossCounter,
}

/// How many connections may be open, and how many are. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    all: usize,
}

impl Places {
    pub(super) fn new(all: usize) -> Self {
        let all = all.min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(all)),
            all,
        }
    }

    /// A place until it is dropped, if one is free.
    fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_owned().ok()
    }

    /// How many connections are open, and how many may be.
    pub(super) fn taken(&self) -> (usize, usize) {
        (self.all - self.free.available_permits(), self.all)
    }
}

impl<S: Sink> Listen<S> {
    /// Accepts for ever.
    pub(super) async fn accept(&self, listener: &TcpListener) {
        let doorstep = Places::new(TURNED_AWAY);
        let mut back_off = BACK_OFF.0;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    back_off = BACK_OFF.0;
                    match self.places.take() {
                        Some(place) => self.serve(stream, place),
                        None => self.turn_away(stream, &doorstep),
                    }
                }
                Err(error) if is_of_one_client(&error) => {
                    self.losses.add(|losses| losses.connections_lost += 1);
                }
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    self.losses.add(|losses| losses.connections_lost += 1);
                    tokio::time::sleep(back_off).await;
                    back_off = (back_off * 2).min(BACK_OFF.1);
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, place: OwnedSemaphorePermit) {
        // Only latency is lost where the system refuses this.
        let _ = stream.set_nodelay(true);
        let remote = stream.peer_addr().ok();
        let pulse = Arc::new(Pulse::default());
        let of_requests = Arc::clone(&pulse);
        let handler = Arc::clone(&self.handler);
        let service = hyper::service::service_fn(move |request| {
            let open = of_requests.request();
            let handler = Arc::clone(&handler);
            async move {
                let reply = handler.handle(request, remote).await;
                drop(open);
                Ok::<_, Infallible>(reply)
            }
        });
        let connection = self
            .protocol
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let (idle, shutdown) = (self.idle, self.shutdown.clone());
        self.tasks.spawn(async move {
            connection::run(connection, &pulse, idle, &shutdown).await;
            drop(place);
        });
    }

    fn turn_away(&self, stream: TcpStream, doorstep: &Places) {
        self.losses.add(|losses| losses.connections_lost += 1);
        let Some(place) = doorstep.take() else {
            return;
        };
        self.tasks.spawn(async move {
            // It was told, or it did not listen.
            let _ = tokio::time::timeout(FAREWELL.0, tell_full(stream)).await;
            drop(place);
        });
    }
}

/// Whether a failed accept is the fault of the client that was about to be accepted.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

async fn tell_full(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(reply::full().as_bytes()).await?;
    stream.shutdown().await?;
    // A connection that is closed over unread bytes takes back what was written.
    let mut rest = stream.take(FAREWELL.1);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(())
}
