//! When sound was heard, over a day or so, at a glance.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::{
    super::{ReadError, Store, column::micros},
    sound::{AFTER, BEFORE},
};
use crate::{
    audio::placement::{Arrived, Placer, to_micros, to_samples},
    event::Uid,
};

/// Gaps that are shorter than this are none on a strip of a day.
const GAP: SignedDuration = SignedDuration::from_secs(5);

/// Most stretches; where there would be more, longer gaps are none, too.
const STRETCHES: usize = 1000;

/// A time in which a wearer was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundStretch {
    /// Where it begins.
    pub begin: Timestamp,
    /// Where it ends.
    pub end: Timestamp,
    /// Whether its samples are still kept.
    pub kept: bool,
}

impl Store {
    /// When a wearer was heard between two times, in order, in at most 1000 stretches. Blocks on SQLite: it reads every chunk of
    /// that time, for a day of a body a second about a tenth of a second.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn sound_strip(
        &self,
        uid: &Uid,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<SoundStretch>, ReadError> {
        Ok(self.0.readers.read(|db| sound_strip(db, uid, from, to))?)
    }
}

/// A stretch in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    begin: i64,
    end: i64,
    kept: bool,
}

impl Span {
    fn length(self) -> i64 {
        self.end.saturating_sub(self.begin)
    }
}

pub(in crate::store) fn sound_strip(
    db: &Connection,
    uid: &Uid,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Vec<SoundStretch>> {
    let mut spans = Spans::default();
    let mut query = db.prepare_cached(
        "SELECT arrived, rate, samples, recording_id IS NOT NULL FROM sound_chunks \
         WHERE uid = ? AND arrived BETWEEN ? AND ? ORDER BY arrived",
    )?;
    let around = |time: Timestamp, span| micros(time.saturating_add(span).unwrap_or(time));
    let mut rows = query.query(params![
        uid.as_str(),
        around(from, -BEFORE),
        around(to, AFTER)
    ])?;
    while let Some(row) = rows.next()? {
        spans.put(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    }
    let (from, to) = (micros(from), micros(to));
    let clipped = spans.finish().into_iter().filter_map(|span| {
        let (begin, end) = (span.begin.max(from), span.end.min(to));
        (begin < end).then_some(Span { begin, end, ..span })
    });
    let stretches = bounded(clipped.collect()).into_iter().filter_map(|span| {
        Some(SoundStretch {
            begin: Timestamp::from_microsecond(span.begin).ok()?,
            end: Timestamp::from_microsecond(span.end).ok()?,
            kept: span.kept,
        })
    });
    Ok(stretches.collect())
}

/// Puts chunks on the clock, and neighbours together at once: a day has 86,400 of them.
#[derive(Debug, Default)]
struct Spans {
    /// A stream for each rate, with its newest burst, which may still grow.
    streams: HashMap<u32, (Placer, Span)>,
    done: Vec<Span>,
}

impl Spans {
    fn put(&mut self, arrived: i64, rate: u32, samples: u32, kept: bool) {
        if samples == 0 || rate == 0 {
            return;
        }
        let nothing = || {
            let none = Span {
                begin: 0,
                end: 0,
                kept,
            };
            (Placer::new(rate), none)
        };
        let (placer, burst) = self.streams.entry(rate).or_insert_with(nothing);
        let place = placer.put(Arrived {
            at: to_samples(arrived, rate),
            samples,
        });
        if place.is_first {
            join(&mut self.done, *burst, GAP.as_micros() as i64);
            burst.kept = kept;
        }
        *burst = Span {
            begin: to_micros(place.burst, rate),
            end: to_micros(placer.end().unwrap_or(place.burst), rate),
            kept: burst.kept || kept,
        };
    }

    fn finish(mut self) -> Vec<Span> {
        self.done
            .extend(self.streams.into_values().map(|(_, burst)| burst));
        self.done.retain(|span| span.begin < span.end);
        self.done
    }
}

/// Adds a stretch to others, to the last one where the gap between is small and both are kept, or neither is.
fn join(spans: &mut Vec<Span>, span: Span, gap: i64) {
    match spans.last_mut() {
        Some(last)
            if last.kept == span.kept
                && span.begin >= last.begin
                && span.begin <= last.end.saturating_add(gap) =>
        {
            last.end = last.end.max(span.end);
        }
        _ => spans.push(span),
    }
}

/// The same in order and with ever greater gaps as none, until they are few enough.
fn bounded(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut gap = GAP.as_micros() as i64;
    loop {
        let mut joined = Vec::with_capacity(spans.len().min(STRETCHES));
        for mut span in spans {
            // Where there are too many, what is as short as a gap is like what is before it.
            if let Some(last) = joined
                .last()
                .filter(|_: &&Span| gap > GAP.as_micros() as i64)
                && span.length() < gap
                && span.begin <= last.end.saturating_add(gap)
            {
                span.kept = last.kept;
            }
            join(&mut joined, span, gap);
        }
        if joined.len() <= STRETCHES {
            return joined;
        }
        spans = joined;
        gap = gap.saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(begin: i64, end: i64, kept: bool) -> Span {
        Span {
            begin: begin * 1_000_000,
            end: end * 1_000_000,
            kept,
        }
    }

    #[test]
    fn gaps_of_seconds_are_none_and_what_is_pruned_stands_apart() {
        let spans = vec![
            span(100, 105, true),
            span(0, 5, false),
            span(9, 14, false),
            span(14, 20, true),
            span(106, 110, true),
            span(101, 104, true),
        ];
        assert_eq!(
            bounded(spans),
            [span(0, 14, false), span(14, 20, true), span(100, 110, true)]
        );
    }

    #[test]
    fn there_are_never_too_many() {
        for step in [7, 20, 80] {
            let scattered = (0..10_000).map(|n| span(n * step, n * step + 3, n % 3 == 0));
            let few = bounded(scattered.collect());
            assert!(!few.is_empty() && few.len() <= STRETCHES, "{}", few.len());
            assert!(few.windows(2).all(|pair| pair[0].end <= pair[1].begin));
            let ends = (few[0].begin, few.last().unwrap().end);
            assert_eq!(ends, (0, (9999 * step + 3) * 1_000_000));
        }
    }
}
