//! Whether a frame holds nothing but one steady tone.
//!
//! Each sample of a sine is a fixed multiple of the one before it less the one before that: x[n] = 2cos(w)·x[n-1] - x[n-2]. A frame is a
//! tone if the best two factors for it (linear prediction of order two, covariance method) leave next to nothing.

/// What prediction leaves of a tone, at most, as a share of its power: 30 dB down. Speech leaves more.
const LEFT: f64 = 1e-3;

/// Whether samples are a tone.
pub(super) fn is_tone(samples: &[i16]) -> bool {
    gain(samples).is_some_and(|left| left < LEFT)
}

/// What is left of their power when the two samples before each one foretell it; None of silence.
fn gain(samples: &[i16]) -> Option<f64> {
    let mut product = [[0.0_f64; 3]; 3];
    for three in samples.windows(3) {
        let three = [three[2], three[1], three[0]].map(f64::from);
        for (row, a) in product.iter_mut().zip(three) {
            for (sum, b) in row.iter_mut().zip(three) {
                *sum += a * b;
            }
        }
    }
    let [[power, p1, p2], [_, q11, q12], [_, _, q22]] = product;
    let determinant = q11 * q22 - q12 * q12;
    if power <= 0.0 || determinant <= 0.0 {
        return None;
    }
    let first = (p1 * q22 - p2 * q12) / determinant;
    let second = (p2 * q11 - p1 * q12) / determinant;
    Some(((power - first * p1 - second * p2) / power).max(0.0))
}
