use ratatui::symbols::border;

use crate::monitor::State;

/// Characters that draw things: each has a form in ASCII.
#[derive(Debug, Clone, Copy)]
pub struct Glyphs {
    /// Frames.
    pub border: border::Set<'static>,
    /// Levels from nothing to full, for the wave.
    pub levels: [&'static str; 9],
    /// A full and an empty part of a bar.
    pub bar: (&'static str, &'static str),
    /// A rule that tells of silence.
    pub rule: &'static str,
    /// Something is arriving, or not.
    pub dot: (&'static str, &'static str),
    /// More below.
    pub down: &'static str,
    /// Something is being waited for.
    pub waiting: &'static str,
    /// Someone listens.
    pub play: &'static str,
    /// What is seen of a long list.
    pub thumb: &'static str,
    /// Where the user is.
    pub cursor: &'static str,
    /// Runs along what is selected.
    pub selected: &'static str,
    /// Something was cut.
    pub ellipsis: &'static str,
    /// Stands for a character of a secret.
    pub mask: &'static str,
    /// Starred by the user.
    pub star: &'static str,
    /// Stands for a character that nobody may read.
    pub blur: &'static str,
    /// A memory on a strip.
    pub memory: &'static str,
    /// Done, or not yet.
    pub tick: (&'static str, &'static str),
    /// What is inside is seen, or folded away.
    pub fold: (&'static str, &'static str),
    /// Stand around what can be turned to something else.
    pub turn: (&'static str, &'static str),
    /// Stands between parts of a line.
    pub middle: &'static str,
    /// Fills what is missing.
    pub hatch: &'static str,
    /// What pictures are made of.
    pub dots: Dots,
    states: [&'static str; 4],
}

/// What pictures are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dots {
    /// Two by four of them in a cell.
    Braille,
    /// One character in a cell.
    Ascii,
}

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Glyphs {
    /// Box drawing, blocks and dots.
    #[must_use]
    pub fn unicode() -> Self {
        Self {
            border: border::ROUNDED,
            levels: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            bar: ("█", "░"),
            rule: "─",
            dot: ("●", "○"),
            down: "↓",
            waiting: "…",
            play: "▶",
            thumb: "┃",
            cursor: "▌",
            selected: "┃",
            ellipsis: "…",
            mask: "•",
            star: "★",
            blur: "▒",
            memory: "◆",
            tick: ("✓", "·"),
            fold: ("▾", "▸"),
            turn: ("‹", "›"),
            middle: "·",
            hatch: "╱",
            dots: Dots::Braille,
            states: ["●", "◐", "○", "✖"],
        }
    }

    /// Nothing but ASCII.
    #[must_use]
    pub fn ascii() -> Self {
        Self {
            border: ASCII_BORDER,
            levels: [" ", ".", ".", ":", "-", "=", "+", "*", "#"],
            bar: ("#", "."),
            rule: "-",
            dot: ("*", "o"),
            down: "v",
            waiting: "~",
            play: ">",
            thumb: "#",
            cursor: "|",
            selected: "#",
            ellipsis: "..",
            mask: "*",
            star: "*",
            blur: "x",
            memory: "#",
            tick: ("x", "-"),
            fold: ("-", "+"),
            turn: ("<", ">"),
            middle: "-",
            hatch: "/",
            dots: Dots::Ascii,
            states: ["*", "~", "o", "x"],
        }
    }

    /// The mark of a webhook's state.
    #[must_use]
    pub fn state(&self, state: State) -> &'static str {
        self.states[state as usize]
    }

    /// A cell that is filled from below to a part of its height; the lowest row always shows a base line.
    #[must_use]
    pub fn level(&self, part: f32, base: bool) -> &'static str {
        let steps = self.levels.len() - 1;
        let filled = (part * steps as f32).round().clamp(0.0, steps as f32) as usize;
        self.levels[filled.max(usize::from(base))]
    }
}
