//! Strict readers of `SubRip` and `WebVTT`, written from the formats' grammars and knowing nothing of the writer.

/// A cue: start and end in milliseconds, and its rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cue {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) rows: Vec<String>,
}

/// Reads `SubRip`: blocks of a number that counts from 1, a line of times, rows of text; an empty line ends each.
pub(crate) fn subrip(text: &str) -> Result<Vec<Cue>, String> {
    let cues = blocks(text, ',')?;
    for (number, (name, _)) in (1..).zip(&cues) {
        if *name != number.to_string() {
            return Err(format!("cue {number} is called {name:?}"));
        }
    }
    Ok(cues.into_iter().map(|(_, cue)| cue).collect())
}

/// Reads `WebVTT`: the signature, an empty line, then blocks as above, whose rows are cue text with voices.
pub(crate) fn webvtt(text: &str) -> Result<Vec<Cue>, String> {
    let body = text
        .strip_prefix("WEBVTT\n\n")
        .ok_or("it does not begin with WEBVTT and an empty line")?;
    let mut cues: Vec<Cue> = blocks(body, '.')?.into_iter().map(|(_, cue)| cue).collect();
    let mut last = 0;
    for cue in &mut cues {
        if cue.start < last {
            return Err("a cue starts before the one ahead of it".to_owned());
        }
        last = cue.start;
        for row in &mut cue.rows {
            *row = cue_text(row)?;
        }
    }
    Ok(cues)
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Name,
    Times,
    Rows,
}

fn blocks(text: &str, mark: char) -> Result<Vec<(String, Cue)>, String> {
    if text.contains(['\0', '\r']) || !(text.is_empty() || text.ends_with("\n\n")) {
        return Err("a control, or no empty line at the end".to_owned());
    }
    let mut cues: Vec<(String, Cue)> = Vec::new();
    let mut name = String::new();
    let mut state = State::Name;
    for line in text.lines() {
        match state {
            State::Name if line.is_empty() || line.contains("-->") => {
                return Err(format!("no name of a cue: {line:?}"));
            }
            State::Name => {
                line.clone_into(&mut name);
                state = State::Times;
            }
            State::Times => {
                let (start, end) = times(line, mark)?;
                let rows = Vec::new();
                cues.push((std::mem::take(&mut name), Cue { start, end, rows }));
                state = State::Rows;
            }
            State::Rows => {
                let (_, cue) = cues.last_mut().ok_or("rows without a cue")?;
                if line.is_empty() {
                    if cue.rows.is_empty() {
                        return Err("a cue without words".to_owned());
                    }
                    state = State::Name;
                } else if line.contains("-->") {
                    return Err(format!("an arrow in the words: {line:?}"));
                } else {
                    cue.rows.push(line.to_owned());
                }
            }
        }
    }
    if state == State::Name {
        Ok(cues)
    } else {
        Err("the last cue is not ended".to_owned())
    }
}

fn times(line: &str, mark: char) -> Result<(u64, u64), String> {
    let bad = || format!("no times: {line:?}");
    let (start, end) = line.split_once(" --> ").ok_or_else(bad)?;
    let (start, end) = (
        time(start, mark).ok_or_else(bad)?,
        time(end, mark).ok_or_else(bad)?,
    );
    if start < end {
        Ok((start, end))
    } else {
        Err(format!("it ends before it starts: {line:?}"))
    }
}

/// `HH:MM:SS,mmm`.
fn time(text: &str, mark: char) -> Option<u64> {
    let (clock, millis) = text.split_once(mark)?;
    let parts: Vec<&str> = clock.split(':').collect();
    let [hours, minutes, seconds] = parts[..] else {
        return None;
    };
    let digits = |text: &str, count: usize| {
        let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u64>().ok()).flatten()
    };
    let (minutes, seconds) = (digits(minutes, 2)?, digits(seconds, 2)?);
    let whole = digits(hours, 2)? * 3600 + minutes * 60 + seconds;
    (minutes < 60 && seconds < 60).then_some(whole * 1000 + digits(millis, 3)?)
}

/// Cue text as words: `<v name>` opens it, character references are resolved, anything else in angles or after `&` is an error.
fn cue_text(row: &str) -> Result<String, String> {
    let bad = |what: &str| format!("{what}: {row:?}");
    let rest = row.strip_prefix("<v ").ok_or_else(|| bad("no voice"))?;
    let (voice, words) = rest.split_once('>').ok_or_else(|| bad("an open tag"))?;
    if voice.trim().is_empty() || words.trim().is_empty() {
        return Err(bad("an empty voice or no words"));
    }
    Ok(format!("{}: {}", plain(voice)?, plain(words)?))
}

fn plain(text: &str) -> Result<String, String> {
    let mut words = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>']) {
        words.push_str(&rest[..at]);
        let tail = &rest[at..];
        let known = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
        let (name, sign) = known
            .into_iter()
            .find(|(name, _)| tail.starts_with(name))
            .ok_or_else(|| format!("{tail:?} is not escaped"))?;
        words.push(sign);
        rest = &tail[name.len()..];
    }
    Ok(words + rest)
}

#[test]
fn the_readers_are_strict() {
    let good = "1\n00:00:00,000 --> 00:00:01,000\nYou: hi\n\n";
    assert_eq!(subrip(good).unwrap()[0].end, 1000);
    for bad in [
        &good[..good.len() - 1],
        "2\n00:00:00,000 --> 00:00:01,000\nYou: hi\n\n",
        "1\n00:00:01,000 --> 00:00:01,000\nYou: hi\n\n",
        "1\n0:00:00,000 --> 00:00:01,000\nYou: hi\n\n",
        "1\n00:00:00,000 --> 00:00:01,000\n\n\n",
        "1\n00:00:00,000 --> 00:00:01,000\na --> b\n\n",
    ] {
        assert!(subrip(bad).is_err(), "{bad:?}");
    }
    let good = "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.000\n<v You>a &lt; b\n\n";
    assert_eq!(webvtt(good).unwrap()[0].rows, ["You: a < b"]);
    for (from, to) in [
        ("&lt;", "<"),
        ("<v You>", ""),
        ("You", " "),
        (".000 ", ",000 "),
    ] {
        assert!(webvtt(&good.replacen(from, to, 1)).is_err(), "{from} {to}");
    }
}
