//! An HTTP/1.1 client that sends what it is told, right or wrong.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::program::PATIENCE;

pub(super) struct Client(BufReader<TcpStream>);

#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }
}

impl Client {
    pub(super) async fn connect(address: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    /// Sends bytes as they are. Whether the server took them all, or closed before.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        timeout(PATIENCE, self.0.get_mut().write_all(bytes.as_ref()))
            .await
            .expect("the server reads on, or closes")
            .is_ok()
    }

    /// Sends a request with a content length, which may be given among the headers instead.
    pub(super) async fn request(
        &mut self,
        method: &str,
        target: &str,
        headers: &[&str],
        body: &str,
    ) {
        self.send(request(method, target, headers, body)).await;
    }

    pub(super) async fn answer(&mut self) -> Answer {
        self.answer_to("POST").await
    }

    pub(super) async fn answer_to(&mut self, method: &str) -> Answer {
        timeout(PATIENCE, self.read_answer(method != "HEAD"))
            .await
            .expect("an answer comes")
    }

    async fn read_answer(&mut self, has_body: bool) -> Answer {
        let first = self.line().await;
        let status = first.split(' ').nth(1).unwrap_or_default();
        let status = status
            .parse()
            .unwrap_or_else(|_| panic!("{first:?} is no status line"));
        let mut headers = Vec::new();
        loop {
            let line = self.line().await;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut answer = Answer {
            status,
            headers,
            body: String::new(),
        };
        let length = answer.header("content-length");
        if let Some(length) = length.filter(|_| has_body) {
            let mut body = vec![0; length.parse().unwrap()];
            self.0.read_exact(&mut body).await.unwrap();
            answer.body = String::from_utf8(body).unwrap();
        }
        answer
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    /// Waits until the server closes, and gives what it said before.
    pub(super) async fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest))
            .await
            .expect("the server closes");
        rest
    }
}

/// The text of a request.
pub(super) fn request(method: &str, target: &str, headers: &[&str], body: &str) -> String {
    let framed = |header: &&str| {
        let name = header.split(':').next().unwrap_or_default();
        ["content-length", "transfer-encoding"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    };
    let length = format!("Content-Length: {}", body.len());
    let line = format!("{method} {target} HTTP/1.1");
    let mut lines = vec![&*line, "Host: localhost"];
    if !headers.iter().any(framed) {
        lines.push(&length);
    }
    lines.extend(headers);
    lines.push("");
    lines.join("\r\n") + "\r\n" + body
}
