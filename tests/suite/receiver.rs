//! The other end of what omiscope posts: it takes single requests, and knows nothing of Omi.
#![cfg_attr(
    not(unix),
    allow(dead_code, reason = "most tests that look at requests are for unix")
)]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

use serde_json::Value;

use crate::program::PATIENCE;

/// A request, its head in lines.
pub(crate) struct Post {
    pub(crate) head: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Post {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.iter().filter_map(|line| line.split_once(": "));
        lines.find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value))
    }

    /// The body, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Takes the one request of a connection and answers it with what `answer` makes of its first line; None if none came whole.
pub(crate) fn take<'a>(stream: TcpStream, answer: impl FnOnce(&str) -> &'a str) -> Option<Post> {
    take_and_tell(stream, |line| (answer(line), "{}"))
}

/// The same, with a status and a body. Whoever answers before all has come breaks the connection, and may not be heard.
pub(crate) fn take_and_tell<'a>(
    stream: TcpStream,
    answer: impl FnOnce(&str) -> (&'a str, &'a str),
) -> Option<Post> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut stream = BufReader::new(stream);
    let lines = stream.by_ref().lines().map_while(Result::ok);
    let head = lines.take_while(|line| !line.is_empty()).collect();
    let body = Vec::new();
    let mut post = Post { head, body };
    let length = post.header("content-length")?.parse().ok()?;
    post.body.resize(length, 0);
    stream.read_exact(&mut post.body).ok()?;
    let (status, told) = answer(post.head.first()?);
    let length = told.len();
    let answer =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{told}");
    stream.get_mut().write_all(answer.as_bytes()).ok()?;
    Some(post)
}
