//! Lives a day in real time: sleeps until the next post is due, and posts it.

use std::{sync::Arc, time::Duration};

use jiff::ZonedDateTime;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    day::{Day, DayError},
    lane::{Lane, Posted, Tell},
    random::Random,
    schedule::{Planned, Schedule, Start, schedule},
    speech::{self, RATE},
    trial::{Kind, client::Client, era::newest, post::Post},
};
use crate::{event, secret::Secret, webhook_url::WebhookUrl};

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
    /// Signs what is posted.
    pub signing_secret: Option<Secret>,
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
    /// Lives one day after another until `shutdown`, and tells what came of each delivery, and of each attempt
    /// that is made again, when it ends.
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
        let client = Client::new(self.target.clone(), self.signing_secret.clone());
        // One lane each: as with Omi, words never wait for sound.
        let words = Lane::new(client.clone(), Arc::clone(&tell));
        let sound = Lane::new(client, tell);
        let mut begin = Instant::now();
        let mut with_past = true;
        loop {
            let start = self.start(with_past);
            let plan = schedule(day, &self.uid, start, &mut random);
            for step in self.steps(&plan) {
                sleep_until(begin + step.at).await;
                match step.what {
                    What::Words(planned) => {
                        if let Some(post) = self.words(planned, &mut random) {
                            words.send(post);
                        }
                    }
                    What::Sound(second) => {
                        let speech = speech.ready().await?;
                        let chunk = speech.and_then(|it| self.chunk(it, &plan, second, &mut room));
                        if let Some(chunk) = chunk {
                            sound.send(chunk);
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
        let words = plan.posts.iter().map(|planned| Step {
            at: planned.at,
            what: What::Words(planned),
        });
        let mut steps: Vec<_> = words.chain(sound).collect();
        steps.sort_by_key(|step| step.at);
        steps
    }

    /// A second of sound. Faster than life it is sound of a higher rate, so that a second of it still lasts as long as it took
    /// to arrive.
    fn chunk(
        &self,
        speech: &[i16],
        plan: &Schedule,
        second: u32,
        random: &mut Random,
    ) -> Option<Post> {
        let begin = second as usize * RATE as usize;
        let samples = speech::mix(speech, &plan.placed, begin..begin + RATE as usize, random);
        let pcm: Vec<u8> = samples.into_iter().flat_map(i16::to_le_bytes).collect();
        let rate = (f64::from(RATE) * self.speed).clamp(LEAST_RATE, GREATEST_RATE) as u32;
        let kind = Kind::of(event::Kind::AudioBytes)?;
        let key = random.uuid();
        Some(Post::sound(kind, &self.uid, key, rate, pcm.into()))
    }

    fn words(&self, planned: &Planned, random: &mut Random) -> Option<Post> {
        let (kind, body) = (Kind::of(planned.kind)?, planned.body.clone());
        Some(Post::json(kind, &self.uid, body, newest(), random))
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
    Words(&'a Planned),
    /// The second of the day that has been heard.
    Sound(u32),
}
