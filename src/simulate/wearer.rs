//! Lives a day in real time: sleeps until the next post is due, and posts it.

use bytes::Bytes;
use jiff::Timestamp;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    day::{self, Clip, Day},
    poster::{Content, Delivery, Poster},
    random::Random,
    schedule::{Post, Schedule, Start, at_speed, schedule},
    speech::{self, RATE},
    target::Target,
};

/// Deliveries that wait for the ones before them; Omi too drops what is more.
const WAITING: usize = 50;

/// Greatest sample rate that may be posted.
const GREATEST_RATE: f64 = 192_000.0;

/// Seconds of sound in a body.
const CHUNK: f64 = 1.0;

/// Someone who wears a device that is not there.
pub struct Wearer {
    /// Where it posts to.
    pub target: Target,
    /// Whose it is.
    pub uid: String,
    /// How many times faster than life.
    pub speed: f64,
    /// The same seed gives the same ids.
    pub seed: u64,
}

/// Why there is no day to live.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The built-in day is damaged.
    #[error("the demo's day cannot be read: {0}")]
    Day(#[from] toml::de::Error),
    /// The built-in speech is damaged.
    #[error("the demo's speech cannot be decoded: {0}")]
    Speech(#[from] symphonia::core::errors::Error),
}

impl Wearer {
    /// Lives one day after another until `shutdown`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let day = Day::built_in()?;
        let clips = day::clips()?;
        match shutdown.run_until_cancelled(self.live(&day, &clips)).await {
            Some(ended) => ended,
            None => Ok(()),
        }
    }

    async fn live(&self, day: &Day, clips: &[Clip]) -> Result<(), Error> {
        // Decoding takes a moment; the first words must not wait for it.
        let speech = tokio::task::spawn_blocking(speech::decode);
        let mut random = Random::new(self.seed);
        let poster = Poster::new(self.target.clone());
        // One lane each: as with Omi, words never wait for sound.
        let words = Lane::new(poster.clone());
        let sound = Lane::new(poster);
        let mut begin = Instant::now();
        let mut start = Start {
            now: Timestamp::now(),
            with_past: true,
        };
        let speech = async {
            speech
                .await
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
        };
        let mut speech = std::pin::pin!(speech);
        let mut decoded: Option<Vec<i16>> = None;
        loop {
            let plan = schedule(day, clips, &self.uid, start, &mut random);
            for step in steps(&plan) {
                let due = begin + at_speed(step.at, self.speed);
                sleep_until(due).await;
                match step.what {
                    What::Words(post) => words.send(json(post, &mut random, self.speed)),
                    What::Sound => {
                        if decoded.is_none() {
                            decoded = Some(speech.as_mut().await?);
                        }
                        let speech = decoded.as_deref().unwrap_or_default();
                        sound.send(self.chunk(speech, &plan, step.at, &mut random));
                    }
                }
            }
            begin += at_speed(plan.end, self.speed);
            start = Start {
                now: Timestamp::now(),
                with_past: false,
            };
        }
    }

    /// The second of sound that ends at a time. Faster than life it is sound of a higher rate, so that a second of it
    /// still lasts as long as it took to arrive.
    fn chunk(&self, speech: &[i16], plan: &Schedule, end: f64, random: &mut Random) -> Delivery {
        let sample = |second: f64| (second * f64::from(RATE)).round() as usize;
        let stretch = sample(end - CHUNK)..sample(end);
        let samples = speech::mix(speech, &plan.placed, stretch, random);
        let pcm: Vec<u8> = samples.into_iter().flat_map(i16::to_le_bytes).collect();
        let rate = (f64::from(RATE) * self.speed).clamp(1000.0, GREATEST_RATE) as u32;
        Delivery {
            content: Content::Sound {
                rate,
                pcm: pcm.into(),
            },
            idempotency_key: random.uuid(),
        }
    }
}

struct Step<'a> {
    at: f64,
    what: What<'a>,
}

enum What<'a> {
    Words(&'a Post),
    Sound,
}

/// Words and sound of a day in the order of their times.
fn steps(plan: &Schedule) -> Vec<Step<'_>> {
    let chunks = (plan.end / CHUNK) as u32;
    let sound = (1..=chunks).map(|chunk| Step {
        at: f64::from(chunk) * CHUNK,
        what: What::Sound,
    });
    let words = plan.posts.iter().map(|post| Step {
        at: post.at,
        what: What::Words(post),
    });
    let mut steps: Vec<_> = words.chain(sound).collect();
    steps.sort_by(|a, b| a.at.total_cmp(&b.at));
    steps
}

/// A post as bytes. Faster than life, all offsets of its segments shrink as its times do.
fn json(post: &Post, random: &mut Random, speed: f64) -> Delivery {
    let mut body = post.body.clone();
    for list in ["segments", "transcript_segments"] {
        for segment in body
            .get_mut(list)
            .and_then(|list| list.as_array_mut())
            .into_iter()
            .flatten()
        {
            for offset in ["start", "end"] {
                if let Some(seconds) = segment[offset].as_f64() {
                    segment[offset] = (seconds / speed).into();
                }
            }
        }
    }
    let key = body["event_id"]
        .as_str()
        .map_or_else(|| random.uuid(), str::to_owned);
    Delivery {
        content: Content::Json(Bytes::from(body.to_string())),
        idempotency_key: key,
    }
}

/// Deliveries that are posted one after another.
struct Lane(mpsc::Sender<Delivery>);

impl Lane {
    fn new(poster: Poster) -> Self {
        let (sender, mut waiting) = mpsc::channel::<Delivery>(WAITING);
        tokio::spawn(async move {
            while let Some(delivery) = waiting.recv().await {
                poster.deliver(&delivery).await;
            }
        });
        Self(sender)
    }

    fn send(&self, delivery: Delivery) {
        if self.0.try_send(delivery).is_err() {
            tracing::warn!("a simulated delivery was dropped: nobody takes the ones before it");
        }
    }
}
