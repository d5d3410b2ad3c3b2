//! From bytes to samples.

/// Reads signed 16-bit little-endian samples, beginning with a byte that was left over before.
/// Returns the samples and the byte that is left over now.
#[must_use]
pub fn samples(carry: Option<u8>, bytes: &[u8]) -> (Vec<i16>, Option<u8>) {
    let mut samples = Vec::with_capacity(bytes.len() / 2 + 1);
    let mut rest = bytes;
    if let (Some(low), Some((&high, tail))) = (carry, bytes.split_first()) {
        samples.push(i16::from_le_bytes([low, high]));
        rest = tail;
    } else if bytes.is_empty() {
        return (samples, carry);
    }
    let (pairs, left) = rest.as_chunks();
    samples.extend(pairs.iter().copied().map(i16::from_le_bytes));
    (samples, left.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn samples_cut_anywhere_come_out_whole(
            pieces in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..9), 0..24),
        ) {
            let whole = samples(None, &pieces.concat());
            let (mut cut, mut carry) = (Vec::new(), None);
            for piece in &pieces {
                let (more, left) = samples(carry, piece);
                cut.extend(more);
                carry = left;
            }
            proptest::prop_assert_eq!((cut, carry), whole);
        }
    }
}
