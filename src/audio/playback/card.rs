//! Playing through a sound card.
//!
//! ```text
//! feed ──────► Deck: feeder ──ring──► Callback: player ─► sound card
//! kept ─ reel ─┘ └──── a new player when the rate changes ─┘
//!         device thread: opens, looks whether the card still asks, opens again, says how it does
//! ```
//!
//! Off until asked. The device thread is never waited for: with a hung sound server, opening or closing a device may take for
//! ever. What is fed does not pass through it, so nothing else hangs with it. Kept sound is read by a thread of its own, a few
//! seconds ahead of what is heard.
//!
//! ALSA prints to stderr when it finds no device, on the threads of cpal too; while the screen is up, stderr is hushed
//! ([`crate::ui::terminal`]).

mod callback;
mod clock;
mod deck;
mod found;
mod output;
mod reel;
mod wearer;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU8, Ordering},
    mpsc::{SyncSender, sync_channel},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{
    kept::Source,
    status::{Heard, LOUDEST, State, Status, put},
};
use crate::{
    event::{Passage, SoundChunk, Uid},
    sync,
};
pub use found::list as devices;

/// Nobody listens at first.
pub(super) const AT_FIRST: State = State::Off;

/// Sound this young is the present.
const PRESENT: SignedDuration = SignedDuration::from_secs(2);

/// Plays what it is fed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Playback {
    shared: Arc<Shared>,
    source: Arc<dyn Source>,
    motor: Arc<dyn reel::Motor>,
    /// Wakes the device thread; it ends with the last handle.
    bell: SyncSender<()>,
}

/// What the handles, the device thread and the device share.
#[derive(Debug)]
struct Shared {
    wanted: Arc<Wanted>,
    status: watch::Sender<Status>,
    /// Locked for as long as it takes to copy a chunk, and never while a device is asked anything.
    deck: Mutex<deck::Deck>,
}

/// What the user wants; what the device's callback reads of it has no lock.
#[derive(Debug)]
struct Wanted {
    listening: AtomicBool,
    /// Nobody listened before kept sound was asked for.
    only_kept: AtomicBool,
    muted: AtomicBool,
    /// Percent.
    volume: AtomicU8,
    /// The name of the device; None: the system's own.
    device: Mutex<Option<Arc<str>>>,
}

impl Playback {
    /// Loudest volume, in percent.
    pub const LOUDEST: u8 = LOUDEST;

    /// Starts the device thread, which sleeps until someone listens. Kept sound comes from `source`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(source: Arc<dyn Source>) -> std::io::Result<Self> {
        let (bell, rings) = sync_channel(1);
        let shared = Arc::new(Shared::new());
        let working = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("sound".to_owned())
            .spawn(move || output::run(&working, &rings))?;
        Ok(Self::of(shared, source, bell))
    }

    /// One that never finds a device.
    #[cfg(test)]
    pub(crate) fn deaf(source: Arc<dyn Source>) -> Self {
        Self::of(Arc::new(Shared::new()), source, sync_channel(1).0)
    }

    fn of(shared: Arc<Shared>, source: Arc<dyn Source>, bell: SyncSender<()>) -> Self {
        Self {
            shared,
            source,
            motor: Arc::new(reel::Threads),
            bell,
        }
    }

    /// Plays a chunk, if someone listens and a device is there. Waits for nothing: what does not fit is dropped and counted.
    pub fn feed(&self, chunk: &SoundChunk) {
        if self.shared.wanted.listening.load(Ordering::Relaxed) {
            sync::lock(&self.shared.deck).feed(chunk, std::time::Instant::now());
        }
    }

    /// Begins or ends listening.
    pub fn set_listening(&self, listening: bool) {
        let wanted = &self.shared.wanted;
        wanted.only_kept.store(false, Ordering::Relaxed);
        self.shared.set_listening(listening);
        if !listening {
            self.shared.hear(Heard::Live);
            sync::lock(&self.shared.deck).play_live();
        }
        self.ring();
    }

    /// Begins to listen to the present, or ends listening.
    pub fn toggle(&self) {
        let status = self.shared.status.borrow().clone();
        match (status.state, status.heard) {
            (State::Off, _) => self.set_listening(true),
            (_, Heard::Live) => self.set_listening(false),
            // Someone hears the past and asks for the present.
            (_, Heard::Kept | Heard::Paused) => {
                self.shared.wanted.only_kept.store(false, Ordering::Relaxed);
                self.live();
            }
        }
    }

    /// Plays the kept sound of some words, from a little before them, and what comes after it; then it is as it was before. That nothing
    /// is kept of that time is told by [`Status::not_kept`].
    pub fn play(&self, words: &Passage) {
        self.play_kept(&words.uid, words.at, reel::Start::Words(words.clone()));
    }

    fn play_from(&self, uid: Uid, at: Timestamp) {
        self.play_kept(&uid.clone(), at, reel::Start::Sound(uid, at));
    }

    fn play_kept(&self, uid: &Uid, at: Timestamp, start: reel::Start) {
        let wanted = &self.shared.wanted;
        if !wanted.listening.load(Ordering::Relaxed) {
            wanted.only_kept.store(true, Ordering::Relaxed);
        }
        self.shared.set_listening(true);
        self.shared.hear(Heard::Kept);
        let ticket = sync::lock(&self.shared.deck).play_kept(uid.clone(), at);
        let order = reel::Order { ticket, start };
        let winder = reel::Winder::new(&self.shared, Arc::clone(&self.source), order);
        if let Err(error) = self.motor.run(winder) {
            tracing::error!("kept sound cannot be played: {error}");
            self.shared.end(ticket, reel::Ended::NotKept);
        }
        self.ring();
    }

    /// Returns from kept sound to what was before: the present, or silence.
    pub fn live(&self) {
        if self.shared.wanted.only_kept.swap(false, Ordering::Relaxed) {
            return self.set_listening(false);
        }
        self.shared.hear(Heard::Live);
        sync::lock(&self.shared.deck).play_live();
    }

    /// Goes silent and remembers where, or goes on from there: out of what is kept, or else live.
    pub fn toggle_pause(&self) {
        let status = self.shared.status.borrow().clone();
        match (status.state, status.heard) {
            (State::Off | State::Missing, _) => {}
            (_, Heard::Paused) => {
                let place = sync::lock(&self.shared.deck).place();
                match place {
                    Some((uid, from)) => self.play_from(uid, from),
                    None => self.live(),
                }
            }
            (_, Heard::Live | Heard::Kept) => {
                sync::lock(&self.shared.deck).pause();
                self.shared.hear(Heard::Paused);
            }
        }
    }

    /// Goes back or forth in time, within what is kept; what is not past yet is the present.
    pub fn seek(&self, by: SignedDuration, now: Timestamp) {
        let Some((uid, at)) = sync::lock(&self.shared.deck).place() else {
            return;
        };
        let to = at.saturating_add(by).unwrap_or(at);
        let heard = self.shared.status.borrow().heard;
        match heard {
            Heard::Paused => sync::lock(&self.shared.deck).pause_at(Some((uid, to.min(now)))),
            Heard::Live if by.is_positive() => {}
            Heard::Kept if now.duration_since(to) < PRESENT => self.live(),
            Heard::Live | Heard::Kept => self.play_from(uid, to),
        }
    }

    /// Whose sound is heard and of when, about, by the clock of the words; None if nothing is.
    #[must_use]
    pub fn place(&self) -> Option<(Uid, Timestamp)> {
        if self.shared.wanted.listening.load(Ordering::Relaxed) {
            return sync::lock(&self.shared.deck).words();
        }
        None
    }

    /// Only this wearer is heard live; None: whoever comes first, and another once that one has fallen silent.
    pub fn choose_wearer(&self, uid: Option<&Uid>) {
        sync::lock(&self.shared.deck).choose(uid.cloned());
    }

    /// Plays on the device of this name, or of a name that has this in it; None: the system's own. A device that is not there is
    /// waited for.
    pub fn choose_device(&self, name: Option<&str>) {
        let name: Option<Arc<str>> = name.map(Arc::from);
        sync::lock(&self.shared.wanted.device).clone_from(&name);
        self.shared
            .status
            .send_if_modified(|status| put(&mut status.wanted, name.clone()));
        self.ring();
    }

    /// Sets how loud it is, in percent, at most [`Playback::LOUDEST`].
    pub fn set_volume(&self, percent: u8) {
        let percent = percent.min(Self::LOUDEST);
        self.shared.wanted.volume.store(percent, Ordering::Relaxed);
        self.shared
            .status
            .send_if_modified(|status| put(&mut status.volume, percent));
    }

    /// Makes it louder or softer by so many percent.
    pub fn change_volume(&self, percent: i8) {
        let volume = self.shared.status.borrow().volume;
        self.set_volume(volume.saturating_add_signed(percent));
    }

    /// Makes it silent, or as loud again as it was.
    pub fn mute(&self, muted: bool) {
        self.shared.wanted.muted.store(muted, Ordering::Relaxed);
        self.shared
            .status
            .send_if_modified(|status| put(&mut status.muted, muted));
    }

    /// Makes it silent if it is not, or the other way round.
    pub fn toggle_mute(&self) {
        let muted = self.shared.status.borrow().muted;
        self.mute(!muted);
    }

    /// How it does, and every change of it.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.shared.status.subscribe()
    }

    fn ring(&self) {
        // Rung already, or nobody is there to hear it.
        let _ = self.bell.try_send(());
    }
}

impl Shared {
    fn new() -> Self {
        let status = Status::default();
        Self {
            wanted: Arc::new(Wanted {
                listening: AtomicBool::new(false),
                only_kept: AtomicBool::new(false),
                muted: AtomicBool::new(status.muted),
                volume: AtomicU8::new(status.volume),
                device: Mutex::default(),
            }),
            status: watch::Sender::new(status),
            deck: Mutex::default(),
        }
    }

    fn set_listening(&self, listening: bool) {
        self.status.send_if_modified(|status| {
            let change = listening == (status.state == State::Off);
            if change {
                self.wanted.listening.store(listening, Ordering::Relaxed);
                status.state = if listening {
                    State::Waiting
                } else {
                    State::Off
                };
            }
            change
        });
    }

    /// Tells what is heard from now on.
    fn hear(&self, heard: Heard) {
        self.status.send_if_modified(|status| {
            let not_kept = std::mem::take(&mut status.not_kept);
            put(&mut status.heard, heard) || not_kept
        });
    }

    /// The reel of a ticket has ended: it is as it was before.
    fn end(&self, ticket: u64, how: reel::Ended) {
        {
            let mut deck = sync::lock(&self.deck);
            if deck.turn(ticket) == deck::Turn::Over {
                return;
            }
            deck.play_live();
        }
        let off = self.wanted.only_kept.swap(false, Ordering::Relaxed);
        self.status.send_modify(|status| {
            status.heard = Heard::Live;
            status.not_kept = how == reel::Ended::NotKept;
        });
        if off {
            self.set_listening(false);
        }
    }
}

impl Wanted {
    /// What samples are to be multiplied by.
    fn gain(&self) -> f32 {
        if self.muted.load(Ordering::Relaxed) || !self.listening.load(Ordering::Relaxed) {
            return 0.0;
        }
        f32::from(self.volume.load(Ordering::Relaxed)) / 100.0
    }
}

#[cfg(test)]
mod tests;
