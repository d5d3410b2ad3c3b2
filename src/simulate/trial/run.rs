//! A trial that goes on: one delivery after the other, each until it is taken or its sender would give up.

#[cfg(test)]
mod tests;

use std::time::Duration;

use futures_util::future::join_all;
use hyper::StatusCode;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{
    Attempt, Error, Tally, Trial,
    era::Era,
    failures::Failures,
    fault::{Act, Fault},
    kind::{Kind, Maker},
    post::{Flow, Post},
    right::Judgement,
    verdict::{Outcome, Verdict, notification, outcome},
};
use crate::{
    outbound::{Answer, PostError, Reach},
    secret::Secret,
    text,
};

/// What came back.
pub(in crate::simulate) type Reply = Result<Answer, PostError>;

/// Most deliveries a second that Omi makes with one key. With a wrong one, a receiver may hold off who makes more.
const OF_OMI: f64 = 2.0;

/// A trial that goes on.
pub(super) struct Run<'a, S, T> {
    trial: &'a Trial,
    maker: Maker<'a>,
    /// The receiver's, which nobody is told.
    key: Option<Secret>,
    /// Columns for the names of its kinds and of its faults.
    columns: (usize, usize),
    failures: Failures,
    tally: Tally,
    reach: Reach,
    send: S,
    tell: T,
}

impl<'a, S, T, E> Run<'a, S, T>
where
    S: AsyncFn(&Post, &Era) -> Reply,
    T: FnMut(&Attempt<'_>) -> Result<(), E>,
    E: From<Error>,
{
    pub(super) fn new(trial: &'a Trial, maker: Maker<'a>, send: S, tell: T) -> Self {
        Self {
            trial,
            maker,
            key: trial.target.key(),
            columns: (
                widest(trial.kinds.iter().map(|kind| kind.name)),
                widest(trial.faults.iter().map(|fault| fault.name)),
            ),
            failures: Failures::default(),
            tally: Tally::default(),
            reach: Reach::default(),
            send,
            tell,
        }
    }

    /// How it went so far.
    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    /// Posts all of it, unless the first attempts find nobody.
    pub(super) async fn all(&mut self) -> Result<(), E> {
        let mut asked = self.trial.rate.and_then(pace);
        let mut of_key = pace(OF_OMI);
        for (kind, era, fault) in self.trial.cases() {
            for _ in 0..self.trial.count {
                let pace = asked.as_mut();
                if let Some(pace) = pace.or(of_key.as_mut().filter(|_| fault.is_of_key())) {
                    pace.tick().await;
                }
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
        let mut posts = self.maker.make(kind, era)?;
        let mut at_once = false;
        match fault.act {
            Act::Each(change) => posts.iter_mut().for_each(|post| change(post, era)),
            Act::Series(make) => posts = make(posts, era, &mut self.maker),
            Act::Burst(deliveries) => {
                at_once = true;
                // Seconds of sound would follow one another.
                posts.truncate(1);
                for _ in 1..deliveries {
                    posts.extend(self.maker.make(kind, era)?.into_iter().take(1));
                }
            }
        }
        let mut first: Vec<_> = posts.iter().map(|_| None).collect();
        if at_once {
            let sent = posts.iter().map(|post| (self.send)(post, era));
            first = join_all(sent).await.into_iter().map(Some).collect();
        }
        let mut failed = false;
        for (post, first) in posts.iter().zip(first) {
            if post.follows && failed && first.is_none() {
                continue;
            }
            failed = self.deliver(post, era, fault, first).await? == Outcome::Lost;
        }
        Ok(())
    }

    /// Sends until it is taken, or its sender would give up.
    async fn deliver(
        &mut self,
        post: &Post,
        era: &'static Era,
        fault: &'static Fault,
        mut first: Option<Reply>,
    ) -> Result<Outcome, E> {
        let right = post.right.unwrap_or(fault.right);
        let mut attempt = 0;
        loop {
            let reply = match first.take() {
                Some(reply) => reply,
                None => (self.send)(post, era).await,
            };
            self.reach.note(&reply);
            let status = reply.as_ref().map(|answer| answer.status);
            let outcome = outcome(era, attempt, status.map_err(|_| ()));
            let again = match outcome {
                Outcome::Again(again) if !self.trial.once && post.flow != Flow::Cut => {
                    Some(again.wait)
                }
                _ => None,
            };
            let status = status.ok().as_ref().map(StatusCode::as_u16);
            let judgement = again.is_none().then(|| right.judge(status));
            self.tally.count(judgement);
            let verdict = self.verdict(post, era, outcome, &reply);
            (self.tell)(&Attempt {
                kind: post.kind.name,
                era: era.name,
                fault: fault.name,
                columns: self.columns,
                number: attempt + 1,
                reply: reply.as_ref(),
                key: self.key.as_ref(),
                verdict,
                judgement,
                right: right.words,
            })?;
            if self.reach.is_hopeless() {
                return Err(Error::Unreached.into());
            }
            let Some(wait) = again else {
                return Ok(outcome);
            };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// What the sender makes of it. Texts from the receiver are without its key.
    fn verdict(
        &mut self,
        post: &Post,
        era: &'static Era,
        outcome: Outcome,
        reply: &Reply,
    ) -> Verdict {
        let kind = post.kind;
        let notification = notification(era, kind.webhook(), reply.as_ref());
        let masked = |message: String| match &self.key {
            Some(key) => key.masked_in(&message).into_owned(),
            None => message,
        };
        Verdict {
            outcome,
            notification: notification.map(masked),
            failures: self.failures.count(kind, era, outcome, reply.is_err()),
        }
    }
}

impl Tally {
    /// Counts an attempt. None: it is made again.
    fn count(&mut self, judgement: Option<Judgement>) {
        self.posts += 1;
        match judgement {
            Some(Judgement::Right) => self.right += 1,
            Some(Judgement::Wrong) => self.wrong += 1,
            Some(Judgement::Open) => self.open += 1,
            None => (),
        }
    }
}

/// Columns that each of these names fits into.
fn widest(names: impl Iterator<Item = &'static str>) -> usize {
    names.map(text::width).max().unwrap_or_default()
}

/// So many a second, the first at once. What was late is not made up for: it would come in a burst.
fn pace(rate: f64) -> Option<Interval> {
    let pause = Duration::try_from_secs_f64(1.0 / rate).ok();
    let mut pace = interval(pause.filter(|pause| !pause.is_zero())?);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Some(pace)
}
