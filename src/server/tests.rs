//! What a client gets, and what is counted, when the store is not as it should be.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
    task::JoinHandle,
};

use super::*;
use crate::signature::Policy;
use crate::{
    event::{Delivery, Kind, Seq},
    store::{CommitError, Receipt, StoreStatus, Submission, WriterState},
};

/// What the store does with every commit but a ping.
#[derive(Debug, Clone, Copy)]
enum Fault {
    Panics,
    IsFull,
    IsDead,
    Hangs,
}

#[derive(Debug)]
struct Faulty {
    fault: Fault,
    begun: Notify,
    given_up: AtomicUsize,
    notes: Mutex<Vec<(Delivery, Option<Bytes>)>>,
}

impl Sink for Arc<Faulty> {
    async fn commit(&self, submission: Submission) -> Result<Receipt, CommitError> {
        if submission.delivery.kind != Kind::Ping {
            match self.fault {
                Fault::Panics => panic!("as the test wants it"),
                Fault::IsFull => return Err(CommitError::Full),
                Fault::IsDead => return Err(CommitError::Failed),
                Fault::Hangs => self.hang().await,
            }
        }
        Ok(Receipt {
            seq: Seq(1),
            repeat_of: None,
        })
    }

    fn note(&self, delivery: Delivery, body: Option<Bytes>) {
        self.notes.lock().unwrap().push((delivery, body));
    }

    fn status(&self) -> StoreStatus {
        StoreStatus {
            queued: 0,
            capacity: 1,
            unindexed: 0,
            writer: match self.fault {
                Fault::Panics | Fault::Hangs => WriterState::Alive,
                Fault::IsFull => WriterState::Failing,
                Fault::IsDead => WriterState::Failed,
            },
        }
    }

    fn look(&self) -> Option<metrics::Look> {
        None
    }
}

impl Faulty {
    async fn hang(&self) {
        struct Dropped<'a>(&'a Faulty);
        impl Drop for Dropped<'_> {
            fn drop(&mut self) {
                self.0.given_up.fetch_add(1, Ordering::Relaxed);
                self.0.begun.notify_one();
            }
        }
        self.begun.notify_one();
        let _dropped = Dropped(self);
        std::future::pending::<()>().await;
    }
}

struct Running {
    address: std::net::SocketAddr,
    store: Arc<Faulty>,
    losses: LossCounter,
    shutdown: CancellationToken,
    served: JoinHandle<()>,
}

async fn start(fault: Fault) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        keys: crate::secret::Secret::new("S".into()).into(),
        signature: Policy::default(),
        allowed_uids: HashSet::new(),
        header_timeout: Duration::from_mins(1),
        body_timeout: Duration::from_mins(1),
        max_body: 1 << 20,
        max_connections: 16,
        drain_timeout: Duration::from_millis(50),
        replies: Replies::default(),
        rule_counters: Counters::default(),
    };
    let store = Arc::new(Faulty {
        fault,
        begun: Notify::new(),
        given_up: AtomicUsize::new(0),
        notes: Mutex::default(),
    });
    let losses = LossCounter::default();
    let shutdown = CancellationToken::new();
    let served = tokio::spawn(serve_into(
        listener,
        settings,
        Arc::clone(&store),
        losses.clone(),
        shutdown.clone(),
    ));
    Running {
        address,
        store,
        losses,
        shutdown,
        served,
    }
}

const TRANSCRIPT: &str = r#"{"segments":[],"session_id":"U"}"#;
const PING: &str = r#"{"type":"ping"}"#;

impl Running {
    /// Posts on a connection that stays open.
    async fn post(&self, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "POST /webhook?key=S&uid=U HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn answer(&self, body: &str) -> String {
        let mut answer = String::new();
        let mut stream = self.post(body).await;
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

#[tokio::test]
async fn a_panic_is_a_500_and_a_recorded_delivery_and_the_next_request_is_answered() {
    let running = start(Fault::Panics).await;
    let answer = running.answer(TRANSCRIPT).await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(
        answer.ends_with(r#"{"error":"internal error"}"#),
        "{answer}"
    );
    assert_eq!(running.losses.get().panics, 1);
    {
        let notes = running.store.notes.lock().unwrap();
        let (delivery, body) = &notes[0];
        assert_eq!((notes.len(), delivery.status), (1, 500));
        assert_eq!(delivery.kind, Kind::TranscriptSegment);
        assert_eq!(body.as_deref(), Some(TRANSCRIPT.as_bytes()));
    }
    assert!(running.answer(PING).await.ends_with("pong\"}"));
}

#[tokio::test]
async fn what_the_store_cannot_take_is_a_503_that_says_whose_it_was() {
    let running = start(Fault::IsFull).await;
    let answer = running.answer(TRANSCRIPT).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.ends_with(r#"{"error":"too much is waiting to be stored; send it again"}"#));
    // Counting it is the store's part.
    assert!(!running.losses.get().any());
    let notes = running.store.notes.lock().unwrap();
    let (delivery, _) = &notes[0];
    assert_eq!((notes.len(), delivery.status), (1, 503));
    assert_eq!(delivery.kind, Kind::TranscriptSegment);
    assert_eq!(delivery.uid, Some(Uid::parse("U").unwrap()));
}

#[tokio::test]
async fn health_is_whether_anything_can_be_stored_and_tells_no_more() {
    for (fault, expected) in [
        (Fault::Panics, ("HTTP/1.1 200 ", "\r\n\r\nok")),
        (Fault::IsFull, ("HTTP/1.1 503 ", "\r\n\r\nstore failed")),
        (Fault::IsDead, ("HTTP/1.1 503 ", "\r\n\r\nstore failed")),
    ] {
        let running = start(fault).await;
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        let request = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (status, body) = expected;
        assert!(answer.starts_with(status), "{fault:?}: {answer}");
        assert!(answer.ends_with(body), "{fault:?}: {answer}");
        assert!(running.store.notes.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_client_that_goes_while_we_commit_disturbs_nobody() {
    let running = start(Fault::Hangs).await;
    let client = running.post(TRANSCRIPT).await;
    running.store.begun.notified().await;
    drop(client);
    running.store.begun.notified().await;
    assert_eq!(running.store.given_up.load(Ordering::Relaxed), 1);
    assert!(running.answer(PING).await.ends_with("pong\"}"));
    assert!(!running.losses.get().any());
}

#[tokio::test]
async fn what_is_not_done_by_the_end_of_the_drain_time_is_cut() {
    let running = start(Fault::Hangs).await;
    let mut client = running.post(TRANSCRIPT).await;
    running.store.begun.notified().await;
    running.shutdown.cancel();
    running.served.await.unwrap();
    assert_eq!(running.store.given_up.load(Ordering::Relaxed), 1);
    let mut answer = Vec::new();
    // Closed or reset, but not answered.
    let _ = client.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
}
