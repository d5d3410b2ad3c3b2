//! What can be odd about a delivery, one row each: what it does to the posts, and which answers are right then.

use std::ops::RangeInclusive;

use bytes::Bytes;
use serde_json::json;

use super::{
    draft::{Draft, Flow, KeyForm, Signing},
    edit::{huge, in_segments, in_text, list, reordered, tomorrow, twice},
    era::{Era, Json},
    kind::{Kind, Maker},
};

/// Something odd.
#[expect(
    missing_debug_implementations,
    reason = "it is a row of a table, known by its name"
)]
pub struct Fault {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is odd.
    pub about: &'static str,
    on: On,
    needs: Needs,
    pub(super) act: Act,
    /// The answers of a right receiver.
    pub(super) right: Right,
}

/// Which kinds can have it.
enum On {
    All,
    Json,
    Sound,
    Kinds(&'static [&'static str]),
}

/// What must be there for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// A `key` in the URL.
    Key,
    /// A signing secret, and an era that signs.
    Signing,
}

/// What it does.
pub(super) enum Act {
    Each(fn(&mut Draft, &Era)),
    Series(fn(Vec<Draft>, &Era, &mut Maker<'_>) -> Vec<Draft>),
    /// So many deliveries at once.
    Burst(usize),
}

/// Answers that are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Right {
    /// In words.
    pub(super) words: &'static str,
    statuses: &'static [RangeInclusive<u16>],
    none: bool,
}

impl Right {
    /// Whether an answer (None: there was none) is among them.
    pub(super) fn is(self, status: Option<u16>) -> bool {
        status.map_or(self.none, |status| {
            self.statuses.iter().any(|range| range.contains(&status))
        })
    }
}

const fn right(words: &'static str, statuses: &'static [RangeInclusive<u16>]) -> Right {
    Right {
        words,
        statuses,
        none: false,
    }
}

const TAKEN: Right = right("2xx", &[200..=299]);
const DENIED: Right = right("401 or 403", &[401..=401, 403..=403]);
const TAKEN_OR_DENIED: Right = right("2xx, 401 or 403", &[200..=299, 401..=401, 403..=403]);
/// Never 5xx, 408 or 429, after which it would come again.
const TAKEN_OR_REFUSED: Right = right(
    "2xx, or a 4xx that is final",
    &[200..=299, 400..=407, 409..=428, 430..=499],
);
const TAKEN_OR_TOO_LARGE: Right = right("2xx or 413", &[200..=299, 413..=413]);
const TAKEN_OR_LATE: Right = right("2xx or 408", &[200..=299, 408..=408]);
const ANYTHING: Right = Right {
    words: "anything",
    statuses: &[100..=999],
    none: true,
};

impl Fault {
    /// Whether a kind of an era can have it on the way to a receiver, whose URL has a key, and whose signing secret is known.
    #[must_use]
    pub fn fits(&self, kind: &Kind, era: &Era, has_key: bool, signing: bool) -> bool {
        let on = match self.on {
            On::All => true,
            On::Json => !kind.is_sound(),
            On::Sound => kind.is_sound(),
            On::Kinds(kinds) => kinds.contains(&kind.name),
        };
        on && match self.needs {
            Needs::Nothing => true,
            Needs::Key => has_key,
            Needs::Signing => signing && era.signs,
        }
    }
}

const fn each(
    name: &'static str,
    about: &'static str,
    on: On,
    right: Right,
    act: fn(&mut Draft, &Era),
) -> Fault {
    Fault {
        name,
        about,
        on,
        needs: Needs::Nothing,
        act: Act::Each(act),
        right,
    }
}

const fn series(
    name: &'static str,
    about: &'static str,
    on: On,
    right: Right,
    act: fn(Vec<Draft>, &Era, &mut Maker<'_>) -> Vec<Draft>,
) -> Fault {
    Fault {
        name,
        about,
        on,
        needs: Needs::Nothing,
        act: Act::Series(act),
        right,
    }
}

const fn needing(needs: Needs, fault: Fault) -> Fault {
    Fault { needs, ..fault }
}

const TRANSCRIPT: On = On::Kinds(&["transcript"]);
const MEMORY: On = On::Kinds(&["memory"]);
const REVISED: On = On::Kinds(&["transcript", "memory"]);

/// Every fault; the first is none.
pub static FAULTS: [Fault; 37] = [
    each("none", "nothing is odd", On::All, TAKEN, |_, _| ()),
    // The query.
    each(
        "broken-query",
        "?uid= is appended to a query, as until June 2026",
        On::All,
        TAKEN,
        |draft, _| draft.breaks_query = true,
    ),
    each("no-uid", "no uid", On::All, TAKEN_OR_REFUSED, |draft, _| {
        draft.uid = None;
    }),
    each(
        "bad-uid",
        "a uid that is none",
        On::All,
        TAKEN_OR_REFUSED,
        |draft, _| draft.uid = Some("../\u{1b}[2J".to_owned()),
    ),
    needing(
        Needs::Key,
        each("wrong-key", "another key", On::All, DENIED, |draft, _| {
            draft.key = KeyForm::Wrong;
        }),
    ),
    needing(
        Needs::Key,
        each("no-key", "no key", On::All, DENIED, |draft, _| {
            draft.key = KeyForm::None;
        }),
    ),
    // The order of things.
    series(
        "retry",
        "the same again with the same Idempotency-Key, as after a timeout",
        On::All,
        TAKEN,
        |drafts, _, _| twice(drafts, |_| ()),
    ),
    series(
        "replay",
        "the same again with another Idempotency-Key, as after a reconnect",
        On::All,
        TAKEN,
        |drafts, _, maker| twice(drafts, |draft| draft.idempotency_key = maker.random.uuid()),
    ),
    Fault {
        name: "burst",
        about: "20 deliveries at once",
        on: On::All,
        needs: Needs::Nothing,
        act: Act::Burst(20),
        right: TAKEN,
    },
    series(
        "revised",
        "the same id again with other words",
        REVISED,
        TAKEN,
        |drafts, era, maker| {
            twice(drafts, |draft| {
                draft.idempotency_key = maker.random.uuid();
                draft.edit(era, |body| match body.get_mut("structured") {
                    Some(structured) => structured["title"] = "Revised".into(),
                    None => in_segments(body, |segment| segment["text"] = "Revised.".into()),
                });
            })
        },
    ),
    // How the body flows.
    each(
        "chunked",
        "no Content-Length, as after some tunnels",
        On::All,
        TAKEN,
        |draft, _| draft.flow = Flow::Chunked,
    ),
    each(
        "slow",
        "the body takes 2 s",
        On::All,
        TAKEN_OR_LATE,
        |draft, _| draft.flow = Flow::Slow,
    ),
    series(
        "cut",
        "the connection breaks in the body; then all of it again",
        On::All,
        TAKEN,
        |drafts, _, _| {
            let cut = |draft: &Draft| Draft {
                flow: Flow::Cut,
                right: Some(ANYTHING),
                ..draft.clone()
            };
            let cut: Vec<_> = drafts.first().map(cut).into_iter().collect();
            [cut, drafts].concat()
        },
    ),
    each(
        "huge",
        "three hours of talk with 40 photos, or two minutes of sound",
        On::Kinds(&["memory", "audio"]),
        TAKEN_OR_TOO_LARGE,
        huge,
    ),
    // The body.
    each(
        "no-content-type",
        "no Content-Type",
        On::All,
        TAKEN,
        |draft, _| draft.content_type = None,
    ),
    each(
        "bom",
        "JSON after a byte order mark",
        On::Json,
        TAKEN,
        |draft, era| draft.rewrite(era.json, |text| format!("\u{feff}{text}")),
    ),
    each(
        "not-json",
        "JSON that ends too early",
        On::Json,
        TAKEN_OR_REFUSED,
        |draft, _| draft.body.truncate(draft.body.len() / 2),
    ),
    each(
        "empty",
        "an empty body",
        On::Json,
        TAKEN_OR_REFUSED,
        |draft, _| draft.body.clear(),
    ),
    each(
        "unknown-type",
        "an envelope of no known type",
        On::Kinds(&["ping"]),
        TAKEN_OR_REFUSED,
        |draft, era| draft.edit(era, |body| body["type"] = "no_such_thing".into()),
    ),
    each(
        "bad-hex",
        "sound in hex with a letter that is none",
        On::Kinds(&["audio_bytes"]),
        TAKEN_OR_REFUSED,
        |draft, era| draft.edit(era, |body| body["audio"] = "00fg".into()),
    ),
    each(
        "new-fields",
        "fields of a later sender",
        On::Json,
        TAKEN,
        |draft, era| {
            draft.edit(era, |body| {
                body["field_from_2027"] = json!({ "a": [1, null] });
            });
        },
    ),
    each(
        "list",
        "segments as a bare list, as Omi's documentation has them",
        TRANSCRIPT,
        TAKEN,
        list,
    ),
    each(
        "no-segments",
        "an empty list of segments",
        TRANSCRIPT,
        TAKEN,
        |draft, era| draft.edit(era, |body| body["segments"] = json!([])),
    ),
    each(
        "reordered",
        "the last segment first, one before the beginning, one that ends before it starts",
        TRANSCRIPT,
        TAKEN,
        reordered,
    ),
    each(
        "surrogate",
        "half a surrogate pair in a text",
        TRANSCRIPT,
        TAKEN,
        |draft, _| {
            in_text(draft, "half");
            draft.rewrite(Json::Python, |text| text.replace("half", r"half \ud83d"));
        },
    ),
    each(
        "escapes",
        "a text with terminal escapes, marks of direction, wide and joined characters",
        TRANSCRIPT,
        TAKEN,
        |draft, era| {
            let text = "שלום 日本語 👩‍👩‍👧‍👦 e\u{301} \u{1b}[2J\u{7}\u{202e}\r\n";
            draft.edit(era, |body| {
                in_segments(body, |segment| segment["text"] = text.into());
            });
        },
    ),
    each(
        "clock-skew",
        "a conversation of tomorrow",
        MEMORY,
        TAKEN,
        |draft, era| draft.edit(era, tomorrow),
    ),
    // Sound.
    each("odd", "half a sample", On::Sound, TAKEN, |draft, _| {
        draft.body.truncate(draft.body.len() / 2 * 2 - 1);
    }),
    each("silent", "no sound at all", On::Sound, TAKEN, |draft, _| {
        draft.body.clear();
    }),
    each("no-rate", "no sample_rate", On::Sound, TAKEN, |draft, _| {
        draft.rate = None;
    }),
    each(
        "wrong-rate",
        "a sample_rate of half of what it is",
        On::Sound,
        TAKEN,
        |draft, _| draft.rate = Some("8000".to_owned()),
    ),
    each(
        "bad-rate",
        "a sample_rate that no sound has",
        On::Sound,
        TAKEN_OR_REFUSED,
        |draft, _| draft.rate = Some("12".to_owned()),
    ),
    each(
        "like-json",
        "sound that begins like JSON",
        On::Sound,
        TAKEN,
        |draft, _| draft.body = Bytes::from([b"[1,2", &*draft.body].concat()),
    ),
    // The signature.
    needing(
        Needs::Signing,
        each(
            "unsigned",
            "no signature",
            On::All,
            TAKEN_OR_DENIED,
            |draft, _| {
                draft.signing = Signing::Not;
            },
        ),
    ),
    needing(
        Needs::Signing,
        each(
            "wrong-signature",
            "a signature of another secret",
            On::All,
            DENIED,
            |draft, _| draft.signing = Signing::Wrong,
        ),
    ),
    needing(
        Needs::Signing,
        each(
            "stale-signature",
            "a right signature that is ten minutes old",
            On::All,
            DENIED,
            |draft, _| draft.signing = Signing::Off(-10),
        ),
    ),
    needing(
        Needs::Signing,
        each(
            "rotating-signature",
            "two signatures, the second one right",
            On::All,
            TAKEN,
            |draft, _| draft.signing = Signing::Rotating,
        ),
    ),
];
