//! Subtitles: `SubRip` and `WebVTT`. Times count from the start of the conversation.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use crate::{
    event::Line,
    export::plain::{speaker, spoken, words},
    store::Talk,
};

/// Shortest time that a subtitle is shown, in seconds: of some segments the end is before the start.
const SHORTEST: f64 = 0.5;
/// Latest start, in seconds: players read two digits of hours.
const LATEST: f64 = 359_998.0;

/// Which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    SubRip,
    WebVtt,
}

pub(in crate::export) fn subrip(talk: &Talk, _: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    write(Kind::SubRip, talk, out)
}

pub(in crate::export) fn webvtt(talk: &Talk, _: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "WEBVTT\n")?;
    write(Kind::WebVtt, talk, out)
}

fn write(kind: Kind, talk: &Talk, out: &mut dyn Write) -> io::Result<()> {
    for (number, line) in (1..).zip(spoken(talk)) {
        let start = line.segment.start.clamp(0.0, LATEST);
        let end = line.segment.end.clamp(start + SHORTEST, LATEST + 1.0);
        writeln!(
            out,
            "{number}\n{} --> {}\n{}\n",
            clock(kind, start),
            clock(kind, end),
            cue(kind, talk, line)
        )?;
    }
    Ok(())
}

/// Who says what; in the way in which each form marks a voice.
fn cue(kind: Kind, talk: &Talk, line: &Line) -> String {
    let (speaker, words) = (speaker(talk, line), words(line));
    match kind {
        // An arrow in the words would be read as a time.
        Kind::SubRip => format!("{speaker}: {words}").replace("-->", "-- >"),
        Kind::WebVtt => format!("<v {}>{}", escaped(&speaker), escaped(&words)),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// `01:02:03,456`, or with a point.
fn clock(kind: Kind, seconds: f64) -> String {
    let millis = (seconds * 1000.0).round() as u64;
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let mark = if kind == Kind::SubRip { ',' } else { '.' };
    format!(
        "{hours:02}:{minutes:02}:{:02}{mark}{:03}",
        millis / 1000 % 60,
        millis % 1000
    )
}
