//! What rules answer to Omi. Decided before the commit, so pure and quick: Omi waits.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher as _},
    num::NonZeroUsize,
    sync::{Arc, Mutex},
};

use jiff::{Timestamp, tz::TimeZone};
use lru::LruCache;

use super::{Reply, Rule, RuleEvent};
use crate::{
    bucket::{Bucket, Limit},
    event::{Event, Uid},
    sync,
    text::beginning,
};

/// Segments of a delivery that are looked at; Omi sends a few.
const SEGMENTS: usize = 64;

/// Most text of a delivery that is looked at, in bytes: a regular expression may take its time over each.
const TEXT: usize = 16 << 10;

/// Longest message, in bytes. A phone shows less.
const LONGEST: usize = 400;

/// Omi makes nothing of a message that is no longer than this, in characters.
const UNHEARD: usize = 5;

/// Wearers to whom a rule has spoken that are kept in mind, of all rules together.
const WEARERS: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Lines that a rule has answered that are kept in mind, of each wearer: those that may still grow.
const LINES: usize = 32;

/// The rules that answer, and what they have said. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Replies {
    rules: Arc<[(Rule, Reply)]>,
    said: Arc<Mutex<LruCache<(usize, Uid), History>>>,
    zone: TimeZone,
}

/// What a rule said to a wearer.
#[derive(Debug)]
struct History {
    limit: Bucket,
    /// The last message, and the delivery that it answered.
    last: Option<(u64, String)>,
    /// The lines that were answered, the last ones.
    lines: VecDeque<u64>,
}

/// A segment that a rule applies to.
struct Heard<'a> {
    event: &'a RuleEvent,
    /// The same for each revision of it; None: nobody can tell.
    line: Option<u64>,
}

impl Replies {
    /// Those of some rules.
    #[must_use]
    pub fn of(rules: &[Rule]) -> Self {
        let rules = rules.iter();
        let rules = rules.filter_map(|rule| Some((rule.clone(), rule.reply.clone()?)));
        Self {
            rules: rules.collect(),
            said: Arc::new(Mutex::new(LruCache::new(WEARERS))),
            zone: TimeZone::system(),
        }
    }

    /// Whether any rule answers.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The message for the wearer's phone, if a rule has one for what was decoded and may speak now. The `delivery` is what all its
    /// attempts have in common; each gets the same message, since the answer to an earlier one may not have reached Omi.
    #[must_use]
    pub fn to(
        &self,
        uid: Option<&Uid>,
        event: Option<&Event>,
        delivery: &[u8],
        now: Timestamp,
    ) -> Option<String> {
        let (Some(uid), Some(Event::Transcript(said))) = (uid, event) else {
            return None;
        };
        let mut room = TEXT;
        let segments = said.segments.iter().take(SEGMENTS).take_while(|segment| {
            let has_room = room > 0;
            room = room.saturating_sub(segment.text.len());
            has_room
        });
        let segments: Vec<_> = segments
            .map(|segment| {
                let line = segment.id.as_deref().map(hash);
                (RuleEvent::of_segment(uid, segment), line)
            })
            .collect();
        let rules = self.rules.iter().enumerate();
        let applying: Vec<_> = rules
            .map(|(at, (rule, reply))| (at, rule.again, reply, heard(rule, &segments)))
            .filter(|(.., heard)| !heard.is_empty())
            .collect();
        if applying.is_empty() {
            return None;
        }
        let delivery = hash(delivery);
        let mut said = sync::lock(&self.said);
        let repeated = applying.iter().find_map(|(at, ..)| {
            let (answered, text) = said.get(&(*at, uid.clone()))?.last.as_ref()?;
            (*answered == delivery).then(|| text.clone())
        });
        if repeated.is_some() {
            return repeated;
        }
        applying.iter().find_map(|(at, again, reply, heard)| {
            let fresh = || History::new(reply);
            let said = said.get_or_insert_mut((*at, uid.clone()), fresh);
            let mut heard = heard.iter();
            let heard = heard.find(|heard| *again || !said.has_answered(heard))?;
            let text = reply.text.fill(heard.event, &self.zone);
            let text = beginning(text.trim(), LONGEST);
            let is_heard = text.chars().nth(UNHEARD).is_some();
            (is_heard && said.limit.allows(now)).then(|| {
                said.note(heard, delivery, text);
                text.to_owned()
            })
        })
    }
}

impl Default for Replies {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl History {
    /// Nothing yet.
    fn new(reply: &Reply) -> Self {
        Self {
            limit: Bucket::of(Limit {
                burst: 1.0,
                rate: 1.0 / reply.every.as_secs_f64(),
            }),
            last: None,
            lines: VecDeque::new(),
        }
    }

    fn has_answered(&self, heard: &Heard<'_>) -> bool {
        heard.line.is_some_and(|line| self.lines.contains(&line))
    }

    fn note(&mut self, heard: &Heard<'_>, delivery: u64, text: &str) {
        self.last = Some((delivery, text.to_owned()));
        if let Some(line) = heard.line {
            self.lines.truncate(LINES - 1);
            self.lines.push_front(line);
        }
    }
}

fn heard<'a>(rule: &Rule, segments: &'a [(RuleEvent, Option<u64>)]) -> Vec<Heard<'a>> {
    let segments = segments.iter();
    let heard = segments.filter(|(event, _)| rule.matches(event));
    heard
        .map(|(event, line)| Heard { event, line: *line })
        .collect()
}

fn hash(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        event::{Segment, Transcript},
        event_lines::EventKind,
        rules::{Template, When},
        search::Pattern,
    };

    /// A rule that answers what has `parked` in it, once a minute.
    fn replies(again: bool) -> Replies {
        Replies::of(&[Rule {
            name: "r".into(),
            when: When {
                words: vec![Pattern::new("parked", false).unwrap()],
                kinds: vec![EventKind::Transcript],
                ..When::default()
            },
            again,
            actions: Vec::new(),
            reply: Some(Reply {
                text: Template::parse("{text}").unwrap(),
                every: Duration::from_mins(1),
            }),
        }])
    }

    /// What is answered to a line that a wearer says at a second, in a delivery of its own unless one is named.
    fn answer(
        replies: &Replies,
        (wearer, second): (&str, i64),
        (line, text): (&str, &str),
        delivery: Option<&str>,
    ) -> Option<String> {
        let segment = Segment {
            id: Some(line.to_owned()),
            text: text.to_owned(),
            ..Segment::default()
        };
        let event = Event::Transcript(Transcript {
            session: None,
            segments: vec![segment],
        });
        let own = format!("{wearer} {second} {line} {text}");
        let delivery = delivery.unwrap_or(&own).as_bytes();
        let now = Timestamp::from_second(second).unwrap();
        replies.to(
            Uid::parse(wearer).ok().as_ref(),
            Some(&event),
            delivery,
            now,
        )
    }

    #[test]
    fn a_message_is_for_live_words_and_rate_limited() {
        let replies = replies(false);
        let answer = |second: i64, text: &str| {
            let line = second.to_string();
            answer(&replies, ("u", second), (&line, text), None)
        };
        assert_eq!(answer(0, "nothing"), None);
        assert_eq!(answer(1, "I parked").as_deref(), Some("I parked"));
        assert_eq!(answer(59, "I parked"), None);
        assert_eq!(answer(61, "I parked").as_deref(), Some("I parked"));
        let long = answer(200, &("parked".to_owned() + &" é".repeat(10_000))).unwrap();
        assert!(long.len() <= LONGEST, "{}", long.len());
        let uid = Uid::parse("u").unwrap();
        let now = Timestamp::from_second(999).unwrap();
        assert_eq!(replies.to(Some(&uid), Some(&Event::Ping), b"", now), None);
    }

    #[test]
    fn of_a_long_delivery_only_the_beginning_is_looked_at() {
        let answer = |before: usize| {
            let segment = |text: String| Segment {
                text,
                ..Segment::default()
            };
            let mut segments = vec![segment("a ".repeat(1024)); before];
            segments.push(segment("I parked".to_owned()));
            let event = Event::Transcript(Transcript {
                session: None,
                segments,
            });
            let uid = Uid::parse("u").unwrap();
            replies(false).to(Some(&uid), Some(&event), b"", Timestamp::UNIX_EPOCH)
        };
        assert!(answer(TEXT / 2048 - 1).is_some());
        assert!(answer(TEXT / 2048).is_none());
    }

    #[test]
    fn each_wearer_has_a_limit_of_their_own() {
        let replies = replies(false);
        for wearer in ["u1", "u2"] {
            let message = answer(&replies, (wearer, 1), ("a", "I parked"), None);
            assert_eq!(message.as_deref(), Some("I parked"), "{wearer}");
        }
    }

    #[test]
    fn every_attempt_of_a_delivery_gets_the_same_message() {
        let replies = replies(false);
        let answer = |second, line, delivery| {
            answer(&replies, ("u", second), (line, "I parked"), Some(delivery))
        };
        for second in [1, 5, 36] {
            assert!(answer(second, "a", "k").is_some(), "{second}");
        }
        // Only the first one counts.
        assert!(answer(59, "b", "l").is_none());
        assert!(answer(62, "c", "m").is_some());
    }

    #[test]
    fn a_line_that_grows_is_answered_once_unless_each_revision_is_wanted() {
        for again in [false, true] {
            let replies = replies(again);
            let answer = |second, text| answer(&replies, ("u", second), ("a", text), None);
            assert!(answer(1, "I parked").is_some());
            let grown = answer(100, "I parked on level 3");
            assert_eq!(grown.is_some(), again);
        }
    }
}
