//! The look that is repeated beside everything else.

use std::{net::SocketAddr, time::Duration};

use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::{Link, Places, discover};

/// Between two looks while no tunnel is known.
const EAGER: Duration = Duration::from_secs(4);

/// Between two looks that only notice when it goes.
const CALM: Duration = Duration::from_secs(15);

/// Looks for tunnels to a listener, from now on until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    link: watch::Receiver<Link>,
    _looking: AbortOnDropHandle<()>,
}

impl Watcher {
    /// Starts to look. Needs a runtime.
    pub(crate) fn start(places: Places, listener: SocketAddr) -> Self {
        let (told, link) = watch::channel(Link::default());
        let looking = tokio::spawn(look(places, listener, told));
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

async fn look(places: Places, listener: SocketAddr, told: watch::Sender<Link>) {
    loop {
        let found = discover(&places, listener).await;
        let known = told.borrow().clone();
        let link = Link::of(found, known.tunnel.as_ref());
        let wait = if link.tunnel.is_some() { CALM } else { EAGER };
        told.send_if_modified(|known| {
            let changes = *known != link;
            *known = link;
            changes
        });
        tokio::time::sleep(wait).await;
    }
}
