//! One look and one ping, for those who do not stay.

use std::{net::SocketAddr, time::Duration};

use super::{Link, Places, discover, probe};
use crate::{outbound::Outbound, ping, secret::Keys, webhook_url::WebhookUrl};

/// Longest wait for the listener itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whether omiscope listens.
    pub(crate) runs: bool,
    /// How Omi reaches it. A ping was sent only if it runs, and its keys are known.
    pub(crate) link: Link,
}

/// Looks for a tunnel to a listener, and tries it.
pub(crate) async fn look_once(places: &Places, listener: SocketAddr, keys: Option<&Keys>) -> Found {
    let (local, outbound) = (WebhookUrl::local(listener), Outbound::within(PATIENCE));
    let ((tunnels, advice), runs) = tokio::join!(
        discover(places, listener),
        ping::is_greeted(&local, &outbound)
    );
    let link = Link {
        tunnel: tunnels.into_iter().next(),
        advice,
        ..Link::default()
    };
    let probed = match (&link.tunnel, keys) {
        (Some(tunnel), Some(keys)) if runs => probe(tunnel, keys).await,
        _ => return Found { runs, link },
    };
    let link = link.probed(probed);
    Found { runs, link }
}
