//! The one table of actions: the keymap, the help, the command line and `[keys]` of `config.toml` are made from it.

use super::Action;

/// An action as the user meets it.
#[derive(Debug, Clone, Copy)]
pub(in crate::ui) struct Entry {
    pub(in crate::ui) action: Action,
    /// What it is called in `[keys]` and on the command line.
    pub(in crate::ui) name: &'static str,
    /// Its keys, with blanks between; the first one stands for it in the hint bar.
    pub(in crate::ui) keys: &'static str,
    /// What it does.
    pub(in crate::ui) help: &'static str,
}

const fn entry(
    action: Action,
    name: &'static str,
    keys: &'static str,
    help: &'static str,
) -> Entry {
    Entry {
        action,
        name,
        keys,
        help,
    }
}

/// Every action, in the order of the help.
#[rustfmt::skip]
pub(in crate::ui) const TABLE: [Entry; 63] = [
    entry(Action::Back, "back", "q", "back, quit at the top"),
    // Never quits: a terminal may send the pieces of any other key as an Escape and letters.
    entry(Action::Close, "close", "Esc", "back"),
    entry(Action::Quit, "quit", "Ctrl-C", "quit"),
    entry(Action::Open, "open", "Enter", "open; a line: play its sound"),
    entry(Action::Search, "search", "/", "search everything ever kept"),
    entry(Action::NextMatch, "next-match", "n", "the next match"),
    entry(Action::PreviousMatch, "previous-match", "N", "the match before"),
    entry(Action::Mark, "star", "m", "star a line, or unstar it"),
    entry(Action::OnlyMarked, "only-starred", "M", "only starred and noted lines, or all"),
    entry(Action::Filter, "filter", "f", "show only lines with some words"),
    entry(Action::FilterOnOff, "filter-on-off", "\\", "those words count, or not"),
    entry(Action::OnlySpeaker, "only-speaker", "s", "only the lines of this speaker, or all"),
    entry(Action::NextMark, "next-star", "u", "the next starred or noted line"),
    entry(Action::PreviousMark, "previous-star", "U", "the starred or noted line before"),
    entry(Action::Note, "note", ";", "a note on a line"),
    entry(Action::Tick, "tick", "x", "tick an action item here, or untick it"),
    entry(Action::Name, "name-speaker", "S", "name the speaker of a line"),
    entry(Action::Replay, "replay", "r", "send a delivery again"),
    entry(Action::Select, "select", "V", "select lines from here on, or no longer"),
    entry(Action::Copy, "copy", "y", "copy lines, title and overview, an item, a body"),
    entry(Action::CopyAll, "copy-all", "Y", "copy the whole of it; a delivery: as curl"),
    entry(Action::Export, "export", "e", "export into files, or stop doing so"),
    entry(Action::Help, "help", "? F1", "this help"),
    entry(Action::Command, "command", ":", "name what to do, with completion"),
    entry(Action::Screen('1'), "live", "1", "Live: what is said now"),
    entry(Action::Screen('2'), "memories", "2", "Memories: what was made of every talk"),
    entry(Action::Screen('3'), "actions", "3", "Actions: what is to be done"),
    entry(Action::Screen('4'), "audio", "4", "Audio: the sound seen and measured"),
    entry(Action::Screen('5'), "deliveries", "5", "Deliveries: every request, looked into"),
    entry(Action::Screen('6'), "day", "6", "Day: who spoke when, and its summary"),
    entry(Action::NextScreen, "next-screen", "Tab", "the next screen"),
    entry(Action::PreviousScreen, "previous-screen", "Shift-Tab", "the screen before"),
    entry(Action::Card, "card", "i", "connection card: what to paste into Omi"),
    entry(Action::Reveal, "show-key", "v", "the key on the card: text, QR code, hidden"),
    entry(Action::Up, "up", "Up k", "up"),
    entry(Action::Down, "down", "Down j", "down"),
    entry(Action::PageUp, "page-up", "PgUp Ctrl-B", "a page up; on Day: the day before"),
    entry(Action::PageDown, "page-down", "PgDn Ctrl-F", "a page down; on Day: the day after"),
    entry(Action::HalfUp, "half-page-up", "Ctrl-U", "half a page up"),
    entry(Action::HalfDown, "half-page-down", "Ctrl-D", "half a page down"),
    entry(Action::Left, "left", "Left h", "a page up; on Day: earlier"),
    entry(Action::Right, "right", "Right l", "a page down; on Day: later"),
    entry(Action::First, "first", "Home g", "the oldest line"),
    entry(Action::Follow, "follow", "End G F", "follow the newest line"),
    entry(Action::Freeze, "freeze", "Space", "freeze the view (nothing is lost)"),
    entry(Action::Listen, "listen", "a", "listen live, or stop"),
    entry(Action::Device, "device", "o", "choose the device to play on"),
    entry(Action::Wearer, "wearer", "w", "the next wearer, where there are several"),
    entry(Action::Mute, "mute", "A", "mute, or as loud as it was"),
    entry(Action::Pause, "pause", "p", "pause what is heard, or go on"),
    entry(Action::Earlier, "earlier", ",", "10 s back in what is heard"),
    entry(Action::Later, "later", ".", "10 s on in what is heard"),
    entry(Action::Louder, "louder", "+ =", "louder"),
    entry(Action::Softer, "softer", "-", "softer"),
    entry(Action::TimeStyle, "time-style", "t", "clock, offset or age"),
    entry(Action::Wrap, "wrap", "W", "wrap long lines or cut them"),
    entry(Action::Blur, "blur", "P", "hide what was said, or show it"),
    entry(Action::Zoom, "zoom", "z", "one pane over the whole screen, or all"),
    entry(Action::Narrower, "narrower", "<", "the left pane narrower"),
    entry(Action::Wider, "wider", ">", "the left pane wider"),
    entry(Action::Mouse, "mouse", "F2", "mouse on or off (off: text can be selected)"),
    entry(Action::Suspend, "suspend", "Ctrl-Z", "to the shell (fg comes back)"),
    entry(Action::Repaint, "repaint", "Ctrl-L", "repaint the screen"),
];
