//! The head of a WAV file of 16-bit mono PCM: 44 bytes, then the samples, little-endian, and nothing else.
//!
//! Layout: RIFF (Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991), chunks `fmt ` and `data`.

/// Bytes of the head.
pub const HEAD: u64 = 44;

/// Most samples that the 32-bit sizes of a file can tell.
pub const MOST: u64 = (u32::MAX as u64 - (HEAD - 8)) / 2;

/// The head of a file of `samples` samples at `rate` a second; more than [`MOST`] are told as [`MOST`].
#[must_use]
pub fn head(rate: u32, samples: u64) -> [u8; HEAD as usize] {
    const PCM: u16 = 1;
    const CHANNELS: u16 = 1;
    const SAMPLE_BYTES: u16 = 2;
    let data = samples.min(MOST) as u32 * u32::from(SAMPLE_BYTES);
    let mut head = [0; HEAD as usize];
    head[0..4].copy_from_slice(b"RIFF");
    head[4..8].copy_from_slice(&(data + (HEAD as u32 - 8)).to_le_bytes());
    head[8..16].copy_from_slice(b"WAVEfmt ");
    head[16..20].copy_from_slice(&16_u32.to_le_bytes());
    head[20..22].copy_from_slice(&PCM.to_le_bytes());
    head[22..24].copy_from_slice(&CHANNELS.to_le_bytes());
    head[24..28].copy_from_slice(&rate.to_le_bytes());
    let rate_in_bytes = rate.saturating_mul(u32::from(SAMPLE_BYTES));
    head[28..32].copy_from_slice(&rate_in_bytes.to_le_bytes());
    head[32..34].copy_from_slice(&SAMPLE_BYTES.to_le_bytes());
    head[34..36].copy_from_slice(&(SAMPLE_BYTES * 8).to_le_bytes());
    head[36..40].copy_from_slice(b"data");
    head[40..44].copy_from_slice(&data.to_le_bytes());
    head
}

/// Where a sample is in a file.
#[must_use]
pub fn offset(sample: u64) -> u64 {
    HEAD + 2 * sample
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_tells_the_length_in_bytes() {
        let head = head(16_000, 3);
        assert_eq!(head[4..8], 42_u32.to_le_bytes());
        assert_eq!(head[28..32], 32_000_u32.to_le_bytes());
        assert_eq!(head[40..44], 6_u32.to_le_bytes());
    }

    #[test]
    fn no_count_overflows_the_sizes() {
        for samples in [MOST, MOST + 1, u64::MAX] {
            assert_eq!(
                head(u32::MAX, samples)[40..44],
                (2 * MOST as u32).to_le_bytes()
            );
        }
    }
}
