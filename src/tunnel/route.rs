//! What a tunnel's program says of one tunnel: from where it leads to where.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use hyper::http::uri::Authority;

use super::Provider;
use crate::{text, webhook_url::WebhookUrl};

/// From where to where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) provider: Provider,
    pub(super) reach: Reach,
    /// `https://quiet-fox.ngrok.app`, perhaps with a path.
    pub(super) public: String,
    pub(super) target: Target,
}

/// Who gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everyone, with https.
    Public,
    /// Everyone, but without TLS.
    Plain,
    /// The machines of the user alone.
    Tailnet,
}

/// Where a tunnel leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    host: String,
    port: u16,
    /// What is put before the path of a request. Empty, or begins with a slash and does not end in one.
    path: String,
}

impl Route {
    /// The webhook by way of this tunnel, if it leads to a listener.
    pub(super) fn webhook_of(&self, listener: SocketAddr) -> Option<WebhookUrl> {
        if self.reach != Reach::Public || !self.leads_to(listener) {
            return None;
        }
        let more = "/webhook".strip_prefix(self.target.path.as_str())?;
        if !more.is_empty() && !more.starts_with('/') {
            return None;
        }
        let public = self.public.trim_end_matches('/');
        WebhookUrl::parse(&format!("{public}{more}")).ok()
    }

    pub(super) fn leads_to(&self, listener: SocketAddr) -> bool {
        self.target.is(listener)
    }
}

impl Target {
    /// Takes it as the programs write it: `http://localhost:80`, `localhost:80`, `80`, `[::1]:80`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let default = match scheme {
            "http" => 80,
            "https" | "https+insecure" => 443,
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = path.trim_end_matches('/').to_owned();
        if let Ok(port) = authority.parse() {
            let host = "localhost".to_owned();
            return Some(Self { host, port, path });
        }
        let authority: Authority = authority.parse().ok()?;
        let host = authority.host().trim_matches(['[', ']']);
        Some(Self {
            host: host.to_ascii_lowercase(),
            port: authority.port_u16().unwrap_or(default),
            path,
        })
    }

    fn is(&self, listener: SocketAddr) -> bool {
        let same = self.host.parse() == Ok(listener.ip());
        self.port == listener.port() && (same || self.is_this_machine())
    }

    fn is_this_machine(&self) -> bool {
        let ip = self.host.parse::<IpAddr>();
        self.host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, path } = self;
        if self.is_this_machine() {
            write!(f, "port {port}")?;
        } else {
            write!(f, "{host}:{port}")?;
        }
        f.write_str(&text::neutral(path))
    }
}
