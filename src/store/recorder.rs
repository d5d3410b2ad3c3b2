//! Keeps the wearer's sound: a thread before the writer that turns bodies into samples, measures them, and appends them to files.
//!
//! ```text
//! commit ─► room in the writer's queue ─► recorder thread ─► file ─► writer thread ─► row ─► answer
//! ```
//!
//! Samples are in their file before the row that tells of them is committed, and the answer comes after both: what was answered with
//! 200 survives a kill. To survive a power cut, files are synced within a second. Room in the writer's queue is taken before a body
//! comes here, so that a slow disk refuses sound and never holds up text.

mod carry;
mod files;
mod name;
mod recent;

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread::{self, JoinHandle},
    time::Instant,
};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{
    CommitError, Receipt,
    database::Readers,
    job::{Answer, Heard, Job, Work},
    queue::Room,
    rows::delivery::repeated,
    status::Witness,
    take::{Place, Take},
};
use crate::{
    audio::pcm,
    event::{AudioChunk, Delivery, Encoding, Uid},
};

use carry::Carries;
pub(super) use files::Files;
use recent::Earlier;
pub(super) use recent::Recent;

/// Bodies that go on to the writer together, so that it commits them together.
const BATCH: usize = 32;
/// A body of this many bytes holds up no others.
const LONG: usize = 1 << 20;

/// Sound of one wearer at one rate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stream {
    uid: Uid,
    rate: u32,
}

/// A body of sound on its way to the recorder.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) delivery: Delivery,
    /// The request's body where it is more than the sound.
    pub(super) body: Option<Bytes>,
    pub(super) chunk: AudioChunk,
    pub(super) sender: oneshot::Sender<Result<Receipt, CommitError>>,
    /// Its place in the writer's queue.
    pub(super) room: Room<Job>,
    /// What it takes of the queue's bytes.
    pub(super) bytes: usize,
}

/// The way to the recorder, and its thread.
#[derive(Debug)]
pub(super) struct Recorder {
    way: Mutex<Option<mpsc::Sender<Arrival>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    /// Starts the thread. Without files sound is only measured.
    pub(super) fn start(
        files: Option<Files>,
        recent: Recent,
        readers: Arc<Readers>,
        witness: Witness,
    ) -> io::Result<Self> {
        // Bounded by the room that everything in it holds.
        let (way, arrivals) = mpsc::channel();
        let desk = Desk {
            arrivals,
            readers,
            files,
            carries: Carries::default(),
            recent,
            failing: false,
        };
        let thread = thread::Builder::new()
            .name("store-recorder".to_owned())
            .spawn(move || {
                let _witness = witness;
                desk.run();
            })?;
        Ok(Self {
            way: Mutex::new(Some(way)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Hands a body over; its sender is answered in any case.
    pub(super) fn record(&self, arrival: Arrival) -> Result<(), CommitError> {
        let way = locked(&self.way);
        let way = way.as_ref().ok_or(CommitError::Failed)?;
        way.send(arrival).map_err(|_| CommitError::Failed)
    }

    /// Lets nothing more in. The thread ends once it has done what is in.
    pub(super) fn close(&self) -> Option<JoinHandle<()>> {
        locked(&self.way).take();
        locked(&self.thread).take()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives what was written to the writer.
fn hand_on(done: &mut Vec<(Room<Job>, Job)>) {
    for (room, job) in done.drain(..) {
        room.fill(job);
    }
}

/// What the thread works with.
struct Desk {
    arrivals: Receiver<Arrival>,
    readers: Arc<Readers>,
    files: Option<Files>,
    carries: Carries,
    recent: Recent,
    /// Whether the last sound could not be written, which was said.
    failing: bool,
}

impl Desk {
    fn run(mut self) {
        let mut done = Vec::with_capacity(BATCH);
        while let Some(first) = self.next() {
            let mut next = Some(first);
            while let Some(arrival) = next {
                let is_long = arrival.chunk.bytes.len() >= LONG;
                if is_long {
                    hand_on(&mut done);
                }
                done.extend(self.handle_safely(arrival));
                let goes_on = !is_long && done.len() < BATCH;
                next = goes_on.then(|| self.arrivals.try_recv().ok()).flatten();
            }
            hand_on(&mut done);
        }
        if let Some(files) = &mut self.files {
            files.sync();
        }
    }

    /// The next arrival; syncs what was written when it is time. None once closed and empty.
    fn next(&mut self) -> Option<Arrival> {
        loop {
            let Some((files, due)) = self
                .files
                .as_mut()
                .and_then(|files| files.sync_due().map(|due| (files, due)))
            else {
                return self.arrivals.recv().ok();
            };
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                files.sync();
                continue;
            }
            match self.arrivals.recv_timeout(left) {
                Ok(arrival) => return Some(arrival),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// A panic costs one body, and the files that were gone on with.
    fn handle_safely(&mut self, arrival: Arrival) -> Option<(Room<Job>, Job)> {
        let worked = catch_unwind(AssertUnwindSafe(|| self.handle(arrival)));
        worked.unwrap_or_else(|_| {
            tracing::error!("a chunk of sound was lost to a panic, see above");
            self.carries = Carries::default();
            if let Some(files) = &mut self.files {
                files.abandon();
            }
            None
        })
    }

    /// Writes a body, or answers that it cannot be written.
    fn handle(&mut self, arrival: Arrival) -> Option<(Room<Job>, Job)> {
        let Arrival {
            delivery,
            body,
            chunk,
            sender,
            room,
            bytes,
        } = arrival;
        match self.take(&delivery, chunk) {
            Ok(take) => {
                let heard = Heard {
                    delivery,
                    body,
                    take,
                };
                let job = Job {
                    work: Work::Sound(Box::new(heard)),
                    answer: Answer::Sender(sender),
                    bytes,
                };
                Some((room, job))
            }
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::error!("sound cannot be recorded and is refused: {error}");
                }
                drop(room);
                // A sender that went away does not matter.
                let _ = sender.send(Err(CommitError::Failed));
                None
            }
        }
    }

    fn take(&mut self, delivery: &Delivery, chunk: AudioChunk) -> io::Result<Take> {
        let AudioChunk {
            rate,
            encoding,
            bytes,
        } = chunk;
        let uid = match &delivery.uid {
            Some(uid) if encoding == Encoding::Pcm16 && !self.is_repeat(delivery) => uid.clone(),
            _ => return Ok(Take::new(rate, encoding, Vec::new())),
        };
        let (stream, arrived) = (Stream { uid, rate }, delivery.received);
        let key = delivery.idempotency_key.as_deref();
        let hash = recent::hash(&bytes);
        if let Some(earlier) = self.recent.find(&stream, hash, key, arrived, &bytes) {
            let (samples, _) = pcm::samples(earlier.carry, &bytes);
            return Ok(Take {
                place: earlier.place.clone(),
                hash: Some(hash),
                first_came: Some(earlier.arrived),
                ..Take::new(rate, encoding, samples)
            });
        }
        let carry = self.carries.before(&stream, arrived, bytes.len());
        let (samples, left) = pcm::samples(carry, &bytes);
        let place = self.write(&stream, delivery, &samples)?;
        self.carries.put(&stream, left, arrived);
        let earlier = Earlier {
            arrived,
            carry,
            place: place.clone(),
            key: key.map(str::to_owned),
        };
        self.recent.put(&stream, hash, earlier);
        Ok(Take {
            place,
            hash: Some(hash),
            ..Take::new(rate, encoding, samples)
        })
    }

    /// Whether the writer will find that this was kept already.
    fn is_repeat(&self, delivery: &Delivery) -> bool {
        delivery.idempotency_key.is_some()
            && matches!(self.readers.read(|db| repeated(db, delivery)), Ok(Some(_)))
    }

    fn write(
        &mut self,
        stream: &Stream,
        delivery: &Delivery,
        samples: &[i16],
    ) -> io::Result<Option<Place>> {
        let Some(files) = self.files.as_mut().filter(|_| !samples.is_empty()) else {
            return Ok(None);
        };
        let place = files.append(stream, delivery.received, samples)?;
        if std::mem::take(&mut self.failing) {
            tracing::info!("sound is recorded again");
        }
        Ok(Some(place))
    }
}
