use super::{Context, Session, Staged};

use jiff::Timestamp;

use crate::{
    audio::playback::Status,
    event::Uid,
    monitor::{Monitor, SoundTrack},
    tunnel::Link,
    webhook_url::WebhookUrl,
};

/// What every screen may look at: what came, where it comes from, what is heard, and the looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    /// What came: now, or when the view was frozen.
    pub(super) monitor: &'a Monitor,
    /// Which screen is shown, counted from 0.
    pub(super) screen: usize,
    pub(super) session: &'a Session,
    /// How Omi reaches us.
    pub(super) link: &'a Link,
    /// What is played in place of what Omi posts; None: it is Omi that is waited for.
    pub(super) staged: Option<Staged>,
    pub(super) playback: &'a Status,
    /// The wearer who was chosen; None: whoever is heard.
    pub(super) wearer: Option<&'a Uid>,
    /// Whose kept sound is heard, and of when by the clock of the words.
    pub(super) place: Option<&'a (Uid, Timestamp)>,
    pub(super) context: &'a Context,
    pub(super) frozen: bool,
    /// Another one as soon as what is kept has changed in another way than by what came.
    pub(super) version: u64,
}

impl<'a> Scene<'a> {
    /// The sound of the wearer who is chosen or heard.
    pub(super) fn track(&self) -> &'a SoundTrack {
        self.monitor.sound(self.wearer)
    }

    /// The URL to paste: the public one, else the one for a tunnel.
    pub(super) fn url(&self) -> &'a WebhookUrl {
        let tunnel = self.link.tunnel.as_ref();
        tunnel.map_or(&self.session.local, |tunnel| &tunnel.url)
    }

    /// The wearer after the one who is chosen; None after the last one.
    pub(super) fn next_wearer(&self) -> Option<Uid> {
        let mut known: Vec<_> = self.monitor.heard().cloned().collect();
        known.sort_unstable();
        let next = match self.wearer {
            None => 0,
            Some(chosen) => known.iter().position(|uid| uid == chosen)? + 1,
        };
        known.into_iter().nth(next)
    }
}
