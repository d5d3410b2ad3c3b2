//! Where chunks of sound stand on the clock. Nothing on the wire tells; all there is are arrivals.
//!
//! A chunk ended about when it arrived. Chunks that arrive together (Omi posts an interval as bodies of a second) are laid end to
//! end before the arrival of the last one. Sound that would begin less than [`SLACK`] after the end of what came before, or before
//! that end, goes on there without a gap: arrivals jitter, sound does not. Anything later is a gap, and is placed by the clock again.

/// Gaps up to this are jitter, in seconds.
const SLACK: f64 = 0.5;

/// A chunk of a stream of one rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrived {
    /// When it arrived, in samples since the origin.
    pub(super) at: i64,
    /// How many samples it has.
    pub(super) samples: u32,
}

/// Where each chunk begins, in samples since the origin. Chunks are in the order in which they were kept.
pub(super) fn place(chunks: &[Arrived], rate: u32) -> Vec<i64> {
    let slack = (SLACK * f64::from(rate)) as i64;
    let mut begins = Vec::with_capacity(chunks.len());
    let mut end: Option<i64> = None;
    for burst in bursts(chunks) {
        let samples: i64 = burst.iter().map(|chunk| i64::from(chunk.samples)).sum();
        let arrived = burst.last().map_or(0, |chunk| chunk.at);
        let by_clock = arrived.saturating_sub(samples);
        let mut begin = match end {
            Some(end) if by_clock <= end.saturating_add(slack) => end,
            _ => by_clock,
        };
        for chunk in burst {
            begins.push(begin);
            begin = begin.saturating_add(i64::from(chunk.samples));
        }
        end = Some(begin);
    }
    begins
}

/// Chunks that arrived together: each within half of its own length after the one before it.
fn bursts(chunks: &[Arrived]) -> impl Iterator<Item = &[Arrived]> {
    chunks.chunk_by(|before, chunk| {
        let gap = chunk.at.saturating_sub(before.at);
        gap >= 0 && gap < i64::from(chunk.samples) / 2
    })
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
    fn extremes_do_not_overflow() {
        let far = |at| Arrived {
            at,
            samples: u32::MAX,
        };
        place(&[far(i64::MIN), far(i64::MAX), far(i64::MIN)], 192_000);
        assert!(place(&[], 0).is_empty());
    }
}
