//! Pieces of JSON in a text that comes line by line: a line each, or over some lines, as people write it.

use std::mem;

use serde::de::IgnoredAny;

/// Longest piece over several lines, in bytes; what is longer counts as lines that are none.
const LONGEST: usize = 1 << 20;

/// Puts lines together to pieces, and tells each with the number of its first line, from 1 on. Lines that are no JSON are told one by
/// one, blank ones are left out.
///
/// # Errors
/// That of the lines, or that of `tell`.
pub(crate) fn pieces<E>(
    lines: impl Iterator<Item = Result<String, E>>,
    mut tell: impl FnMut(usize, &str) -> Result<(), E>,
) -> Result<(), E> {
    // Lines of a piece whose end is still to come.
    let (mut first, mut begun) = (0, String::new());
    for (at, line) in (1..).zip(lines) {
        let line = line?;
        if !begun.is_empty() {
            let whole = format!("{begun}\n{line}");
            match state(&whole) {
                State::Whole => {
                    begun.clear();
                    tell(first, &whole)?;
                    continue;
                }
                State::Begun => {
                    begun = whole;
                    continue;
                }
                // It never ends; this line may be of its own.
                State::Broken => tell(first, &mem::take(&mut begun))?,
            }
        }
        match state(&line) {
            _ if line.trim().is_empty() => {}
            State::Begun => (first, begun) = (at, line),
            State::Whole | State::Broken => tell(at, &line)?,
        }
    }
    if begun.is_empty() {
        return Ok(());
    }
    tell(first, &begun)
}

enum State {
    Whole,
    Begun,
    Broken,
}

fn state(text: &str) -> State {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => State::Whole,
        Err(error) if error.is_eof() && text.len() <= LONGEST => State::Begun,
        Err(_) => State::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_is_told_with_its_first_line() {
        let cases: [(&str, &[(usize, &str)]); 6] = [
            ("{}\n\n[1]\n", &[(1, "{}"), (3, "[1]")]),
            (
                "\n{\n \"a\": 1\n\n}\n{}",
                &[(2, "{\n \"a\": 1\n\n}"), (6, "{}")],
            ),
            ("no\n{}", &[(1, "no"), (2, "{}")]),
            ("{\"a\":\n{}\n{}", &[(1, "{\"a\":\n{}"), (3, "{}")]),
            ("{\"cut\":\"sho\n{}\n", &[(1, "{\"cut\":\"sho"), (2, "{}")]),
            ("{\n", &[(1, "{")]),
        ];
        for (text, expected) in cases {
            let mut told = Vec::new();
            let lines = text.lines().map(|line| Ok(line.to_owned()));
            pieces(lines, |at, piece| {
                told.push((at, piece.to_owned()));
                Ok::<_, ()>(())
            })
            .unwrap();
            let told: Vec<_> = told.iter().map(|(at, piece)| (*at, &**piece)).collect();
            assert_eq!(told, expected, "{text}");
        }
    }
}
