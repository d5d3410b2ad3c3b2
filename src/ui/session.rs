use std::path::PathBuf;

use crate::{secret::Keyring, webhook_url::WebhookUrl};

/// Where the dashboard listens, for those who connect.
#[derive(Debug, Clone)]
pub struct Session {
    /// Where a tunnel or another program on this machine finds the listener.
    pub local: WebhookUrl,
    /// The key that belongs into the URL, and others that nobody may see.
    pub keys: Keyring,
    /// Where exports go if nobody says anything else.
    pub exports: PathBuf,
}
