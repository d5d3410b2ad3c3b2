//! What can be odd about a delivery, one row each: what it does to the posts, and which answers are right then.

use bytes::Bytes;
use serde_json::json;

use super::{
    edit::{huge, in_segments, in_text, list, reordered, tomorrow, twice},
    era::{Era, Json},
    kind::{Kind, Maker},
    post::{Flow, KeyForm, Post, Signing},
    right::{
        ANYTHING, DENIED, Right, TAKEN, TAKEN_OR_DENIED, TAKEN_OR_LATE, TAKEN_OR_REFUSED,
        TAKEN_OR_TOO_LARGE,
    },
};
use crate::event::{self, Webhook};

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
    Webhooks(&'static [Webhook]),
    Envelope(event::Kind),
}

/// What must be there for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// A `key` in the URL, which becomes a wrong one.
    Key,
    /// A signing secret, and an era that signs.
    Signing,
}

/// What it does.
pub(super) enum Act {
    Each(fn(&mut Post, &Era)),
    Series(fn(Vec<Post>, &Era, &mut Maker<'_>) -> Vec<Post>),
    /// So many deliveries at once.
    Burst(usize),
}

impl Fault {
    /// Whether a kind of an era can have it on the way to a receiver, whose URL has a key, and whose signing secret is known.
    #[must_use]
    pub fn fits(&self, kind: &Kind, era: &Era, has_key: bool, signing: bool) -> bool {
        let on = match self.on {
            On::All => true,
            On::Json => !kind.is_sound(),
            On::Sound => kind.is_sound(),
            On::Webhooks(webhooks) => kind
                .webhook()
                .is_some_and(|webhook| webhooks.contains(&webhook)),
            On::Envelope(is) => kind.webhook().is_none() && kind.is == is,
        };
        on && match self.needs {
            Needs::Nothing => true,
            Needs::Key => has_key,
            Needs::Signing => signing && era.signs,
        }
    }

    /// Whether its deliveries come without the right key.
    pub(super) fn is_of_key(&self) -> bool {
        self.needs == Needs::Key
    }
}

const fn each(
    name: &'static str,
    about: &'static str,
    on: On,
    right: Right,
    act: fn(&mut Post, &Era),
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
    act: fn(Vec<Post>, &Era, &mut Maker<'_>) -> Vec<Post>,
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

const TRANSCRIPT: On = On::Webhooks(&[Webhook::Transcript]);
const MEMORY: On = On::Webhooks(&[Webhook::Memory]);
const REVISED: On = On::Webhooks(&[Webhook::Transcript, Webhook::Memory]);

/// Every fault; the first is none.
pub static FAULTS: [Fault; 37] = [
    each("none", "nothing is odd", On::All, TAKEN, |_, _| ()),
    // The query.
    each(
        "broken-query",
        "?uid= is appended to a query, as until June 2026",
        On::All,
        TAKEN,
        |post, _| post.breaks_query = true,
    ),
    each("no-uid", "no uid", On::All, TAKEN_OR_REFUSED, |post, _| {
        post.uid = None;
    }),
    each(
        "bad-uid",
        "a uid that is none",
        On::All,
        TAKEN_OR_REFUSED,
        |post, _| post.uid = Some("../\u{1b}[2J".to_owned()),
    ),
    needing(
        Needs::Key,
        each("wrong-key", "another key", On::All, DENIED, |post, _| {
            post.key = KeyForm::Wrong;
        }),
    ),
    needing(
        Needs::Key,
        each("no-key", "no key", On::All, DENIED, |post, _| {
            post.key = KeyForm::None;
        }),
    ),
    // The order of things.
    series(
        "retry",
        "the same again with the same Idempotency-Key, as after a timeout",
        On::All,
        TAKEN,
        |posts, _, _| twice(posts, |_| ()),
    ),
    series(
        "replay",
        "the same again with another Idempotency-Key, as after a reconnect",
        On::All,
        TAKEN,
        |posts, _, maker| twice(posts, |post| post.idempotency_key = maker.random.uuid()),
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
        |posts, era, maker| {
            twice(posts, |post| {
                post.idempotency_key = maker.random.uuid();
                post.edit(era, |body| match body.get_mut("structured") {
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
        |post, _| post.flow = Flow::Chunked,
    ),
    each(
        "slow",
        "the body takes 2 s",
        On::All,
        TAKEN_OR_LATE,
        |post, _| post.flow = Flow::Slow,
    ),
    series(
        "cut",
        "the connection breaks in the body; then all of it again",
        On::All,
        TAKEN,
        |posts, _, _| {
            let cut = |post: &Post| Post {
                flow: Flow::Cut,
                right: Some(ANYTHING),
                ..post.clone()
            };
            let cut: Vec<_> = posts.first().map(cut).into_iter().collect();
            [cut, posts].concat()
        },
    ),
    each(
        "huge",
        "three hours of talk with 40 photos, or two minutes of sound",
        On::Webhooks(&[Webhook::Memory, Webhook::Audio]),
        TAKEN_OR_TOO_LARGE,
        huge,
    ),
    // The body.
    each(
        "no-content-type",
        "no Content-Type",
        On::All,
        TAKEN,
        |post, _| post.content_type = None,
    ),
    each(
        "bom",
        "JSON after a byte order mark",
        On::Json,
        TAKEN,
        |post, era| post.rewrite(era.json, |text| format!("\u{feff}{text}")),
    ),
    each(
        "not-json",
        "JSON that ends too early",
        On::Json,
        TAKEN_OR_REFUSED,
        |post, _| post.body.truncate(post.body.len() / 2),
    ),
    each(
        "empty",
        "an empty body",
        On::Json,
        TAKEN_OR_REFUSED,
        |post, _| post.body.clear(),
    ),
    each(
        "unknown-type",
        "an envelope of no known type",
        On::Envelope(event::Kind::Ping),
        TAKEN_OR_REFUSED,
        |post, era| post.edit(era, |body| body["type"] = "no_such_thing".into()),
    ),
    each(
        "bad-hex",
        "sound in hex with a letter that is none",
        On::Envelope(event::Kind::AudioBytes),
        TAKEN_OR_REFUSED,
        |post, era| post.edit(era, |body| body["audio"] = "00fg".into()),
    ),
    each(
        "new-fields",
        "fields of a later sender",
        On::Json,
        TAKEN,
        |post, era| {
            post.edit(era, |body| {
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
        |post, era| post.edit(era, |body| body["segments"] = json!([])),
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
        |post, _| {
            in_text(post, "half");
            post.rewrite(Json::Python, |text| text.replace("half", r"half \ud83d"));
        },
    ),
    each(
        "escapes",
        "a text with terminal escapes, marks of direction, wide and joined characters",
        TRANSCRIPT,
        TAKEN,
        |post, era| {
            let text = "שלום 日本語 👩‍👩‍👧‍👦 e\u{301} \u{1b}[2J\u{7}\u{202e}\r\n";
            post.edit(era, |body| {
                in_segments(body, |segment| segment["text"] = text.into());
            });
        },
    ),
    each(
        "clock-skew",
        "a conversation of tomorrow",
        MEMORY,
        TAKEN,
        |post, era| post.edit(era, tomorrow),
    ),
    // Sound.
    each("odd", "half a sample", On::Sound, TAKEN, |post, _| {
        post.body.truncate(post.body.len() / 2 * 2 - 1);
    }),
    each("silent", "no sound at all", On::Sound, TAKEN, |post, _| {
        post.body.clear();
    }),
    each("no-rate", "no sample_rate", On::Sound, TAKEN, |post, _| {
        post.rate = None;
    }),
    each(
        "wrong-rate",
        "a sample_rate of half of what it is",
        On::Sound,
        TAKEN,
        |post, _| post.rate = Some("8000".to_owned()),
    ),
    each(
        "bad-rate",
        "a sample_rate that no sound has",
        On::Sound,
        TAKEN_OR_REFUSED,
        |post, _| post.rate = Some("12".to_owned()),
    ),
    each(
        "like-json",
        "sound that begins like JSON",
        On::Sound,
        TAKEN,
        |post, _| post.body = Bytes::from([b"[1,2", &*post.body].concat()),
    ),
    // The signature.
    needing(
        Needs::Signing,
        each(
            "unsigned",
            "no signature",
            On::All,
            TAKEN_OR_DENIED,
            |post, _| {
                post.signing = Signing::Not;
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
            |post, _| post.signing = Signing::Wrong,
        ),
    ),
    needing(
        Needs::Signing,
        each(
            "stale-signature",
            "a right signature that is ten minutes old",
            On::All,
            DENIED,
            |post, _| post.signing = Signing::Off(-10),
        ),
    ),
    needing(
        Needs::Signing,
        each(
            "rotating-signature",
            "two signatures, the second one right",
            On::All,
            TAKEN,
            |post, _| post.signing = Signing::Rotating,
        ),
    ),
];
