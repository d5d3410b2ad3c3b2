//! Lives a day in real time: sleeps until the next post is due, and posts it.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::ZonedDateTime;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    day::{Day, DayError},
    poster::{Content, Delivery, Outcome, Posted, Poster},
    random::Random,
    schedule::{Post, Schedule, Start, schedule},
    speech::{self, RATE},
};
use crate::{event::Kind, webhook_url::WebhookUrl};

/// Deliveries that wait for the ones before them; Omi too drops what is more.
const WAITING: usize = 50;

/// Sample rates that may be posted.
const LEAST_RATE: f64 = 1_000.0;
const GREATEST_RATE: f64 = 192_000.0;

/// Someone who wears a device that is not there.
pub struct Wearer {
    /// Where it posts to.
    pub target: WebhookUrl,
    /// Whose it is.
    pub uid: String,
    /// How many times faster than life.
    pub speed: f64,
    /// The same seed gives the same ids and pauses.
    pub seed: u64,
}

/// Why there is no day to live, or nobody to live it for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The built-in day is damaged.
    #[error("the demo's day cannot be read: {0}")]
    Day(#[from] DayError),
    /// The built-in speech is damaged.
    #[error("the demo's speech cannot be decoded: {0}")]
    Speech(#[from] symphonia::core::errors::Error),
    /// The first attempts found nobody.
    #[error("given up, for nobody can be reached there")]
    Unreached,
}

impl Wearer {
    /// Lives one day after another until `shutdown`, and tells what came of each delivery, in the order in which they end.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn run(
        self,
        shutdown: CancellationToken,
        tell: impl Fn(Posted) + Send + Sync + 'static,
    ) -> Result<(), Error> {
        let day = Day::built_in()?;
        let living = self.live(&day, Arc::new(tell));
        let ended = shutdown.run_until_cancelled(living).await;
        ended.unwrap_or(Ok(()))
    }

    async fn live(&self, day: &Day, tell: Tell) -> Result<(), Error> {
        let mut speech = Speech::decoding();
        let mut random = Random::new(self.seed);
        // Of its own, so that the ids of the words do not depend on when the speech was ready.
        let mut room = Random::new(!self.seed);
        let poster = Poster::new(self.target.clone(), self.uid.clone());
        // One lane each: as with Omi, words never wait for sound.
        let words = Lane::new(poster.clone(), Arc::clone(&tell));
        let sound = Lane::new(poster, tell);
        let mut begin = Instant::now();
        let mut with_past = true;
        loop {
            let start = self.start(with_past);
            let plan = schedule(day, &self.uid, start, &mut random);
            for step in self.steps(&plan) {
                sleep_until(begin + step.at).await;
                match step.what {
                    What::Words(post) => words.send(json(post, &mut random)),
                    What::Sound(second) => {
                        if let Some(speech) = speech.ready().await? {
                            sound.send(self.chunk(speech, &plan, second, &mut room));
                        }
                    }
                }
            }
            begin += self.paced(plan.seconds);
            with_past = false;
        }
    }

    fn start(&self, with_past: bool) -> Start {
        let now = ZonedDateTime::now();
        Start {
            now: now.timestamp(),
            date: now.date(),
            speed: self.speed,
            with_past,
        }
    }

    /// How long seconds of the day last.
    fn paced(&self, seconds: u32) -> Duration {
        Duration::try_from_secs_f64(f64::from(seconds) / self.speed).unwrap_or_default()
    }

    /// Words and sound of a day in the order of their times.
    fn steps<'a>(&self, plan: &'a Schedule) -> Vec<Step<'a>> {
        let sound = (0..plan.seconds).map(|second| Step {
            at: self.paced(second + 1),
            what: What::Sound(second),
        });
        let words = plan.posts.iter().map(|post| Step {
            at: post.at,
            what: What::Words(post),
        });
        let mut steps: Vec<_> = words.chain(sound).collect();
        steps.sort_by_key(|step| step.at);
        steps
    }

    /// A second of sound. Faster than life it is sound of a higher rate, so that a second of it still lasts as long as it took
    /// to arrive.
    fn chunk(&self, speech: &[i16], plan: &Schedule, second: u32, random: &mut Random) -> Delivery {
        let begin = second as usize * RATE as usize;
        let samples = speech::mix(speech, &plan.placed, begin..begin + RATE as usize, random);
        let pcm: Vec<u8> = samples.into_iter().flat_map(i16::to_le_bytes).collect();
        let rate = (f64::from(RATE) * self.speed).clamp(LEAST_RATE, GREATEST_RATE) as u32;
        Delivery {
            kind: Kind::AudioBytes,
            content: Content::Sound {
                rate,
                pcm: pcm.into(),
            },
            idempotency_key: random.uuid(),
        }
    }
}

/// The speech, which takes a moment to decode. The first words do not wait for it.
struct Speech {
    decoding: JoinHandle<Result<Vec<i16>, symphonia::core::errors::Error>>,
    samples: Option<Vec<i16>>,
}

impl Speech {
    fn decoding() -> Self {
        Self {
            decoding: tokio::task::spawn_blocking(speech::decode),
            samples: None,
        }
    }

    /// The samples; None as long as they are not decoded.
    async fn ready(&mut self) -> Result<Option<&[i16]>, Error> {
        if self.samples.is_none() && self.decoding.is_finished() {
            match (&mut self.decoding).await {
                Ok(samples) => self.samples = Some(samples?),
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime is ending: nobody listens any more.
                    Err(_) => self.samples = Some(Vec::new()),
                },
            }
        }
        Ok(self.samples.as_deref())
    }
}

/// Something that is due.
struct Step<'a> {
    /// From the beginning of the day, at its speed.
    at: Duration,
    what: What<'a>,
}

enum What<'a> {
    Words(&'a Post),
    /// The second of the day that has been heard.
    Sound(u32),
}

fn json(post: &Post, random: &mut Random) -> Delivery {
    // The key of a press is its id.
    let key = post.body["event_id"]
        .as_str()
        .map_or_else(|| random.uuid(), str::to_owned);
    Delivery {
        kind: post.kind,
        content: Content::Json(Bytes::from(post.body.to_string())),
        idempotency_key: key,
    }
}

/// Who is told what came of each delivery.
type Tell = Arc<dyn Fn(Posted) + Send + Sync>;

/// Deliveries that are posted one after another.
struct Lane {
    waiting: mpsc::Sender<Delivery>,
    tell: Tell,
}

impl Lane {
    fn new(poster: Poster, tell: Tell) -> Self {
        let (sender, mut waiting) = mpsc::channel::<Delivery>(WAITING);
        let told = Arc::clone(&tell);
        tokio::spawn(async move {
            while let Some(delivery) = waiting.recv().await {
                told(poster.deliver(&delivery).await);
            }
        });
        Self {
            waiting: sender,
            tell,
        }
    }

    fn send(&self, delivery: Delivery) {
        let kind = delivery.kind;
        if self.waiting.try_send(delivery).is_err() {
            (self.tell)(Posted {
                kind,
                outcome: Outcome::Dropped,
            });
        }
    }
}
