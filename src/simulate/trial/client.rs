//! Sends posts over HTTP, as patient as each sender is and with its connections.

use jiff::Timestamp;

use super::{era::Era, post::Post, run::Reply};
use crate::{
    outbound::{Outbound, PostError},
    secret::Secret,
    webhook_url::WebhookUrl,
};

/// A client for one receiver.
pub(super) struct Client<'a> {
    target: &'a WebhookUrl,
    signing_secret: Option<&'a Secret>,
    kept: Outbound,
    /// A connection for each post.
    unkept: Outbound,
}

impl<'a> Client<'a> {
    pub(super) fn new(target: &'a WebhookUrl, signing_secret: Option<&'a Secret>) -> Self {
        Self {
            target,
            signing_secret,
            kept: Outbound::new(),
            unkept: Outbound::new().unkept(),
        }
    }

    /// Sends a post as a sender does.
    pub(super) async fn send(&self, post: &Post, era: &Era) -> Reply {
        let client = if era.keeps_connections {
            &self.kept
        } else {
            &self.unkept
        };
        let client = client.waiting(era.patience(post.kind.feed()));
        let request = post.request(self.target, era, self.signing_secret, Timestamp::now());
        match request {
            Ok(request) => client.send(request).await,
            Err(error) => Err(PostError::Unreachable(error.to_string())),
        }
    }
}
