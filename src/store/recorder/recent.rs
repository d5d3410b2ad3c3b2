//! The sound of the last seconds, to know it again when it is sent twice.
//!
//! After a reconnect Omi sends bodies again under new keys, and after a timeout under the old ones. So the same bytes of the same
//! wearer and rate within ten seconds are one sound. But silence, and a tone, look like their own continuation: a body that repeats
//! itself, or is very short, is only known again by its key.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hasher as _,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::Stream;
use crate::store::{rows::sound, take::Place};

/// For how long sound is known again.
const WINDOW: SignedDuration = SignedDuration::from_secs(10);
/// Bodies that are remembered.
const BODIES: usize = 4096;
/// Bytes below which two bodies may well be the same by chance.
const SHORT: usize = 128;
/// Samples that are looked at to see whether a body repeats itself.
const LOOK: usize = 1 << 15;

/// What was done with a body.
#[derive(Debug, Clone)]
pub(super) struct Earlier {
    pub(super) arrived: Timestamp,
    /// The odd byte it began with.
    pub(super) carry: Option<u8>,
    pub(super) place: Option<Place>,
    pub(super) key: Option<String>,
}

/// What was done with the newest bodies.
#[derive(Debug, Default)]
pub(in crate::store) struct Recent {
    bodies: HashMap<(Stream, i64), Earlier>,
    /// The same, oldest first; may name one twice.
    order: VecDeque<(Stream, i64)>,
}

impl Recent {
    /// What the database knows: a program that starts again goes on where it was. A sender does so, too, and sends again what was
    /// on its way.
    pub(in crate::store) fn load(db: &Connection) -> rusqlite::Result<Self> {
        let mut recent = Self::default();
        for (uid, rate, hash, arrived) in sound::known(db, WINDOW, BODIES)?.into_iter().rev() {
            // Whatever else is needed of it is in its row, and the database knows keys by itself.
            let earlier = Earlier {
                arrived,
                carry: None,
                place: None,
                key: None,
            };
            recent.put(&Stream { uid, rate }, hash, earlier);
        }
        Ok(recent)
    }

    /// The same body, if it came within the last seconds.
    pub(super) fn find(
        &self,
        stream: &Stream,
        hash: i64,
        key: Option<&str>,
        arrived: Timestamp,
        bytes: &[u8],
    ) -> Option<&Earlier> {
        let earlier = self.bodies.get(&(stream.clone(), hash))?;
        let near = arrived.duration_since(earlier.arrived).abs() <= WINDOW;
        let same_key = key.is_some() && key == earlier.key.as_deref();
        (near && (same_key || is_telling(bytes))).then_some(earlier)
    }

    pub(super) fn put(&mut self, stream: &Stream, hash: i64, earlier: Earlier) {
        if self.order.len() >= BODIES
            && let Some(oldest) = self.order.pop_front()
        {
            self.bodies.remove(&oldest);
        }
        self.bodies.insert((stream.clone(), hash), earlier);
        self.order.push_back((stream.clone(), hash));
    }
}

/// A number for some bytes. The same for the same bytes as long as the program is the same, also after it starts again.
pub(super) fn hash(bytes: &[u8]) -> i64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish() as i64
}

/// Whether a body that comes twice was sent twice: it is long enough, and does not repeat itself.
fn is_telling(bytes: &[u8]) -> bool {
    let pairs: Vec<[u8; 2]> = bytes
        .chunks_exact(2)
        .take(LOOK)
        .map(|pair| [pair[0], pair[1]])
        .collect();
    bytes.len() >= SHORT && period(&pairs) > pairs.len() / 2
}

/// The least shift by which something goes on as itself; its length if there is none (Knuth, Morris, Pratt 1977).
fn period<T: PartialEq>(items: &[T]) -> usize {
    let mut borders: Vec<usize> = vec![0; items.len()];
    let mut border = 0;
    for at in 1..items.len() {
        while border > 0 && items[at] != items[border] {
            border = borders[border - 1];
        }
        border += usize::from(items[at] == items[border]);
        borders[at] = border;
    }
    items.len() - border
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Uid;

    fn noise(length: u32) -> Vec<u8> {
        let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let states = std::iter::successors(Some(1), next).take(length as usize);
        states.map(|state| (state >> 24) as u8).collect()
    }

    #[test]
    fn what_repeats_itself_or_is_short_does_not_tell() {
        let tone: Vec<u8> = (0..16_000)
            .map(|n| (f64::from(n) * std::f64::consts::TAU * 440.0 / 16_000.0).sin() * 2e4)
            .flat_map(|sample| (sample.round() as i16).to_le_bytes())
            .collect();
        assert!(is_telling(&noise(32_001)));
        for dull in [&vec![0; 32_000], &tone, &noise(100), &Vec::new()] {
            assert!(!is_telling(dull), "{} bytes", dull.len());
        }
    }

    #[test]
    fn the_period_is_the_least_shift() {
        for (text, expected) in [
            ("", 0),
            ("a", 1),
            ("aaaa", 1),
            ("abab", 2),
            ("abcab", 3),
            ("abc", 3),
        ] {
            assert_eq!(period(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_body_is_known_for_seconds_and_only_of_the_same_stream() {
        let stream = |uid: &str, rate| Stream {
            uid: Uid::parse(uid).unwrap(),
            rate,
        };
        let at = |second| Timestamp::from_second(second).unwrap();
        let (body, here) = (noise(1000), stream("u", 16_000));
        let mut recent = Recent::default();
        let earlier = Earlier {
            arrived: at(100),
            carry: None,
            place: None,
            key: Some("k".to_owned()),
        };
        recent.put(&here, hash(&body), earlier);
        let known = |stream: &Stream, second, key| {
            let found = recent.find(stream, hash(&body), key, at(second), &body);
            found.is_some()
        };
        assert!(known(&here, 110, None));
        assert!(known(&here, 95, Some("other")), "a clock that was put back");
        assert!(!known(&here, 111, None));
        assert!(!known(&stream("v", 16_000), 101, None));
        assert!(!known(&stream("u", 8000), 101, None));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let stream = Stream {
            uid: Uid::parse("u").unwrap(),
            rate: 1000,
        };
        let mut recent = Recent::default();
        for hash in 0..2 * BODIES as i64 {
            let earlier = Earlier {
                arrived: Timestamp::UNIX_EPOCH,
                carry: None,
                place: None,
                key: None,
            };
            recent.put(&stream, hash, earlier);
        }
        assert_eq!((recent.bodies.len(), recent.order.len()), (BODIES, BODIES));
    }
}
