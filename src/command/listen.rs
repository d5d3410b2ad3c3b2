//! From the feed to the player: a follower of its own, so that neither waits for the screen nor holds anything up.

use tokio_util::sync::CancellationToken;

use crate::{
    audio::playback::Playback,
    event::{Change, Seq},
    feed::Follower,
    store::ReadError,
};

/// Records after which sound is too old to be played live.
const FAR_BEHIND: u64 = 1000;

/// Feeds what arrives to the player until `shutdown`. Sound that is older than what is in memory is not played.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn run(
    mut follower: Follower,
    playback: Playback,
    shutdown: CancellationToken,
) -> Result<(), ReadError> {
    while let Some(records) = shutdown.run_until_cancelled(follower.next()).await {
        for record in &records? {
            for change in &record.changes {
                if let Change::Sound(chunk) = change {
                    playback.feed(chunk);
                }
            }
        }
        if follower.behind() > FAR_BEHIND {
            follower.seek(Seq(follower.at().0 + follower.behind()));
        }
    }
    Ok(())
}
