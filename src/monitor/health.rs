use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use super::{Age, sound::Sounds};
use crate::event::{Delivery, Fault, Signature, Webhook};

/// What rates are measured over.
const SPAN: SignedDuration = SignedDuration::from_secs(60);

/// Most arrivals that are remembered for a rate.
const ARRIVALS: usize = 1200;

/// Most lags that are remembered; their median is shown.
const LAGS: usize = 21;

/// A greater lag than this is none.
const GREATEST_LAG: SignedDuration = SignedDuration::from_mins(1);

/// Something is arriving if the last delivery is no older than this.
const RECEIVING: SignedDuration = SignedDuration::from_secs(6);

/// What deliveries that come again are counted over.
const RETRIES: SignedDuration = SignedDuration::from_mins(10);

/// From so many refusals of a webhook in a row on, it is failing.
const FAILING: u64 = 3;

/// The state of one webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookHealth {
    /// Which webhook.
    pub webhook: Webhook,
    /// How it does.
    pub state: State,
    /// When it was last heard.
    pub last: Option<Timestamp>,
    /// Deliveries a second over the last minute.
    pub rate: f64,
    /// For transcripts: from the end of the words to their arrival, as estimated.
    pub lag: Option<Duration>,
    /// For sound: seconds of sound received for each second of the clock, over about the last minute; of several wearers the
    /// least.
    pub coverage: Option<f64>,
}

/// How a webhook does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// ● heard as recently as this webhook should be.
    Live,
    /// ◐ heard, but not lately.
    Late,
    /// ○ never heard.
    Never,
    /// ✖ its deliveries are being refused.
    Failing,
}

/// What is known of all webhooks.
#[derive(Debug, Clone, Default)]
pub(super) struct Health {
    tallies: [Tally; Webhook::ALL.len()],
    /// Beyond the least lag, which only memories tell.
    lags: VecDeque<SignedDuration>,
    least_lag: Option<SignedDuration>,
    last: Option<Timestamp>,
    refused_in_a_row: u64,
    last_refusal: Option<u16>,
    /// When the last request came, accepted or not.
    last_request: Option<Timestamp>,
    /// When deliveries came again that had come before.
    retries: VecDeque<Timestamp>,
    repaired: bool,
    /// What last came with the old key, and what was said of it.
    old_key: BTreeMap<&'static str, String>,
    /// Signatures of one fault in a row, and which fault.
    bad_signatures: Option<(Fault, u64)>,
}

/// What is known of one webhook.
#[derive(Debug, Clone, Default)]
struct Tally {
    last: Option<Timestamp>,
    arrivals: VecDeque<Timestamp>,
    refused_in_a_row: u64,
}

impl Health {
    pub(super) fn new(last_seen: &[(Webhook, Timestamp)], refused_in_a_row: u64) -> Self {
        let mut health = Self {
            refused_in_a_row,
            ..Self::default()
        };
        for (webhook, at) in last_seen {
            let tally = health.tally_mut(*webhook);
            tally.last = tally.last.max(Some(*at));
            health.last = health.last.max(Some(*at));
        }
        health
    }

    /// Takes over what a snapshot does not hold.
    pub(super) fn keep_rates_of(&mut self, earlier: &Self) {
        self.lags.clone_from(&earlier.lags);
        self.least_lag = earlier.least_lag;
        self.last_refusal = earlier.last_refusal;
        self.last_request = earlier.last_request;
        self.retries.clone_from(&earlier.retries);
        self.bad_signatures = earlier.bad_signatures;
        self.old_key.clone_from(&earlier.old_key);
        for (tally, earlier) in self.tallies.iter_mut().zip(&earlier.tallies) {
            tally.arrivals.clone_from(&earlier.arrivals);
        }
    }

    /// Counts the newest deliveries of the past.
    pub(super) fn recall(&mut self, deliveries: &[(Delivery, bool)]) {
        let refused_in_a_row = self.refused_in_a_row;
        for (delivery, repeats) in deliveries {
            let is_sound = delivery.kind.webhook() == Some(Webhook::Audio);
            self.count(delivery, *repeats && !is_sound);
        }
        // The snapshot counted them all, however many there are.
        self.refused_in_a_row = refused_in_a_row;
    }

    pub(super) fn count(&mut self, delivery: &Delivery, came_before: bool) {
        self.last_request = self.last_request.max(Some(delivery.received));
        if came_before {
            self.retries.push_back(delivery.received);
            if self.retries.len() > ARRIVALS {
                self.retries.pop_front();
            }
        }
        match (delivery.signature, self.bad_signatures) {
            (Signature::Invalid(fault), Some((same, count))) if same == fault => {
                self.bad_signatures = Some((fault, count + 1));
            }
            (Signature::Invalid(fault), _) => self.bad_signatures = Some((fault, 1)),
            (Signature::Valid, _) => self.bad_signatures = None,
            (Signature::Absent | Signature::NotChecked, _) => {}
        }
        match delivery.with_old_key() {
            Some(said) => {
                self.old_key.insert(delivery.kind.name(), said.to_owned());
            }
            None if delivery.accepted() => {
                self.old_key.remove(delivery.kind.name());
            }
            None => {}
        }
        if delivery.accepted() {
            self.last = self.last.max(Some(delivery.received));
            self.refused_in_a_row = 0;
            self.repaired = delivery
                .warnings
                .iter()
                .any(|warning| warning.starts_with("old sender form"));
        } else {
            self.refused_in_a_row += 1;
            self.last_refusal = Some(delivery.status);
        }
        if let Some(webhook) = delivery.kind.webhook() {
            self.tally_mut(webhook).count(delivery);
        }
    }

    pub(super) fn note_lag(&mut self, lag: SignedDuration) {
        if self.lags.len() == LAGS {
            self.lags.pop_front();
        }
        self.lags.push_back(lag.max(SignedDuration::ZERO));
    }

    pub(super) fn note_least_lag(&mut self, lag: SignedDuration) {
        // Anything else is no lag but a clock that goes wrong, or another talk.
        if (SignedDuration::ZERO..=GREATEST_LAG).contains(&lag) {
            self.least_lag = Some(lag);
        }
    }

    pub(super) fn last(&self, webhook: Webhook) -> Option<Timestamp> {
        self.tally(webhook).last
    }

    /// The longest row of refusals: of all deliveries since the last accepted one, or of one webhook's, since Omi switches each
    /// off by itself. With the status of the last refusal.
    pub(super) fn refusals(&self) -> (u64, Option<Webhook>, Option<u16>) {
        let of_webhook = |webhook| (self.tally(webhook).refused_in_a_row, Some(webhook));
        let webhooks = Webhook::ALL.into_iter().map(of_webhook);
        let all = (self.refused_in_a_row, None);
        // Of equals the last is taken: the row of all says more than that of one.
        let (count, webhook) = webhooks
            .chain([all])
            .max_by_key(|(count, _)| *count)
            .unwrap_or(all);
        (count, webhook, self.last_refusal)
    }

    /// When the last request came, accepted or not.
    pub(super) fn last_request(&self) -> Option<Timestamp> {
        self.last_request
    }

    /// How many deliveries of the last ten minutes had come before.
    pub(super) fn retries(&self, now: Timestamp) -> usize {
        let lately = |at: &&Timestamp| now.duration_since(**at) <= RETRIES;
        self.retries.iter().rev().take_while(lately).count()
    }

    /// What last came with the old key, by the names of kinds, with what was said of that key.
    pub(super) fn old_key(&self) -> &BTreeMap<&'static str, String> {
        &self.old_key
    }

    /// What was wrong with the last signature that was checked, and with how many before it.
    pub(super) fn bad_signatures(&self) -> Option<(Fault, u64)> {
        self.bad_signatures
    }

    /// Whether the last delivery had the broken query of old senders.
    pub(super) fn repaired(&self) -> bool {
        self.repaired
    }

    pub(super) fn receiving(&self, now: Timestamp) -> bool {
        self.last
            .is_some_and(|last| now.duration_since(last) <= RECEIVING)
    }

    pub(super) fn report(&self, sounds: &Sounds, now: Timestamp) -> Vec<WebhookHealth> {
        let of_webhook = |webhook| {
            let tally = self.tally(webhook);
            WebhookHealth {
                webhook,
                state: tally.state(fresh(webhook), now),
                last: tally.last,
                rate: tally.rate(now),
                lag: if webhook == Webhook::Transcript {
                    self.lag()
                } else {
                    None
                },
                coverage: if webhook == Webhook::Audio {
                    sounds.coverage(now)
                } else {
                    None
                },
            }
        };
        Webhook::ALL.into_iter().map(of_webhook).collect()
    }

    /// Known once a memory has told when its talk began.
    fn lag(&self) -> Option<Duration> {
        let mut lags: Vec<_> = self.lags.iter().copied().collect();
        let middle = lags.len() / 2;
        if lags.is_empty() {
            return None;
        }
        let (_, median, _) = lags.select_nth_unstable(middle);
        Duration::try_from(self.least_lag? + *median).ok()
    }

    /// When a dot, an age or a rate will next look different.
    pub(super) fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let of_webhook = |webhook| {
            let last = self.tally(webhook).last?;
            let late = last
                .saturating_add(fresh(webhook))
                .ok()
                .filter(|late| *late > now);
            Age::next_change(last, now).into_iter().chain(late).min()
        };
        let resting = self
            .last
            .and_then(|last| last.saturating_add(RECEIVING).ok())
            .filter(|at| *at > now);
        // The dot goes out just after, not at, the moment.
        let after = |at: Timestamp| {
            at.saturating_add(SignedDuration::from_millis(1))
                .unwrap_or(at)
        };
        Webhook::ALL
            .into_iter()
            .filter_map(of_webhook)
            .chain(resting)
            .min()
            .map(after)
    }

    fn tally(&self, webhook: Webhook) -> &Tally {
        &self.tallies[webhook as usize]
    }

    fn tally_mut(&mut self, webhook: Webhook) -> &mut Tally {
        &mut self.tallies[webhook as usize]
    }
}

impl Tally {
    fn count(&mut self, delivery: &Delivery) {
        if !delivery.accepted() {
            self.refused_in_a_row += 1;
            return;
        }
        self.refused_in_a_row = 0;
        self.last = self.last.max(Some(delivery.received));
        self.arrivals.push_back(delivery.received);
        if self.arrivals.len() > ARRIVALS {
            self.arrivals.pop_front();
        }
    }

    fn state(&self, fresh: SignedDuration, now: Timestamp) -> State {
        match self.last {
            _ if self.refused_in_a_row >= FAILING => State::Failing,
            None => State::Never,
            Some(last) if now.duration_since(last) <= fresh => State::Live,
            Some(_) => State::Late,
        }
    }

    fn rate(&self, now: Timestamp) -> f64 {
        let recent = self
            .arrivals
            .iter()
            .rev()
            .take_while(|at| now.duration_since(**at) <= SPAN);
        recent.count() as f64 / SPAN.as_secs_f64()
    }
}

/// How long a webhook may be silent and still be as it should be: words come while someone talks, sound all the time
/// (in bursts of up to two minutes), memories after talks, summaries once a day.
fn fresh(webhook: Webhook) -> SignedDuration {
    match webhook {
        Webhook::Transcript => SignedDuration::from_mins(2),
        Webhook::Audio => SignedDuration::from_secs(30),
        Webhook::Memory => SignedDuration::from_hours(12),
        Webhook::Summary => SignedDuration::from_hours(36),
        Webhook::Button => SignedDuration::from_hours(24),
    }
}
