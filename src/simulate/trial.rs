//! Single deliveries, as each sender of Omi makes them and with whatever may be odd about them, to try any receiver with. Tells each
//! answer, and what Omi would make of it.
//!
//! ```text
//! KINDS × ERAS × FAULTS ──► Maker ─► Draft ─► HTTP ─► Verdict ─► Told
//! ```

mod draft;
mod edit;
mod era;
mod fault;
mod kind;
mod python;
mod shape;
#[cfg(test)]
mod tests;
mod told;
mod verdict;

use std::{collections::HashMap, time::Duration};

use futures_util::future::join_all;
use hyper::StatusCode;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use self::{
    draft::{Draft, Flow},
    era::{BREAKER, Breaker},
    fault::Act,
    kind::Maker,
    verdict::{Outcome, Verdict, notification, outcome},
};
pub(super) use self::{era::WAITS, verdict::is_final};
pub use self::{
    era::{ERAS, Era},
    fault::{FAULTS, Fault},
    kind::{KINDS, Kind},
    told::Told,
};
use super::Error;
use crate::{
    outbound::{Answer, Outbound, PostError},
    secret::Secret,
    webhook_url::WebhookUrl,
};

/// What is tried, and where.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "rows of tables are known by their names"
)]
pub struct Trial {
    /// The receiver.
    pub target: WebhookUrl,
    /// Whose deliveries they are.
    pub uid: String,
    /// The same seed gives the same ids.
    pub seed: u64,
    /// Signs what is of an era that signs.
    pub signing_secret: Option<Secret>,
    /// Each kind is posted in each era with each fault, where these go together.
    pub kinds: Vec<&'static Kind>,
    /// See [`Trial::kinds`].
    pub eras: Vec<&'static Era>,
    /// See [`Trial::kinds`].
    pub faults: Vec<&'static Fault>,
    /// So many deliveries of each.
    pub count: u32,
    /// Most deliveries a second; None: the next as soon as the last has its answer.
    pub rate: Option<f64>,
    /// Whether nothing is sent again.
    pub once: bool,
}

/// How a trial went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Posts that were made.
    pub posts: usize,
    /// Deliveries whose last answer was not right.
    pub wrong: usize,
    /// Deliveries whose last answer was right.
    pub right: usize,
}

impl Trial {
    /// Every kind, era and fault that go together.
    pub fn cases(
        &self,
    ) -> impl Iterator<Item = (&'static Kind, &'static Era, &'static Fault)> + use<'_> {
        let (has_key, signing) = (self.target.has_key(), self.signing_secret.is_some());
        let of_era = |era: &'static Era| self.kinds.iter().map(move |kind| (*kind, era));
        self.eras
            .iter()
            .flat_map(move |era| of_era(era))
            .filter(|(kind, era)| kind.is_of(era))
            .flat_map(move |(kind, era)| {
                let faults = self.faults.iter();
                let fit = faults.filter(move |fault| fault.fits(kind, era, has_key, signing));
                fit.map(move |fault| (kind, era, *fault))
            })
    }

    /// Posts all of it until `shutdown`, and tells each post.
    ///
    /// # Errors
    /// [`Error`], or that of `tell`.
    pub async fn run<E: From<Error>>(
        &self,
        shutdown: &CancellationToken,
        tell: impl FnMut(&Told<'_>) -> Result<(), E>,
    ) -> Result<Tally, E> {
        let mut run = Run {
            trial: self,
            maker: Maker::new(&self.uid, self.seed)?,
            key: self.target.key(),
            clients: HashMap::new(),
            failures: HashMap::new(),
            failures_of_url: 0,
            tally: Tally::default(),
            tell,
        };
        // Without an end, there is only the tally.
        if let Some(ended) = shutdown.run_until_cancelled(run.all()).await {
            ended?;
        }
        Ok(run.tally)
    }
}

/// A trial that goes on.
struct Run<'a, T> {
    trial: &'a Trial,
    maker: Maker<'a>,
    /// The receiver's, which nobody is told.
    key: Option<Secret>,
    /// By patience, and whether connections are kept.
    clients: HashMap<(Duration, bool), Outbound>,
    /// Failed deliveries in a row, by the names of era and kind.
    failures: HashMap<(&'static str, &'static str), u32>,
    failures_of_url: u32,
    tally: Tally,
    tell: T,
}

/// What came of an attempt.
type Came = Result<Answer, PostError>;

impl<E, T> Run<'_, T>
where
    E: From<Error>,
    T: FnMut(&Told<'_>) -> Result<(), E>,
{
    async fn all(&mut self) -> Result<(), E> {
        let pause = self.trial.rate.map(|rate| 1.0 / rate);
        let pause = pause.and_then(|pause| Duration::try_from_secs_f64(pause).ok());
        let mut due = tokio::time::Instant::now();
        for (kind, era, fault) in self.trial.cases() {
            for _ in 0..self.trial.count {
                tokio::time::sleep_until(due).await;
                due += pause.unwrap_or_default();
                self.case(kind, era, fault).await?;
            }
        }
        Ok(())
    }

    async fn case(
        &mut self,
        kind: &'static Kind,
        era: &'static Era,
        fault: &'static Fault,
    ) -> Result<(), E> {
        let mut drafts = self.maker.make(kind, era)?;
        let mut at_once = false;
        match fault.act {
            Act::Each(change) => drafts.iter_mut().for_each(|draft| change(draft, era)),
            Act::Series(make) => drafts = make(drafts, era, &mut self.maker),
            Act::Burst(deliveries) => {
                at_once = true;
                // Seconds of sound would follow one another.
                drafts.truncate(1);
                for _ in 1..deliveries {
                    drafts.extend(self.maker.make(kind, era)?.into_iter().take(1));
                }
            }
        }
        let client = self.client(kind, era);
        let mut came: Vec<_> = drafts.iter().map(|_| None).collect();
        if at_once {
            let posts = drafts.iter().map(|draft| self.attempt(&client, draft, era));
            came = join_all(posts).await.into_iter().map(Some).collect();
        }
        let mut failed = false;
        for (draft, first) in drafts.iter().zip(came) {
            if draft.follows && failed && first.is_none() {
                continue;
            }
            failed = self.deliver(&client, draft, era, fault, first).await? == Outcome::Lost;
        }
        Ok(())
    }

    /// Posts until it is taken, or its sender would give up.
    async fn deliver(
        &mut self,
        client: &Outbound,
        draft: &Draft,
        era: &'static Era,
        fault: &'static Fault,
        mut first: Option<Came>,
    ) -> Result<Outcome, E> {
        let right = draft.right.unwrap_or(fault.right);
        let mut attempt = 0;
        loop {
            let came = match first.take() {
                Some(came) => came,
                None => self.attempt(client, draft, era).await,
            };
            let status = came.as_ref().map(|answer| answer.status);
            let outcome = outcome(era, attempt, status.map_err(|_| ()));
            let again = match outcome {
                Outcome::Again { wait, .. } if !self.trial.once && draft.flow != Flow::Cut => {
                    Some(wait)
                }
                _ => None,
            };
            let status = status.ok().as_ref().map(StatusCode::as_u16);
            let is_right = again.is_none().then(|| right.is(status));
            self.tally.posts += 1;
            self.tally.right += usize::from(is_right == Some(true));
            self.tally.wrong += usize::from(is_right == Some(false));
            let (failures, breaks) = self.count(draft, era, outcome, came.is_err());
            let notification = notification(era, draft.kind.name, came.as_ref());
            let told = Told {
                kind: draft.kind.name,
                era: era.name,
                fault: fault.name,
                attempt: attempt + 1,
                came: came.as_ref(),
                key: self.key.as_ref(),
                verdict: Verdict {
                    outcome,
                    notification: notification.map(|message| self.masked(&message)),
                    failures,
                    breaks,
                },
                is_right,
                right: right.words,
            };
            (self.tell)(&told)?;
            let Some(wait) = again else {
                return Ok(outcome);
            };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, client: &Outbound, draft: &Draft, era: &Era) -> Came {
        let signing = self.trial.signing_secret.as_ref();
        let request = draft.request(&self.trial.target, era, signing, Timestamp::now());
        match request {
            Ok(request) => client.send(request).await,
            Err(error) => Err(PostError::Unreachable(error.to_string())),
        }
    }

    /// A text from the receiver, without its key.
    fn masked(&self, text: &str) -> String {
        let masked = self.key.as_ref().map(|key| key.masked_in(text));
        masked.unwrap_or(text.into()).into_owned()
    }

    fn client(&mut self, kind: &Kind, era: &Era) -> Outbound {
        let form = (era.patience(kind.name), era.keeps_connections);
        let client = self.clients.entry(form).or_insert_with(|| {
            let client = Outbound::within(form.0);
            if form.1 { client } else { client.unkept() }
        });
        client.clone()
    }

    /// Counts a delivery that is over. Returns failures in a row with their limit, and whether the sender pauses.
    fn count(
        &mut self,
        draft: &Draft,
        era: &'static Era,
        outcome: Outcome,
        unanswered: bool,
    ) -> (Option<(u32, u32)>, bool) {
        let failed = match outcome {
            Outcome::Delivered => false,
            Outcome::Lost => true,
            Outcome::Unheeded | Outcome::Again { .. } => return (None, false),
        };
        let in_row = |count: u32, failed| if failed { count + 1 } else { 0 };
        let failures = self
            .failures
            .entry((era.name, draft.kind.name))
            .or_default();
        *failures = in_row(*failures, failed);
        let failures = era.disables_after.map(|limit| (*failures, limit));
        let fails_url = match era.breaker {
            Breaker::None => return (failures, false),
            Breaker::NoAnswer => unanswered,
            Breaker::Failed => failed,
        };
        self.failures_of_url = in_row(self.failures_of_url, fails_url);
        let breaks = self.failures_of_url > 0 && self.failures_of_url.is_multiple_of(BREAKER);
        (failures, breaks)
    }
}
