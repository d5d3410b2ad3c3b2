use super::*;
use crate::event::{MemoryId, Uid};

const SILENCE: Duration = Duration::from_mins(2);

/// Something that happens, `at` seconds after the scenario begins.
enum Step {
    /// A batch of segments (start, end) arrives and must go into these conversations, counted from 1.
    Batch(i64, &'static [(f64, f64)], &'static [i64]),
    /// A segment arrives again whose key is known from this conversation.
    Again(i64, (f64, f64), i64),
    /// A memory closes a conversation and says when it started and ended.
    Memory(i64, i64, f64),
}
use Step::{Again, Batch, Memory};

const SCENARIOS: &[(&str, &[Step])] = &[
    (
        "talk goes on in one conversation",
        &[
            Batch(0, &[(0.0, 2.0)], &[1]),
            Batch(5, &[(2.5, 6.0), (6.0, 7.0)], &[1, 1]),
            Batch(124, &[(120.0, 121.0)], &[1]),
        ],
    ),
    (
        "a silence of two minutes ends it, whatever the offsets say",
        &[
            Batch(0, &[(0.0, 2.0)], &[1]),
            Batch(119, &[(118.0, 119.0)], &[1]),
            Batch(239, &[(238.0, 239.0)], &[2]),
        ],
    ),
    (
        "a start that falls by more than five seconds begins a new one",
        &[
            Batch(0, &[(10.0, 20.0)], &[1]),
            Batch(3, &[(15.0, 16.0)], &[1]),
            Batch(5, &[(14.9, 15.5)], &[2]),
            Batch(6, &[(16.0, 17.0)], &[2]),
        ],
    ),
    (
        "inside a batch the order means nothing",
        &[
            Batch(0, &[(9.0, 11.0), (-0.08, 9.5), (7.0, 6.9)], &[1, 1, 1]),
            Batch(90, &[(99.0, 100.0), (80.0, 81.0), (98.0, 99.0)], &[1, 1, 1]),
            Batch(95, &[(1.0, 2.0), (-0.1, 0.9)], &[2, 2]),
        ],
    ),
    (
        "a known segment stays where it is and begins nothing",
        &[
            Batch(0, &[(30.0, 32.0)], &[1]),
            Batch(3, &[(33.0, 60.0)], &[1]),
            Again(5, (30.0, 32.5), 1),
            Batch(6, &[(61.0, 62.0)], &[1]),
        ],
    ),
    (
        "a closed conversation takes only what its clock places right after its end",
        &[
            Batch(0, &[(0.0, 60.0)], &[1]),
            Memory(1, -60, 60.0),
            Batch(4, &[(60.0, 63.0)], &[1]),
            Batch(30, &[(64.0, 65.0)], &[2]),
        ],
    ),
    (
        "talk after a short closed conversation is new",
        &[
            Batch(0, &[(0.0, 4.0)], &[1]),
            Memory(1, -4, 4.0),
            Batch(8, &[(0.0, 2.0)], &[2]),
        ],
    ),
    (
        "two devices of a wearer keep their own zero",
        &[
            Batch(0, &[(300.0, 302.0)], &[1]),
            Batch(1, &[(0.0, 1.0)], &[2]),
            Batch(3, &[(303.0, 305.0)], &[1]),
            Batch(4, &[(3.0, 4.0)], &[2]),
            Batch(6, &[(306.0, 308.0)], &[1]),
        ],
    ),
    (
        "absurd offsets hold nothing up",
        &[
            Batch(0, &[(1e300, 1e300), (-1e300, -1e300)], &[1, 1]),
            Batch(2, &[(1.0, 2.0)], &[1]),
            Batch(3, &[(2.0, f64::MAX)], &[1]),
            Batch(4, &[(3.0, 4.0)], &[1]),
        ],
    ),
];

/// Runs steps as the writer does.
struct Run {
    timeline: Timeline,
    count: i64,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

impl Run {
    fn new() -> Self {
        Self {
            timeline: Timeline::default(),
            count: 0,
        }
    }

    fn arrive(&mut self, second: i64, offers: &[Offer]) -> Vec<i64> {
        let arrived = at(second);
        let places = self.timeline.assign(offers, arrived, SILENCE);
        let new = self.count + 1;
        let mut into = Vec::new();
        for (offer, place) in offers.iter().zip(places) {
            let id = match place {
                Place::In(id) => id.0,
                Place::New => new,
            };
            self.count = self.count.max(id);
            let known = self.timeline.get(ConversationId(id)).cloned();
            let mut conversation = known.unwrap_or_else(|| Conversation {
                id: ConversationId(id),
                uid: Uid::parse("u").unwrap(),
                started: arrived,
                last_arrival: arrived,
                last_end: 0.0,
                title: None,
                emoji: None,
                memory: None,
            });
            grow(&mut conversation, [offer.end].into_iter(), arrived);
            self.timeline.put(conversation);
            into.push(id);
        }
        into
    }

    fn close(&mut self, id: i64, started: i64, last_end: f64) {
        let mut closed = self.timeline.get(ConversationId(id)).unwrap().clone();
        closed.started = at(started);
        closed.last_end = last_end;
        closed.memory = Some(MemoryId(1));
        self.timeline.update(&closed);
    }
}

#[test]
fn segments_go_to_the_right_conversation() {
    for (name, steps) in SCENARIOS {
        let mut run = Run::new();
        for step in *steps {
            match *step {
                Batch(second, spans, into) => {
                    let offer = |&(start, end): &(f64, f64)| Offer {
                        start,
                        end,
                        known: None,
                    };
                    let offers: Vec<_> = spans.iter().map(offer).collect();
                    assert_eq!(run.arrive(second, &offers), into, "{name}, at {second} s");
                }
                Again(second, (start, end), into) => {
                    let known = Some(ConversationId(into));
                    let offer = Offer { start, end, known };
                    assert_eq!(run.arrive(second, &[offer]), [into], "{name}");
                }
                Memory(id, started, last_end) => run.close(id, started, last_end),
            }
        }
    }
}

#[test]
fn the_clock_is_the_earliest_estimate_and_stands_once_a_memory_told() {
    let mut run = Run::new();
    let offer = |start: f64, end: f64| Offer {
        start,
        end,
        known: None,
    };
    let started = |run: &Run| run.timeline.get(ConversationId(1)).unwrap().started;
    run.arrive(10, &[offer(0.0, 1.0), offer(1.0, 4.0)]);
    assert_eq!(started(&run), at(6), "greatest end");
    run.arrive(12, &[offer(4.0, 5.0)]);
    assert_eq!(started(&run), at(6), "a later estimate is worse");
    run.arrive(13, &[offer(5.0, 8.0)]);
    assert_eq!(started(&run), at(5), "an earlier one is better");
    run.close(1, 3, 8.0);
    run.arrive(14, &[offer(8.0, 12.0)]);
    assert_eq!(started(&run), at(3), "a memory knows best");
}

#[test]
fn only_the_newest_conversations_are_looked_at() {
    let mut run = Run::new();
    for second in 0..9 {
        let start = f64::from(1000 - 100 * second as i32);
        let offer = Offer {
            start,
            end: start,
            known: None,
        };
        run.arrive(second, &[offer]);
    }
    let ids: Vec<_> = run.timeline.ids().map(|id| id.0).collect();
    assert_eq!(ids, [9, 8, 7, 6]);
}
