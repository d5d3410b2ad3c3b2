//! Deliveries of the newest sender, one after another, each until it is taken or Omi would give up.

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use hyper::StatusCode;
use tokio::sync::mpsc;

use super::trial::{
    client::Client,
    era::newest,
    post::Post,
    run::Reply,
    verdict::{self, Again, outcome},
};
use crate::{event::Kind, outbound::Answer, text};

/// Deliveries that wait for the ones before them; Omi too drops what is more.
const WAITING: usize = 50;

/// Most bytes of an answer that are told.
const TOLD: usize = 200;

/// What came of a delivery, or of an attempt of it that is made again.
#[derive(Debug)]
pub struct Posted {
    /// What it was.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// None: that is the end of it.
    pub again: Option<Again>,
}

/// How a delivery or an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken after so long.
    Taken(Duration),
    /// It had this answer, no 2xx; the beginning of what it said, without the key, but from outside.
    Refused(StatusCode, String),
    /// It had none, and why.
    NoAnswer(String),
    /// It was not posted: nobody took the ones before it.
    Dropped,
}

/// Who is told what came of each delivery, and of each attempt before the last one.
pub(super) type Tell = Arc<dyn Fn(Posted) + Send + Sync>;

/// A way to the receiver.
pub(super) struct Lane {
    waiting: mpsc::Sender<Post>,
    tell: Tell,
}

impl Lane {
    pub(super) fn new(client: Client, tell: Tell) -> Self {
        let (sender, mut waiting) = mpsc::channel::<Post>(WAITING);
        let told = Arc::clone(&tell);
        tokio::spawn(async move {
            while let Some(post) = waiting.recv().await {
                deliver(&client, &post, &told).await;
            }
        });
        Self {
            waiting: sender,
            tell,
        }
    }

    pub(super) fn send(&self, post: Post) {
        let kind = post.kind.is;
        if self.waiting.try_send(post).is_err() {
            (self.tell)(Posted {
                kind,
                outcome: Outcome::Dropped,
                again: None,
            });
        }
    }
}

async fn deliver(client: &Client, post: &Post, tell: &Tell) {
    let ended = |reply: &Reply, again| {
        let outcome = match reply {
            Ok(answer) if answer.status.is_success() => Outcome::Taken(answer.took),
            Ok(answer) => Outcome::Refused(answer.status, beginning(client, answer)),
            Err(error) => Outcome::NoAnswer(error.to_string()),
        };
        tell(Posted {
            kind: post.kind.is,
            outcome,
            again,
        });
    };
    persist(|| client.send(post, newest()), ended).await;
}

/// Attempts as often as the newest sender would, and tells each reply, with what follows if it is not the last.
async fn persist<F: Future<Output = Reply>>(
    attempt: impl Fn() -> F,
    tell: impl Fn(&Reply, Option<Again>),
) {
    let mut number = 0;
    loop {
        let reply = attempt().await;
        let status = reply.as_ref().map(|answer| answer.status).map_err(drop);
        let again = match outcome(newest(), number, status) {
            verdict::Outcome::Again(again) => Some(again),
            _ => None,
        };
        tell(&reply, again);
        let Some(again) = again else { return };
        tokio::time::sleep(again.wait).await;
        number += 1;
    }
}

fn beginning(client: &Client, answer: &Answer) -> String {
    let said = String::from_utf8_lossy(&answer.body);
    let said = client.masked_in(&said);
    text::beginning(said.trim(), TOLD).to_owned()
}
