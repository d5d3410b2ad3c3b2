//! Where chunks of sound stand on the clock. Nothing on the wire tells; all there is are arrivals.
//!
//! A chunk ended about when it arrived. Chunks that arrive together (Omi posts an interval as bodies of a second) are laid end to
//! end before the arrival of the last one. Sound that would begin less than [`SLACK`] after the end of what came before, or before
//! that end, goes on there without a gap: arrivals jitter, sound does not. Anything later is a gap, and is placed by the clock again.

/// Gaps up to this are jitter, in seconds.
const SLACK: f64 = 0.5;

/// No interval (Omi's are two minutes at most) takes longer to be posted, in seconds. What goes on for longer is faster than real time.
pub(crate) const LONGEST_BURST: f64 = 60.0;

/// A chunk of a stream of one rate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrived {
    /// When it arrived, in samples since the origin.
    pub(crate) at: i64,
    /// How many samples it has.
    pub(crate) samples: u32,
}

impl Arrived {
    /// Whether it came together with the chunk before it, which arrived at `before`: within half of its own length.
    fn comes_with(self, before: i64) -> bool {
        let gap = self.at.saturating_sub(before);
        gap >= 0 && gap < i64::from(self.samples) / 2
    }
}

/// Places chunks as they come. The newest burst moves while it grows, since it ended when its last chunk arrived.
#[derive(Debug, Clone)]
pub(crate) struct Placer {
    slack: i64,
    longest: i64,
    burst: Option<Burst>,
}

/// Chunks that arrived together.
#[derive(Debug, Clone, Copy)]
struct Burst {
    /// Where what came before it ends.
    before: Option<i64>,
    /// When its first chunk arrived.
    began: i64,
    /// When its last chunk arrived.
    arrived: i64,
    begin: i64,
    samples: i64,
}

/// Where a chunk was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Where its burst begins now, in samples since the origin.
    pub(crate) burst: i64,
    /// How far into its burst it begins.
    pub(crate) offset: i64,
    /// Whether it is the first of its burst.
    pub(crate) is_first: bool,
}

impl Placed {
    /// Where the chunk begins, as far as is known now.
    pub(crate) fn begin(self) -> i64 {
        self.burst.saturating_add(self.offset)
    }
}

impl Placer {
    pub(crate) fn new(rate: u32) -> Self {
        Self {
            slack: (SLACK * f64::from(rate)) as i64,
            longest: (LONGEST_BURST * f64::from(rate)) as i64,
            burst: None,
        }
    }

    /// Takes the next chunk, in the order in which they were kept.
    pub(crate) fn put(&mut self, chunk: Arrived) -> Placed {
        let grown = self.burst.filter(|burst| {
            chunk.comes_with(burst.arrived) && chunk.at.saturating_sub(burst.began) <= self.longest
        });
        let before = grown.map_or(self.end(), |burst| burst.before);
        let offset = grown.map_or(0, |burst| burst.samples);
        let samples = offset.saturating_add(chunk.samples.into());
        let by_clock = chunk.at.saturating_sub(samples);
        let begin = match before {
            Some(before) if by_clock <= before.saturating_add(self.slack) => before,
            _ => by_clock,
        };
        self.burst = Some(Burst {
            before,
            began: grown.map_or(chunk.at, |burst| burst.began),
            arrived: chunk.at,
            begin,
            samples,
        });
        Placed {
            burst: begin,
            offset,
            is_first: grown.is_none(),
        }
    }

    /// Where all that came ends.
    pub(crate) fn end(&self) -> Option<i64> {
        self.burst
            .map(|burst| burst.begin.saturating_add(burst.samples))
    }
}

/// Where each chunk begins, in samples since the origin. Chunks are in the order in which they were kept.
pub(crate) fn place(chunks: &[Arrived], rate: u32) -> Vec<i64> {
    let mut placer = Placer::new(rate);
    let mut begins: Vec<i64> = Vec::with_capacity(chunks.len());
    // The newest burst: its first chunk, and where it begins. Its chunks are still counted from there.
    let (mut first, mut burst) = (0, 0);
    for chunk in chunks {
        let place = placer.put(*chunk);
        if place.is_first {
            settle(&mut begins[first..], burst);
            first = begins.len();
        }
        begins.push(place.offset);
        burst = place.burst;
    }
    settle(&mut begins[first..], burst);
    begins
}

fn settle(offsets: &mut [i64], burst: i64) {
    for offset in offsets {
        *offset = offset.saturating_add(burst);
    }
}

/// A time as samples of a rate since the same origin.
pub(crate) fn to_samples(micros: i64, rate: u32) -> i64 {
    let samples = i128::from(micros) * i128::from(rate) / 1_000_000;
    samples.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// Samples of a rate as microseconds since the same origin.
pub(crate) fn to_micros(samples: i64, rate: u32) -> i64 {
    let micros = i128::from(samples) * 1_000_000 / i128::from(rate.max(1));
    micros.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places chunks of (arrival in s, length in s); tells where they begin, in s.
    fn begins(chunks: &[(f64, f64)]) -> Vec<f64> {
        let chunks: Vec<_> = chunks
            .iter()
            .map(|(at, length)| Arrived {
                at: (at * 1000.0).round() as i64,
                samples: (length * 1000.0).round() as u32,
            })
            .collect();
        let begins = place(&chunks, 1000).into_iter();
        begins.map(|begin| begin as f64 / 1000.0).collect()
    }

    #[test]
    fn a_chunk_ends_when_it_arrives() {
        assert_eq!(begins(&[(10.0, 5.0), (30.0, 5.0)]), [5.0, 25.0]);
    }

    #[test]
    fn bodies_that_arrive_together_are_laid_end_to_end() {
        let burst = [(10.0, 1.0), (10.01, 1.0), (10.02, 1.0), (10.03, 0.3)];
        assert_eq!(begins(&burst), [6.73, 7.73, 8.73, 9.73]);
    }

    #[test]
    fn jitter_makes_no_gaps_and_no_overlaps() {
        let jitter = [(5.0, 5.0), (10.4, 5.0), (14.8, 5.0), (20.2, 5.0)];
        assert_eq!(begins(&jitter), [0.0, 5.0, 10.0, 15.0]);
    }

    #[test]
    fn a_real_gap_is_placed_by_the_clock() {
        let lost = [(5.0, 5.0), (10.0, 3.5), (15.0, 5.0)];
        assert_eq!(begins(&lost), [0.0, 6.5, 10.0]);
    }

    #[test]
    fn a_clock_that_is_put_back_lays_sound_after_what_came_before() {
        let back = [(100.0, 5.0), (40.0, 5.0), (45.0, 5.0)];
        assert_eq!(begins(&back), [95.0, 100.0, 105.0]);
    }

    #[test]
    fn what_comes_faster_than_real_time_for_ever_is_no_burst() {
        let thrice: Vec<_> = (0..600).map(|body| (f64::from(body), 3.0)).collect();
        let begins = begins(&thrice);
        assert_eq!((begins[0], begins[60]), (-123.0, 57.0));
        assert_eq!((begins[61], begins[599]), (60.0, 1674.0));
    }

    #[test]
    fn extremes_do_not_overflow() {
        let far = |at| Arrived {
            at,
            samples: u32::MAX,
        };
        place(&[far(i64::MIN), far(i64::MAX), far(i64::MIN)], 192_000);
        assert!(place(&[], 0).is_empty());
    }
}
