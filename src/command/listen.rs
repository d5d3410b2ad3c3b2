//! From the feed to the player: a follower of its own, so that neither waits for the screen nor holds anything up.

use tokio_util::sync::CancellationToken;

use crate::{
    audio::playback::Playback,
    event::{Change, Seq},
    feed::Follower,
};

/// Records after which sound is too old to be played live.
const FAR_BEHIND: u64 = 1000;

/// Feeds what arrives to the player until `shutdown`. Sound that is older than what is in memory is not played.
pub(super) async fn run(mut follower: Follower, playback: Playback, shutdown: CancellationToken) {
    while let Some(records) = shutdown.run_until_cancelled(follower.next()).await {
        match records {
            Ok(records) => {
                for record in &records {
                    for change in &record.changes {
                        if let Change::Sound(chunk) = change {
                            playback.feed(chunk);
                        }
                    }
                }
            }
            Err(error) => {
                tracing::warn!("what could not be read is not played: {error}");
                to_the_newest(&mut follower);
            }
        }
        if follower.behind() > FAR_BEHIND {
            to_the_newest(&mut follower);
        }
    }
}

fn to_the_newest(follower: &mut Follower) {
    follower.seek(Seq(follower.at().0 + follower.behind()));
}
