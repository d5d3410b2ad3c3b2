//! The look that is repeated beside everything else.

use std::{net::SocketAddr, time::Duration};

use tokio::{sync::watch, time::Instant};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    Link, MOVED, Places, Tool, Tunnel,
    child::{Child, State},
    discover, probe,
};
use crate::{advice::Advice, secret::Keyring, webhook_url::WebhookUrl};

/// Between two looks: at first, and at last.
const LOOKS: [Duration; 2] = [Duration::from_secs(4), Duration::from_secs(15)];

/// Between two pings that do not come through: at first, and at last.
const PINGS: [Duration; 2] = [Duration::from_secs(4), Duration::from_mins(5)];

/// After a ping that came through: a tunnel may be listed long after it is dead.
const NEXT_PING: Duration = Duration::from_mins(10);

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
            let mut course = Course::default();
            let looking = search.keep_looking(&told, &mut course);
            stopped.run_until_cancelled(looking).await;
            if let Some(child) = course.child {
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

/// What is remembered from look to look.
#[derive(Debug, Default)]
pub(super) struct Course {
    child: Option<Child>,
    /// The URL that was told last.
    pasted: Option<WebhookUrl>,
    /// The last look did not find the tunnel that is told of. One such look may mean that its program was slow.
    is_missed: bool,
    pings: Pings,
}

/// When the next ping through the tunnel is due.
#[derive(Debug, Default)]
struct Pings {
    due: Option<Instant>,
    failed: u32,
}

impl Pings {
    fn are_due(&self) -> bool {
        self.due.is_none_or(|due| due <= Instant::now())
    }

    fn count(&mut self, came_through: bool) {
        let wait = if came_through {
            self.failed = 0;
            NEXT_PING
        } else {
            self.failed += 1;
            paced(PINGS, self.failed - 1)
        };
        self.due = Some(Instant::now() + wait);
    }
}

/// The wait after so many others, each twice as long as the one before it.
fn paced([first, last]: [Duration; 2], waits: u32) -> Duration {
    let wait = first.checked_mul(1_u32.checked_shl(waits).unwrap_or(u32::MAX));
    wait.unwrap_or(last).min(last)
}

impl Search {
    async fn keep_looking(&self, told: &watch::Sender<Link>, course: &mut Course) {
        for looks in 0.. {
            self.look(told, course).await;
            let wait = tokio::time::sleep(paced(LOOKS, looks));
            match &mut course.child {
                None => wait.await,
                Some(child) => tokio::select! {
                    () = wait => {}
                    () = child.changed() => {}
                },
            }
        }
    }

    /// Looks once, tells what is found, and then whether a ping comes through if one is due.
    pub(super) async fn look(&self, told: &watch::Sender<Link>, course: &mut Course) {
        let (mut tunnels, mut advice) = discover(&self.places, self.listener).await;
        match course.child.as_ref().map(Child::state) {
            Some(State::Up(tunnel)) if !tunnels.contains(&tunnel) => tunnels.push(tunnel),
            Some(State::Failing(why)) => advice.insert(0, why),
            None | Some(State::Coming | State::Up(_)) => {}
        }
        let before = told.borrow().clone();
        if tunnels.is_empty() && before.tunnel.is_some() && !course.is_missed {
            course.is_missed = true;
            return;
        }
        course.is_missed = false;
        if tunnels.is_empty() && course.child.is_none() {
            course.child = self.tool.map(|tool| Child::start(tool, self.listener));
        }
        let tool = self.tool.filter(|_| course.child.is_some());
        let state = course.child.as_ref().map(Child::state);
        if let (Some(tool), Some(State::Coming)) = (tool, state) {
            advice.insert(0, coming(tool));
        }
        let is_there = |tunnel: &Tunnel| tunnels.contains(tunnel);
        let link = if before.tunnel.as_ref().is_some_and(is_there) {
            before
        } else {
            course.pings = Pings::default();
            let tunnel = tunnels.into_iter().next();
            if let Some(Tunnel { url, .. }) = &tunnel {
                let before = course.pasted.replace(url.clone());
                if before.is_some_and(|before| before != *url) {
                    advice = vec![moved()];
                }
            }
            let found = Link {
                tunnel,
                advice,
                answered: None,
                tool,
            };
            tell(told, found.clone());
            found
        };
        if let Some(tunnel) = &link.tunnel
            && course.pings.are_due()
        {
            let probed = probe(tunnel, &self.keys.get()).await;
            course.pings.count(probed.is_ok());
            tell(told, link.clone().probed(probed));
        }
    }
}

fn coming(tool: Tool) -> Advice {
    let found = format!("{tool} was started, and its URL is on its way");
    Advice::note("tunnel-coming", found, "")
}

fn moved() -> Advice {
    Advice::warning(
        MOVED,
        "the URL is another one than before",
        "paste it into Omi again, which posts to the old one",
    )
}

fn tell(told: &watch::Sender<Link>, link: Link) {
    told.send_if_modified(|known| {
        let changes = *known != link;
        *known = link;
        changes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_last() {
        let waits = [0, 1, 2, 6, 7, 31, 32, u32::MAX].map(|waits| paced(PINGS, waits).as_secs());
        assert_eq!(waits, [4, 8, 16, 256, 300, 300, 300, 300]);
    }

    #[tokio::test(start_paused = true)]
    async fn pings_are_rarer_once_they_come_through_and_eager_once_they_do_not() {
        let mut pings = Pings::default();
        for (came_through, seconds) in [(false, 4), (false, 8), (true, 600), (false, 4), (false, 8)]
        {
            assert!(pings.are_due());
            pings.count(came_through);
            tokio::time::advance(Duration::from_millis(seconds * 1000 - 1)).await;
            assert!(!pings.are_due(), "{seconds}");
            tokio::time::advance(Duration::from_millis(1)).await;
        }
    }
}
