//! The look that is repeated beside everything else.

use std::{net::SocketAddr, time::Duration};

use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    Link, Places, Tool,
    child::{Child, State},
    discover, probe,
};
use crate::secret::Keyring;

/// Between two looks until a ping has come through.
const EAGER: Duration = Duration::from_secs(4);

/// Between two looks that only notice when a tunnel goes.
const CALM: Duration = Duration::from_secs(15);

/// Looks for tunnels to a listener, from now on until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    link: watch::Receiver<Link>,
    stop: CancellationToken,
    looking: AbortOnDropHandle<()>,
}

/// What is looked for, and where.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    pub(crate) places: Places,
    pub(crate) listener: SocketAddr,
    pub(crate) keys: Keyring,
    /// What is started if there is no tunnel.
    pub(crate) tool: Option<Tool>,
}

impl Watcher {
    /// Starts to look. Needs a runtime.
    pub(crate) fn start(search: Search) -> Self {
        let (told, link) = watch::channel(Link::default());
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let looking = tokio::spawn(async move {
            let mut child = None;
            let looking = search.keep_looking(&told, &mut child);
            stopped.run_until_cancelled(looking).await;
            if let Some(child) = child {
                child.end().await;
            }
        });
        Self {
            link,
            stop,
            looking: AbortOnDropHandle::new(looking),
        }
    }

    /// What is known, now and later.
    pub(crate) fn link(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }

    /// Looks no more, and ends what was started.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        let _ = self.looking.await;
    }
}

impl Search {
    async fn keep_looking(&self, told: &watch::Sender<Link>, child: &mut Option<Child>) {
        loop {
            self.look(told, child).await;
            let through = told.borrow().answered.is_some();
            let wait = tokio::time::sleep(if through { CALM } else { EAGER });
            match child {
                None => wait.await,
                Some(child) => tokio::select! {
                    () = wait => {}
                    () = child.changed() => {}
                },
            }
        }
    }

    /// Looks once, tells what is found, and then whether a ping comes through, which is asked until one does.
    pub(super) async fn look(&self, told: &watch::Sender<Link>, child: &mut Option<Child>) {
        let (mut tunnels, mut advice) = discover(&self.places, self.listener).await;
        match child.as_ref().map(Child::state) {
            None if tunnels.is_empty() => {
                *child = self.tool.map(|tool| Child::start(tool, self.listener));
            }
            Some(State::Up(tunnel)) if !tunnels.contains(&tunnel) => tunnels.push(tunnel),
            Some(State::Failing(why)) => advice.insert(0, why),
            None | Some(State::Coming | State::Up(_)) => {}
        }
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
