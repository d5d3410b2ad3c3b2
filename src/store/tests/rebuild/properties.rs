//! Whatever was sent: live keeping and rebuilding come to the same.

use proptest::prelude::*;

use super::{
    super::{super::*, support::*},
    stores::{all_rows, as_told, kept, regroup, reverse_ids},
};
use crate::event::{Memory, Segment};

const SILENCES: [Duration; 3] = [
    Duration::from_secs(20),
    Duration::from_mins(2),
    Duration::from_mins(15),
];

/// Something that one of two wearers sends.
#[derive(Debug, Clone)]
struct Step {
    second_wearer: bool,
    /// Seconds since the step before.
    wait: i64,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// New segments of one of two devices, with ids or without.
    Say {
        device: usize,
        /// The device counts from 0 again.
        anew: bool,
        ids: bool,
        count: usize,
    },
    /// A memory of the last seconds.
    Remember {
        since: i64,
        length: i64,
        words: Words,
    },
    /// The last memory again, with another title or without, and with other words or none.
    Revise { titled: bool, worded: bool },
    /// A segment of before, longer.
    Repeat { back: usize },
}

/// What of the last segments a memory has.
#[derive(Debug, Clone)]
enum Words {
    None,
    Foreign,
    Ids(usize),
    Texts(usize),
}

fn any_words() -> impl Strategy<Value = Words> {
    prop_oneof![
        Just(Words::None),
        Just(Words::Foreign),
        (1..6_usize).prop_map(Words::Ids),
        (1..6_usize).prop_map(Words::Texts),
    ]
}

fn any_what() -> impl Strategy<Value = What> {
    let say = (
        0..2_usize,
        prop::bool::weighted(0.1),
        any::<bool>(),
        1..4_usize,
    );
    let remember = (0..900_i64, 0..600_i64, any_words());
    prop_oneof![
        8 => say.prop_map(|(device, anew, ids, count)| What::Say { device, anew, ids, count }),
        3 => remember.prop_map(|(since, length, words)| What::Remember { since, length, words }),
        1 => any::<(bool, bool)>().prop_map(|(titled, worded)| What::Revise { titled, worded }),
        1 => (1..6_usize).prop_map(|back| What::Repeat { back }),
    ]
}

fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![Just(0), Just(1), 2..10_i64, 10..60_i64, 100..400_i64];
    let step = (prop::bool::weighted(0.3), wait, any_what());
    let step = step.prop_map(|(second_wearer, wait, what)| Step {
        second_wearer,
        wait,
        what,
    });
    prop::collection::vec(step, 1..50)
}

#[derive(Default)]
struct Wearer {
    zeros: [i64; 2],
    said: Vec<Segment>,
    memory: Option<Memory>,
}

/// Makes submissions of steps.
#[derive(Default)]
struct Script {
    now: i64,
    number: usize,
    wearers: [Wearer; 2],
    submissions: Vec<Submission>,
}

impl Script {
    fn of(steps: &[Step]) -> Vec<Submission> {
        let mut script = Self::default();
        for step in steps {
            script.now += step.wait;
            script.number += 1;
            script.take(step);
        }
        script.submissions
    }

    fn take(&mut self, step: &Step) {
        let (now, number) = (self.now, self.number);
        let wearer = &mut self.wearers[usize::from(step.second_wearer)];
        let submission = match &step.what {
            What::Say {
                device,
                anew,
                ids,
                count,
            } => {
                if *anew {
                    wearer.zeros[*device] = now;
                }
                let start = (now - wearer.zeros[*device]) as f64;
                let new = |place: usize| {
                    let id = if *ids {
                        format!("s{number}.{place}")
                    } else {
                        String::new()
                    };
                    let start = start + place as f64 / 4.0;
                    segment(
                        &id,
                        start,
                        start + 0.25,
                        &format!("words {number} of {place}"),
                    )
                };
                let segments: Vec<Segment> = (0..*count).map(new).collect();
                wearer.said.extend(segments.iter().cloned());
                said(now + 1, segments)
            }
            What::Remember {
                since,
                length,
                words,
            } => {
                let memory = Memory {
                    id: Some(format!("m{number}")),
                    title: format!("Title {number}"),
                    started_at: Some(at(now - since)),
                    finished_at: Some(at(now - since + length)),
                    segments: wearer.told(words, number),
                    ..Memory::default()
                };
                wearer.memory = Some(memory.clone());
                remembered(now, memory)
            }
            What::Revise { titled, worded } => {
                // Only the last revision is kept, so one that is revised twice cannot be told again.
                let Some(mut memory) = wearer.memory.take() else {
                    return;
                };
                memory.title = if *titled {
                    format!("Title {number}")
                } else {
                    String::new()
                };
                memory.segments = if *worded {
                    wearer.told(&Words::Texts(2), number)
                } else {
                    Vec::new()
                };
                remembered(now, memory)
            }
            What::Repeat { back } => {
                let Some(earlier) = wearer.said.iter().rev().nth(*back) else {
                    return;
                };
                let mut again = earlier.clone();
                again.end += 1.0;
                again.text = format!("{} again {number}", again.text);
                said(now, vec![again])
            }
        };
        self.push(submission, step.second_wearer);
    }

    fn push(&mut self, mut submission: Submission, second_wearer: bool) {
        let uid = if second_wearer { "v" } else { "u" };
        submission.delivery.uid = Uid::parse(uid).ok();
        self.submissions.push(submission);
    }
}

impl Wearer {
    fn told(&self, words: &Words, number: usize) -> Vec<Segment> {
        let last = |count: usize| self.said.iter().rev().take(count).rev();
        match words {
            Words::None => Vec::new(),
            Words::Foreign => vec![segment("", 0.0, 9.0, &format!("foreign {number}"))],
            Words::Ids(count) => last(*count)
                .map(|said| Segment {
                    text: format!("told {number}"),
                    ..said.clone()
                })
                .collect(),
            Words::Texts(count) => {
                let texts: Vec<_> = last(*count).map(|said| said.text.as_str()).collect();
                vec![segment("", 1.0, 9.0, &texts.join(" "))]
            }
        }
    }
}

fn without_revisions(steps: Vec<Step>) -> Vec<Step> {
    let first = |step: &Step| matches!(step.what, What::Say { .. } | What::Remember { .. });
    steps.into_iter().filter(first).collect()
}

fn without_repeats(steps: Vec<Step>) -> Vec<Step> {
    let once = |step: &Step| !matches!(step.what, What::Repeat { .. });
    steps.into_iter().filter(once).collect()
}

/// A delivery is no copy of another, but it says the same.
fn copies(steps: &[Step]) -> [Vec<Submission>; 2] {
    [Script::of(steps), Script::of(steps)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_store_whose_lines_were_never_revised_is_what_a_rebuild_makes_of_it(
        steps in any_steps(), silence in prop::sample::select(&SILENCES[..]),
    ) {
        let db = kept(silence, Script::of(&without_repeats(steps)));
        let (rows, told) = (all_rows(&db), as_told(&db));
        let rebuilt = regroup(&db, silence);
        prop_assert!(rebuilt.is_unchanged(), "{rebuilt:?}");
        prop_assert_eq!(all_rows(&db), rows);
        reverse_ids(&db);
        prop_assert!(regroup(&db, silence).is_unchanged());
        prop_assert_eq!(as_told(&db), told);
    }

    #[test]
    fn a_rebuild_with_another_silence_makes_what_it_would_have_made_live(
        steps in any_steps(),
        before in prop::sample::select(&SILENCES[..]),
        after in prop::sample::select(&SILENCES[..]),
    ) {
        let [first, second] = copies(&without_revisions(steps));
        let db = kept(before, first);
        let other = kept(after, second);
        let was = as_told(&db);
        regroup(&db, after);
        prop_assert_eq!(as_told(&db), as_told(&other));
        prop_assert!(regroup(&db, after).is_unchanged());
        reverse_ids(&db);
        regroup(&db, before);
        prop_assert_eq!(as_told(&db), was);
    }

    #[test]
    fn whatever_was_revised_a_second_rebuild_changes_nothing(
        steps in any_steps(),
        before in prop::sample::select(&SILENCES[..]),
        after in prop::sample::select(&SILENCES[..]),
    ) {
        let [first, second] = copies(&steps);
        let db = kept(before, first);
        regroup(&db, before);
        prop_assert!(regroup(&db, before).is_unchanged());
        regroup(&db, after);
        let rows = all_rows(&db);
        prop_assert!(regroup(&db, after).is_unchanged());
        prop_assert_eq!(all_rows(&db), rows);
        let direct = kept(before, second);
        regroup(&direct, after);
        prop_assert_eq!(as_told(&db), as_told(&direct));
    }
}
