//! Lines of a file of any size, one at a time, none longer than memory allows.

use std::io::{self, BufRead, Read as _};

/// The longest line that is read.
pub const LONGEST: u64 = 16 << 20;

/// A line with its number, from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Its number.
    pub number: u64,
    /// Its bytes without the line break; None if it is too long.
    pub bytes: Option<Vec<u8>>,
}

/// Reads lines; empty ones are passed over.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The lines of an input.
    pub fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    fn read(&mut self) -> io::Result<Option<Numbered>> {
        loop {
            let mut bytes = Vec::new();
            let read = self
                .input
                .by_ref()
                .take(LONGEST)
                .read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            let number = self.number;
            if read as u64 == LONGEST && !bytes.ends_with(b"\n") {
                drop(bytes);
                self.input.skip_until(b'\n')?;
                return Ok(Some(Numbered {
                    number,
                    bytes: None,
                }));
            }
            let text = match number {
                1 => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes),
                _ => &bytes,
            };
            let text = text.trim_ascii();
            if !text.is_empty() {
                return Ok(Some(Numbered {
                    number,
                    bytes: Some(text.to_vec()),
                }));
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Numbered>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_and_long_ones_cost_only_themselves() {
        let long = vec![b'x'; LONGEST as usize + 7];
        let input = [b"\xef\xbb\xbfone\r\n\n \ntwo\n", &*long, b"\nlast"].concat();
        let lines: Vec<_> = Lines::new(&*input)
            .map(|line| line.unwrap())
            .map(|line| (line.number, line.bytes))
            .collect();
        assert_eq!(
            lines,
            [
                (1, Some(b"one".to_vec())),
                (4, Some(b"two".to_vec())),
                (5, None),
                (6, Some(b"last".to_vec())),
            ]
        );
    }
}
