//! The tunnel through which Omi reaches the listener: found where ngrok, cloudflared and Tailscale tell of theirs on this machine.
//!
//! ```text
//! ngrok        127.0.0.1:4040 …   /api/tunnels, /api/endpoints ─┐
//! cloudflared  127.0.0.1:20241 …  /config, /quicktunnel ────────┼─► Route ─► leads here? ─► Tunnel, or advice
//! tailscale    serve status --json ─────────────────────────────┘
//! ```
//!
//! Whatever else answers there, or answers nonsense, is no tunnel.

mod child;
mod cloudflared;
mod discover;
mod ngrok;
pub(crate) mod offer;
mod once;
mod probe;
mod route;
mod tailscale;
mod tool;
mod watcher;

#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use crate::{
    advice::{Advice, Severity},
    text,
    webhook_url::WebhookUrl,
};
pub(crate) use discover::{Places, discover};
pub(crate) use once::{Found, look_once};
use probe::probe;
pub use tool::Tool;
#[cfg(test)]
use watcher::Course;
pub(crate) use watcher::{Search, Watcher};

/// Whose tunnel it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// ngrok's agent.
    Ngrok,
    /// Cloudflare's: a quick tunnel, or one with names of its own.
    Cloudflared,
    /// Tailscale Funnel.
    Tailscale,
}

/// A tunnel that leads to the listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tunnel {
    /// Whose it is.
    pub provider: Provider,
    /// The webhook as Omi reaches it, over https and without its key.
    pub url: WebhookUrl,
}

/// How Omi reaches the listener, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// The tunnel that leads here.
    pub tunnel: Option<Tunnel>,
    /// What is wrong with it, or why there is none.
    pub advice: Vec<Advice>,
    /// After how long a ping came back through it; None: none has yet.
    pub answered: Option<Duration>,
    /// The tool that we have started for one.
    pub tool: Option<Tool>,
}

/// The code of the advice that the URL is not the one that was pasted. It stays as long as that is so.
const MOVED: &str = "tunnel-moved";

impl Link {
    /// How Omi reaches us, without the key, for whoever was told of the tunnel `known`; None: the advice says all. What was found is told
    /// even if the first ping failed: that may be the first that anyone sees of it.
    pub(crate) fn told(&self, known: Option<&Tunnel>) -> Option<String> {
        let tunnel = self.tunnel.as_ref()?;
        let (provider, url) = (tunnel.provider, tunnel.url.masked("..."));
        match self.answered {
            Some(_) => Some(format!("Omi reaches {url} by {provider}")),
            None if known != Some(tunnel) => Some(format!("found {url} of {provider}")),
            None => None,
        }
    }

    /// What is wrong, for a place where nothing else tells of tunnels: on one harmless line.
    pub(crate) fn warnings(&self) -> Vec<Advice> {
        let wrong = self
            .advice
            .iter()
            .filter(|it| it.severity != Severity::Note);
        let wrong = wrong.map(|it| Advice {
            found: text::neutral(&format!("tunnel: {}", it.found)).into_owned(),
            ..it.clone()
        });
        wrong.collect()
    }

    /// This, and what came of a ping through it.
    pub(crate) fn probed(self, probed: Result<Duration, Advice>) -> Self {
        let answered = probed.as_ref().ok().copied();
        let stays = self
            .advice
            .into_iter()
            .filter(|advice| advice.code == MOVED);
        Self {
            answered,
            advice: stays.chain(probed.err()).collect(),
            ..self
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ngrok => "ngrok",
            Self::Cloudflared => "cloudflared",
            Self::Tailscale => "Tailscale",
        })
    }
}
