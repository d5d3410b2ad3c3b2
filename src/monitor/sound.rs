//! What arrives of the sound, wearer by wearer: how much of it, how evenly, and the newest of it to be drawn.
//!
//! ```text
//! chunk ─► Sounds ─► SoundTrack ─► Bursts ─► coverage, timing, a wrong rate, loss and gaps
//!          by wearer      │
//!                         └─► Stream: placed on the clock, with its samples ─► recent, paced_head
//! ```

mod burst;
mod coverage;
mod flow;
mod pace;
mod stream;
#[cfg(test)]
mod tests;
mod timing;
mod track;

use jiff::{SignedDuration, Timestamp};

pub use coverage::Coverage;
pub use flow::{Gap, Suspicion};
pub use stream::Stretch;
pub use timing::Timing;
pub use track::SoundTrack;

use crate::event::{SoundArrival, SoundChunk, Uid};

/// Most chunks of a wearer whose level and envelope are held: ten minutes at one a second.
pub(super) const CHUNKS: usize = 600;

/// How far back it is known what arrived.
pub(super) const PAST: SignedDuration = SignedDuration::from_mins(65);

/// Wearers that are told apart; the one that was heard longest ago makes room.
const WEARERS: usize = 8;

/// Most samples that all wearers together hold (8 MiB): two of the greatest share.
const SAMPLES: usize = 2 * stream::SAMPLES;

/// How long after the end of what one wearer sent another takes its place, where no wearer is chosen.
const SILENCE: SignedDuration = SignedDuration::from_secs(5);

/// The sound of all wearers, bounded.
#[derive(Debug, Clone, Default)]
pub(super) struct Sounds {
    /// The one that was heard last comes last.
    tracks: Vec<(Uid, SoundTrack)>,
    /// The wearer who is shown if none is chosen: the one that is heard, until silent.
    shown: Option<Uid>,
    /// Of a wearer who was not heard.
    nothing: SoundTrack,
}

impl Sounds {
    /// Takes a chunk that came just now.
    pub(super) fn push(&mut self, chunk: SoundChunk) {
        self.hear(&chunk.arrival(), chunk.pcm.as_ref());
        self.show(chunk);
        self.share_memory();
    }

    /// Takes what the store knows of the past, oldest first: arrivals, and chunks without their samples.
    pub(super) fn load(&mut self, arrivals: &[SoundArrival], chunks: Vec<SoundChunk>) {
        for arrival in arrivals {
            self.hear(arrival, None);
        }
        for chunk in chunks {
            self.show(chunk);
        }
    }

    /// Counts a body that came before.
    pub(super) fn repeat(&mut self, uid: &Uid, arrived: Timestamp) {
        self.newest(uid).repeat(arrived);
    }

    fn hear(&mut self, arrival: &SoundArrival, pcm: Option<&std::sync::Arc<[i16]>>) {
        let taken = match self.shown.as_ref().map(|shown| self.track(Some(shown))) {
            Some(track) => track.is_silent(arrival.arrived, SILENCE),
            None => true,
        };
        if taken {
            self.shown = Some(arrival.uid.clone());
        }
        self.newest(&arrival.uid).hear(arrival, pcm);
    }

    fn show(&mut self, mut chunk: SoundChunk) {
        // Its samples would fill the memory; the stream holds the newest ones.
        chunk.pcm = None;
        self.newest(&chunk.uid.clone()).show(chunk);
    }

    /// The track of a wearer, who is the newest now.
    fn newest(&mut self, uid: &Uid) -> &mut SoundTrack {
        let known = self.tracks.iter().rposition(|(known, _)| known == uid);
        let track = known.map(|at| self.tracks.remove(at));
        if self.tracks.len() >= WEARERS {
            self.tracks.remove(0);
        }
        let track = track.unwrap_or_else(|| (uid.clone(), SoundTrack::default()));
        self.tracks.push(track);
        let last = self.tracks.len() - 1;
        &mut self.tracks[last].1
    }

    /// Takes samples from those that were heard longest ago until all fit.
    fn share_memory(&mut self) {
        let mut held: usize = self.tracks.iter().map(|(_, track)| track.held()).sum();
        for (_, track) in &mut self.tracks {
            if held <= SAMPLES {
                return;
            }
            held -= track.held();
            track.drop_samples();
        }
    }

    /// Takes over the samples that a snapshot does not hold.
    pub(super) fn keep_samples_of(&mut self, earlier: &Self) {
        for (uid, track) in &mut self.tracks {
            track.keep_samples_of(earlier.track(Some(uid)));
        }
    }

    /// The track of a wearer; of None: of the one who is heard, and of another once that one has been silent.
    pub(super) fn track(&self, uid: Option<&Uid>) -> &SoundTrack {
        let uid = uid.or(self.shown.as_ref());
        self.tracks()
            .find(|(known, _)| Some(*known) == uid)
            .map_or(&self.nothing, |(_, track)| track)
    }

    /// Every wearer with a track; the one that was heard last comes last.
    pub(super) fn tracks(&self) -> impl DoubleEndedIterator<Item = (&Uid, &SoundTrack)> {
        self.tracks.iter().map(|(uid, track)| (uid, track))
    }

    /// The tracks of those who are heard now.
    pub(super) fn active(&self, now: Timestamp) -> impl DoubleEndedIterator<Item = &SoundTrack> {
        let tracks = self.tracks.iter().map(|(_, track)| track);
        tracks.filter(move |track| !track.is_away(now))
    }

    /// The least complete sound of those who are heard now, over about a minute.
    pub(super) fn coverage(&self, now: Timestamp) -> Option<f64> {
        let minute = SignedDuration::from_mins(1);
        self.active(now)
            .filter_map(|track| track.coverage(minute, now))
            .map(|coverage| coverage.ratio)
            .min_by(f64::total_cmp)
    }
}
