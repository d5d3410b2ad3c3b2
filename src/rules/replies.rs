//! What rules answer to Omi. Decided before the commit, so pure and quick: Omi waits.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, tz::TimeZone};

use super::{Happening, Rule};
use crate::{
    bucket::{Bucket, Limit},
    event::{Event, Uid},
    text::beginning,
};

/// Segments of a delivery that are looked at; Omi sends a few.
const SEGMENTS: usize = 64;

/// Longest message, in bytes. A phone shows less.
const LONGEST: usize = 400;

/// Omi makes nothing of a message that is no longer than this, in characters.
const UNHEARD: usize = 5;

/// The rules that answer, and when each may do so again. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Replies {
    rules: Arc<[Rule]>,
    buckets: Arc<Mutex<Vec<Bucket>>>,
    zone: Option<TimeZone>,
}

impl Replies {
    /// Those of some rules.
    #[must_use]
    pub fn of(rules: &[Rule]) -> Self {
        let rules: Arc<[Rule]> = rules
            .iter()
            .filter(|rule| rule.reply.is_some())
            .cloned()
            .collect();
        let buckets = rules.iter().filter_map(|rule| {
            let every = rule.reply.as_ref()?.every.as_secs_f64();
            Some(Bucket::of(Limit {
                burst: 1.0,
                rate: 1.0 / every,
            }))
        });
        Self {
            buckets: Arc::new(Mutex::new(buckets.collect())),
            rules,
            zone: Some(TimeZone::system()),
        }
    }

    /// The message for the wearer's phone, if a rule has one for what was decoded and may speak now.
    #[must_use]
    pub fn to(&self, uid: Option<&Uid>, event: Option<&Event>, now: Timestamp) -> Option<String> {
        let (Some(uid), Some(Event::Transcript(said))) = (uid, event) else {
            return None;
        };
        if self.rules.is_empty() {
            return None;
        }
        let said: Vec<_> = said
            .segments
            .iter()
            .take(SEGMENTS)
            .map(|segment| Happening::of_segment(uid, segment))
            .collect();
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rules = self.rules.iter().zip(buckets.iter_mut());
        rules.find_map(|(rule, bucket)| {
            let reply = rule.reply.as_ref()?;
            let heard = said.iter().find(|happening| rule.matches(happening))?;
            let text = reply.text.fill(heard, &zone);
            let text = beginning(text.trim(), LONGEST);
            let is_heard = text.chars().nth(UNHEARD).is_some();
            (is_heard && bucket.allows(now)).then(|| text.to_owned())
        })
    }
}
