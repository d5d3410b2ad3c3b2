//! The look that is repeated beside everything else.

use std::{net::SocketAddr, time::Duration};

use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::{Link, Places, discover, probe};
use crate::secret::Keyring;

/// Between two looks until a ping has come through.
const EAGER: Duration = Duration::from_secs(4);

/// Between two looks that only notice when a tunnel goes.
const CALM: Duration = Duration::from_secs(15);

/// Looks for tunnels to a listener, from now on until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    link: watch::Receiver<Link>,
    _looking: AbortOnDropHandle<()>,
}

/// What is looked for, and where.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    pub(crate) places: Places,
    pub(crate) listener: SocketAddr,
    pub(crate) keys: Keyring,
}

impl Watcher {
    /// Starts to look. Needs a runtime.
    pub(crate) fn start(search: Search) -> Self {
        let (told, link) = watch::channel(Link::default());
        let looking = tokio::spawn(async move {
            loop {
                search.look(&told).await;
                let through = told.borrow().answered.is_some();
                tokio::time::sleep(if through { CALM } else { EAGER }).await;
            }
        });
        Self {
            link,
            _looking: AbortOnDropHandle::new(looking),
        }
    }

    /// What is known, now and later.
    pub(crate) fn link(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }
}

impl Search {
    /// Looks once, tells what is found, and then whether a ping comes through, which is asked until one does.
    pub(super) async fn look(&self, told: &watch::Sender<Link>) {
        let (tunnels, advice) = discover(&self.places, self.listener).await;
        let before = told.borrow().clone();
        if let Some(tunnel) = before.tunnel.as_ref().filter(|it| tunnels.contains(it)) {
            if before.answered.is_none() {
                let probed = probe(tunnel, &self.keys.get()).await;
                tell(told, before.clone().probed(probed));
            }
            return;
        }
        let found = Link {
            tunnel: tunnels.into_iter().next(),
            advice,
            answered: None,
        };
        tell(told, found.clone());
        if let Some(tunnel) = &found.tunnel {
            let probed = probe(tunnel, &self.keys.get()).await;
            tell(told, found.clone().probed(probed));
        }
    }
}

fn tell(told: &watch::Sender<Link>, link: Link) {
    told.send_if_modified(|known| {
        let changes = *known != link;
        *known = link;
        changes
    });
}
