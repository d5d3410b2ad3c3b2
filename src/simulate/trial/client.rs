//! Sends posts over HTTP, as patient as each sender is and with its connections.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{era::Era, post::Post, run::Reply};
use crate::{
    outbound::{Outbound, PostError},
    secret::Secret,
    webhook_url::WebhookUrl,
};

/// A client for one receiver.
#[derive(Clone)]
pub(in crate::simulate) struct Client {
    target: WebhookUrl,
    /// Signs what is of an era that signs.
    signing_secret: Option<Secret>,
    kept: Outbound,
    /// A connection for each post.
    unkept: Outbound,
}

impl Client {
    pub(in crate::simulate) fn new(target: WebhookUrl, signing_secret: Option<Secret>) -> Self {
        Self {
            target,
            signing_secret,
            kept: Outbound::new(),
            unkept: Outbound::new().unkept(),
        }
    }

    /// Sends a post as a sender does.
    pub(in crate::simulate) async fn send(&self, post: &Post, era: &Era) -> Reply {
        let client = if era.keeps_connections {
            &self.kept
        } else {
            &self.unkept
        };
        let client = client.waiting(era.patience(post.kind.webhook()));
        let signing_secret = self.signing_secret.as_ref();
        match post.request(&self.target, era, signing_secret, Timestamp::now()) {
            Ok(request) => client.send(request).await,
            Err(error) => Err(PostError::Unreachable(error.to_string())),
        }
    }

    /// A text without the receiver's key.
    pub(in crate::simulate) fn masked_in<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.target.key() {
            Some(key) => key.masked_in(text),
            None => Cow::Borrowed(text),
        }
    }
}
