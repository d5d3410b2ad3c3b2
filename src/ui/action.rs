//! Everything that a key can ask for.

mod table;

use jiff::tz::TimeZone;

use super::excerpt::Excerpt;
use crate::{
    event::{Edit, LineId, MemoryId, Passage, Seq, Uid, Voice},
    export::order::Order,
};

pub(super) use table::{Entry, TABLE};

/// Percent by which a key makes it louder or softer.
const VOLUME_STEP: i8 = 10;

/// Seconds by which a key goes back or on in what is heard.
const SEEK_STEP: i64 = 10;

/// What the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the table says what each does")]
pub enum Action {
    Quit,
    Back,
    Close,
    Open,
    Search,
    NextMatch,
    PreviousMatch,
    Mark,
    OnlyMarked,
    NextMark,
    PreviousMark,
    Filter,
    FilterOnOff,
    OnlySpeaker,
    Note,
    Tick,
    Name,
    Replay,
    Select,
    Copy,
    CopyAll,
    Export,
    Help,
    Command,
    Card,
    Reveal,
    /// To the screen of this key.
    Screen(char),
    NextScreen,
    PreviousScreen,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    First,
    Follow,
    Freeze,
    Listen,
    Device,
    Wearer,
    Mute,
    Pause,
    Earlier,
    Later,
    Louder,
    Softer,
    TimeStyle,
    Wrap,
    Blur,
    Zoom,
    Narrower,
    Wider,
    Mouse,
    Suspend,
    Repaint,
}

impl Action {
    /// What it is called in `[keys]` of `config.toml` and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |entry| entry.name)
    }

    /// What it does, for the help.
    #[must_use]
    pub fn help(self) -> &'static str {
        self.entry().map_or("", |entry| entry.help)
    }

    fn entry(self) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.action == self)
    }

    /// What it asks of the player; None: nothing.
    #[must_use]
    pub(super) fn sound(self) -> Option<SoundEffect> {
        Some(match self {
            Self::Listen => SoundEffect::Listen,
            Self::Mute => SoundEffect::Mute,
            Self::Pause => SoundEffect::Pause,
            Self::Earlier => SoundEffect::Seek(-SEEK_STEP),
            Self::Later => SoundEffect::Seek(SEEK_STEP),
            Self::Louder => SoundEffect::Volume(VOLUME_STEP),
            Self::Softer => SoundEffect::Volume(-VOLUME_STEP),
            _ => return None,
        })
    }

    /// Whether it is always done to something, with an effect beyond its screen.
    #[must_use]
    pub(super) fn wants_something(self) -> bool {
        matches!(
            self,
            Self::Mark
                | Self::Note
                | Self::Name
                | Self::Tick
                | Self::Replay
                | Self::Copy
                | Self::CopyAll
        )
    }

    /// How far it moves in a list of which so many rows are seen; None: it does not move.
    #[must_use]
    pub(super) fn step(self, rows: usize) -> Option<Step> {
        let page = rows.saturating_sub(1).max(1);
        let half = page.div_ceil(2);
        match self {
            Self::Up => Some(Step::Up(1)),
            Self::Down => Some(Step::Down(1)),
            Self::PageUp | Self::Left => Some(Step::Up(page)),
            Self::PageDown | Self::Right => Some(Step::Down(page)),
            Self::HalfUp => Some(Step::Up(half)),
            Self::HalfDown => Some(Step::Down(half)),
            Self::First => Some(Step::First),
            Self::Follow => Some(Step::Last),
            _ => None,
        }
    }
}

/// A way to move in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Up(usize),
    Down(usize),
    First,
    Last,
}

impl Step {
    /// Where this leads from an entry, in a list whose last entry is known.
    pub(super) fn applied(self, from: usize, last: usize) -> usize {
        match self {
            Self::Up(count) => from.min(last).saturating_sub(count),
            Self::Down(count) => from.saturating_add(count).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// Something to be shown, wherever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A line of the transcript.
    Line(LineId),
    /// The lines with some words; empty for all.
    Lines(String),
    /// A memory.
    Memory(MemoryId),
    /// A text in what is being read.
    Word(String),
    /// The summary of a day.
    Summary(Seq),
}

/// What the user is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A note on a line; empty for none.
    Note(LineId),
    /// Words that lines must have to be shown; empty for none.
    Filter,
    /// A name for a speaker; empty for none.
    Name(Uid, Voice),
    /// A text to look for in what is being read; empty for none.
    Find,
    /// Where a delivery is sent again; empty for this omiscope itself.
    Replay(Seq),
}

/// What a screen, or what lies over it, asks for outside its own state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// Show something, wherever it is.
    Go(Goal),
    /// Ask the user something; so far the answer is this.
    Ask(Question, String),
    /// Say in the last row what came of the key.
    Say(String),
    /// Do what was chosen by its name.
    Do(Action),
    /// What the view leaves to the loop.
    Effect(Effect),
}

impl From<SoundEffect> for Request {
    fn from(effect: SoundEffect) -> Self {
        Self::Effect(Effect::Sound(effect))
    }
}

impl From<Errand> for Request {
    fn from(errand: Errand) -> Self {
        Self::Effect(Effect::Errand(errand))
    }
}

/// What must be done outside the state of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave the dashboard.
    Quit,
    /// Something with the terminal.
    Terminal(TerminalEffect),
    /// Something with what is heard.
    Sound(SoundEffect),
    /// Something that takes its time.
    Errand(Errand),
}

/// What is done beside the loop; what comes of it is seen later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// A change by the user's own hand.
    Edit(Edit),
    /// Write something into files.
    Export(Order),
    /// Stop doing so.
    StopExport,
    /// Copy something that is kept; clock times are of the zone.
    Copy(Excerpt, TimeZone),
    /// Copy the body of a delivery.
    CopyBody(Seq),
    /// Copy a delivery as a command that sends it.
    CopyCommand(Seq),
    /// Send a delivery again, to a URL; an empty one for this omiscope itself.
    Replay(Seq, String),
}

/// What the terminal is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalEffect {
    /// Give it back until `fg`.
    Suspend,
    /// Draw everything anew.
    Repaint,
    /// Turn reports of the mouse on or off.
    Mouse(bool),
    /// Put a text on the clipboard.
    Copy(String),
    /// Ring.
    Ring,
}

/// What the player is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoundEffect {
    /// Begin or end listening.
    Listen,
    /// Make it silent, or as loud as it was.
    Mute,
    /// Stand still, or go on.
    Pause,
    /// Go on or back by so many seconds.
    Seek(i64),
    /// Make it louder by so many percent, or softer.
    Volume(i8),
    /// Play what was heard then.
    Play(Passage),
    /// Return from kept sound to the present.
    Live,
    /// Play on this device; None: on the system's own.
    Device(Option<String>),
    /// Listen to this wearer; None: to whoever is heard.
    Wearer(Option<Uid>),
}
