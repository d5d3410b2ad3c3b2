use super::{Context, app::Session};
use jiff::Timestamp;

use crate::{audio::playback::Status, event::Uid, monitor::Monitor};

/// What every screen may look at: what came, where it comes from, what is heard, and the looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    /// What came: now, or when the view was frozen.
    pub(super) monitor: &'a Monitor,
    pub(super) session: &'a Session,
    pub(super) playback: &'a Status,
    /// Whose kept sound is heard, and of when by the clock of the words.
    pub(super) place: Option<&'a (Uid, Timestamp)>,
    pub(super) context: &'a Context,
    pub(super) frozen: bool,
    /// Another one as soon as what is kept has changed in another way than by what came.
    pub(super) version: u64,
}
