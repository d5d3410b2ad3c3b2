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

    #[test]
    fn samples_cut_anywhere_come_out_whole() {
        let whole: Vec<u8> = (0..200).collect();
        let (expected, None) = samples(None, &whole) else {
            panic!("even length leaves nothing")
        };
        for cut in 0..=whole.len() {
            let (mut first, carry) = samples(None, &whole[..cut]);
            let (second, rest) = samples(carry, &whole[cut..]);
            first.extend(second);
            assert_eq!((first, rest), (expected.clone(), None), "cut at {cut}");
        }
    }
}
