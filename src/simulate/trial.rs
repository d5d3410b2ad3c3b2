//! Single deliveries, as each sender of Omi makes them and with whatever may be odd about them, to try any receiver with. Tells each
//! answer, and what Omi would make of it.
//!
//! ```text
//! KINDS × ERAS × FAULTS ──► Maker ─► Post ─► HTTP ─► Verdict ─► Attempt
//! ```

mod attempt;
pub(super) mod client;
mod edit;
pub(super) mod era;
mod failures;
mod fault;
pub(super) mod kind;
pub(super) mod post;
mod python;
mod right;
pub(super) mod run;
mod shape;
#[cfg(test)]
mod tests;
pub(super) mod verdict;

use tokio_util::sync::CancellationToken;

pub use self::{
    attempt::Attempt,
    era::{ERAS, Era},
    fault::{FAULTS, Fault},
    kind::{KINDS, Kind},
    verdict::Again,
};
use self::{client::Client, kind::Maker, run::Run};
use super::Error;
use crate::{secret::Secret, webhook_url::WebhookUrl};

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
    /// Most deliveries a second; None: the next as soon as the last has its answer, but with a wrong key no more than Omi makes.
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
    /// Deliveries whose last answer tells neither, for the receiver was asked too often.
    pub open: usize,
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

    /// Posts all of it until `shutdown`, and tells each attempt.
    ///
    /// # Errors
    /// [`Error`], or that of `tell`.
    pub async fn run<E: From<Error>>(
        &self,
        shutdown: &CancellationToken,
        tell: impl FnMut(&Attempt<'_>) -> Result<(), E>,
    ) -> Result<Tally, E> {
        let client = Client::new(self.target.clone(), self.signing_secret.clone());
        let maker = Maker::new(&self.uid, self.seed)?;
        let send = async |post: &_, era: &_| client.send(post, era).await;
        let mut run = Run::new(self, maker, send, tell);
        // Without an end, there is only the tally.
        if let Some(ended) = shutdown.run_until_cancelled(run.all()).await {
            ended?;
        }
        Ok(run.tally())
    }
}
