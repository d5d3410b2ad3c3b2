//! A store full of made-up talk, put in as deliveries are.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use omiscope::{
    event::{ActionItem, Delivery, Event, Kind, Memory, Segment, Seq, Signature, Transcript, Uid},
    store::{Store, Submission},
};

/// Lines of a conversation.
const TALK: usize = 150;
/// Lines of a delivery.
const BATCH: usize = 3;
/// Deliveries on the way at a time.
const AT_ONCE: usize = 64;
/// From the beginning of one conversation to the next: some 6700 of them are 150 days.
const EVERY: SignedDuration = SignedDuration::from_mins(32);

/// The most frequent words first: the nth is about n times rarer than the first.
const WORDS: &str = "the of and to a in is you that it he was for on are as with his they I at be this have from or one had by word but \
    not what all were we when your can said there use an each which she do how their if will up other about out many then them these so \
    some her would make like him into time has look two more write go see number no way could people my than first water been call who \
    oil its now find long down day did get come made may part over new sound take only little work know place year live me back give \
    most very after thing our just name good sentence man think say great where help through much before line right too mean old any \
    same tell boy follow came want show also around form three small set put end does another well large must big even such because \
    turn here why ask went men read need land different home us move try kind hand picture again change off play spell air away animal";
const RARE: &str = "quincunx";
const JAPANESE: &str = "東京へ行く電車を予約しました";

pub(crate) fn start() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().expect("a time")
}

/// Whether an earlier run filled it.
pub(crate) fn is_filled(store: &Store) -> bool {
    store.latest() > Seq(1000)
}

/// Puts `lines` lines in, and a memory for each other conversation.
pub(crate) async fn fill(store: &Store, lines: usize) -> Duration {
    let began = Instant::now();
    let mut random = Random(7);
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let submissions =
        (0..lines / TALK).flat_map(move |talk| conversation(talk, &words, &mut random));
    let mut committed = futures_util::stream::iter(submissions)
        .map(|submission| store.commit(submission))
        .buffered(AT_ONCE);
    while let Some(result) = committed.next().await {
        result.expect("it is kept");
    }
    began.elapsed()
}

fn conversation(talk: usize, words: &[&str], random: &mut Random) -> Vec<Submission> {
    let zero = start() + EVERY * talk as i32;
    let mut all = Vec::new();
    let mut segments = Vec::new();
    let mut at = 0.0;
    for number in 0..TALK {
        let segment = segment(talk, number, at, words, random);
        at = segment.end + 0.5;
        segments.push(segment);
    }
    for batch in segments.chunks(BATCH) {
        let end = batch.last().map_or(0.0, |segment| segment.end);
        let arrived = zero + SignedDuration::from_secs_f64(end + 2.0);
        let transcript = Transcript {
            session: None,
            segments: batch.to_vec(),
        };
        all.push(submission(
            arrived,
            Kind::TranscriptSegment,
            Event::Transcript(transcript),
        ));
    }
    if talk.is_multiple_of(2) {
        let finished = zero + SignedDuration::from_secs_f64(at);
        let memory = memory(talk, zero, finished, &segments, words, random);
        let arrived = finished + SignedDuration::from_mins(3);
        all.push(submission(
            arrived,
            Kind::MemoryCreated,
            Event::Memory(Box::new(memory)),
        ));
    }
    all
}

fn segment(talk: usize, number: usize, start: f64, words: &[&str], random: &mut Random) -> Segment {
    let mut text = sentence(words, random);
    if (talk * TALK + number).is_multiple_of(40_009) {
        text.push_str(RARE);
    }
    if number == 77 && talk.is_multiple_of(10) {
        JAPANESE.clone_into(&mut text);
    }
    let speaker = random.below(4) as u32;
    Segment {
        id: Some(format!("{talk:08x}-0000-4000-8000-{number:012x}")),
        end: start + 1.0 + text.len() as f64 / 20.0,
        text,
        speaker: Some(format!("SPEAKER_{speaker:02}")),
        speaker_id: Some(speaker),
        is_user: speaker == 0,
        start,
        ..Segment::default()
    }
}

/// Two live segments become one of the memory, as Omi merges them.
fn memory(
    talk: usize,
    started: Timestamp,
    finished: Timestamp,
    live: &[Segment],
    words: &[&str],
    random: &mut Random,
) -> Memory {
    let merged = live.chunks(2).map(|pair| {
        let texts: Vec<_> = pair.iter().map(|segment| segment.text.as_str()).collect();
        Segment {
            text: texts.join(" "),
            end: pair.last().map_or(0.0, |segment| segment.end),
            ..pair[0].clone()
        }
    });
    Memory {
        id: Some(format!("memory-{talk}")),
        created_at: Some(finished),
        started_at: Some(started),
        finished_at: Some(finished),
        title: sentence(words, random),
        overview: (0..4).map(|_| sentence(words, random)).collect(),
        emoji: "🧠".to_owned(),
        category: "work".to_owned(),
        action_items: vec![ActionItem {
            description: sentence(words, random),
            ..ActionItem::default()
        }],
        segments: merged.collect(),
        ..Memory::default()
    }
}

pub(crate) fn submission(received: Timestamp, kind: Kind, event: Event) -> Submission {
    // About what a body is long; what is in it does not matter here.
    let body = Bytes::from(vec![b'x'; 900]);
    let headers = [
        ("host", "quiet-fox.ngrok.app"),
        ("user-agent", "python-httpx/0.28.1"),
        ("content-type", "application/json"),
        ("idempotency-key", "1f0a1f0a-0000-4000-8000-000000000001"),
    ];
    Submission {
        delivery: Delivery {
            received,
            remote: Some(([127, 0, 0, 1], 4711).into()),
            method: "POST".to_owned(),
            path: "/webhook".to_owned(),
            query: "key=***&uid=Xk3uidABC".to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            uid: Uid::parse("Xk3uidABC").ok(),
            kind,
            size: body.len() as u64,
            idempotency_key: None,
            signature: Signature::Absent,
            status: 200,
            reply: "{}".to_owned(),
            warnings: Vec::new(),
            took: Duration::from_micros(300),
        },
        body: Some(body),
        event: Some(event),
    }
}

fn sentence(words: &[&str], random: &mut Random) -> String {
    let count = 4 + random.below(16);
    let mut text = String::new();
    for _ in 0..count {
        // Zipf's law, about: the square of a uniform number favours the first ones.
        let part = random.below(1 << 20) as f64 / f64::from(1 << 20);
        let at = (part * part * part * words.len() as f64) as usize;
        text.push_str(words[at.min(words.len() - 1)]);
        text.push(' ');
    }
    text
}

/// xorshift64*: the same talk in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % most
    }
}
