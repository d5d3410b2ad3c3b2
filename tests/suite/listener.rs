//! A listener in this process, over a store in memory, and a client that writes what it wants onto the wire.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use omiscope::{
    event::{Record, Seq},
    losses::{LossCounter, Losses},
    secret::Secret,
    server::{self, Settings},
    store::{self, Location, Store},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::program::PATIENCE;

/// A running listener.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    pub(crate) shutdown: CancellationToken,
    losses: LossCounter,
    task: JoinHandle<()>,
}

/// Settings under which nothing of a test is near a limit.
pub(crate) fn settings(secret: &str) -> Settings {
    Settings {
        secret: Secret::new(secret.to_owned()),
        allowed_uids: HashSet::new(),
        header_timeout: PATIENCE,
        body_timeout: PATIENCE,
        max_body: 1 << 20,
        max_connections: 64,
        drain_timeout: PATIENCE,
    }
}

impl Listener {
    pub(crate) async fn start(settings: Settings) -> Self {
        let losses = LossCounter::default();
        let store = store::Settings {
            location: Location::Memory,
            silence: Duration::from_mins(2),
        };
        let store = Store::open(store, losses.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(server::serve(
            listener,
            settings,
            store.clone(),
            losses.clone(),
            shutdown.clone(),
        ));
        Self {
            address,
            store,
            shutdown,
            losses,
            task,
        }
    }

    pub(crate) async fn connect(&self) -> Client {
        Client(BufReader::new(
            TcpStream::connect(self.address).await.unwrap(),
        ))
    }

    /// Sends a whole request over a connection of its own.
    pub(crate) async fn ask(&self, request: &[u8]) -> Answer {
        let mut client = self.connect().await;
        client.send(request).await;
        client.answer().await.expect("an answer")
    }

    /// Everything recorded so far; refusals are recorded after they are answered, so a later delivery is waited for.
    pub(crate) async fn records(&self) -> Vec<Record> {
        self.store.close().await;
        let records = self.store.records_after(Seq::default(), 10_000).unwrap();
        records
            .into_iter()
            .map(|record| (*record).clone())
            .collect()
    }

    pub(crate) fn losses(&self) -> Losses {
        self.losses.get()
    }

    /// Asks the listener to end and waits until it has.
    pub(crate) async fn end(self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.task)
            .await
            .expect("the listener drains")
            .unwrap();
    }
}

/// A connection.
pub(crate) struct Client(BufReader<TcpStream>);

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // A server that has answered already may close; the answer is what counts.
        let _ = timeout(PATIENCE, self.0.get_mut().write_all(bytes))
            .await
            .expect("the server reads");
    }

    /// The next answer; None if the connection is closed instead.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        timeout(PATIENCE, self.read())
            .await
            .expect("an answer in time")
            .ok()
    }

    async fn read(&mut self) -> std::io::Result<Answer> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            match line.trim_end() {
                "" => break,
                text => lines.push(text.to_owned()),
            }
        }
        let status = lines[0]
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok());
        let header = |line: &String| {
            let (name, value) = line.split_once(':').expect("a header");
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let headers: Vec<_> = lines[1..].iter().map(header).collect();
        let mut answer = Answer {
            status: status.expect("a status"),
            headers,
            body: String::new(),
        };
        let length = answer
            .header("content-length")
            .map_or(0, |length| length.parse().expect("a length"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        answer.body = String::from_utf8(body).expect("text");
        Ok(answer)
    }
}

/// A request with a body, in one chunk if the headers say that it is chunked.
pub(crate) fn post(target: &str, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let chunked = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
    let lines: String = headers
        .iter()
        .flat_map(|(name, value)| [name, ": ", value, "\r\n"])
        .collect();
    let head = format!("POST {target} HTTP/1.1\r\nhost: x\r\n{lines}");
    if chunked {
        let size = format!("\r\n{:x}\r\n", body.len());
        return [head.as_bytes(), size.as_bytes(), body, b"\r\n0\r\n\r\n"].concat();
    }
    let length = format!("content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), length.as_bytes(), body].concat()
}
