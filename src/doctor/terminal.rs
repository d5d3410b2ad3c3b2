//! What the terminal can do, as the environment tells it: size, colours, characters, and copying through a multiplexer.

use std::io::{self, IsTerminal as _};

use super::{Finding, Setup, patience::said_by};
use crate::{config::Surroundings, ui::theme::Depth};

/// Below this the dashboard shows one pane at a time, and little of it.
const SMALL: (u16, u16) = (40, 12);

/// What to do where there is none.
const WITHOUT: &str = "run without one with `omiscope serve`";

pub(super) fn look(setup: &Setup) -> Vec<Finding> {
    if !is_there() {
        // What the environment says is of another one, and a size would be made up.
        return vec![Finding::note("no-terminal", "there is none here", WITHOUT)];
    }
    of_terminal(&setup.surroundings, setup.survey.config.looks.ascii)
}

/// Whether there is one, wherever this report goes.
fn is_there() -> bool {
    let is_standard =
        io::stdout().is_terminal() || io::stdin().is_terminal() || io::stderr().is_terminal();
    // The one that controls us, even if nothing standard is it.
    is_standard || (cfg!(unix) && std::fs::File::open("/dev/tty").is_ok())
}

fn of_terminal(surroundings: &Surroundings, ascii: bool) -> Vec<Finding> {
    if surroundings.variable("TERM").is_empty() && cfg!(unix) {
        return vec![Finding::note(
            "no-terminal",
            "there is none here (TERM is not set)",
            format!("{WITHOUT}, or set TERM, e.g. to xterm-256color"),
        )];
    }
    if surroundings.is_dumb() {
        return vec![Finding::warn(
            "terminal-dumb",
            "TERM=dumb: the dashboard prints lines instead of drawing",
            "set TERM to what the terminal is, e.g. xterm-256color, or leave it so for a screen reader",
        )];
    }
    let findings = [
        crossterm::terminal::size().ok().map(of_size),
        Some(of_colours(surroundings)),
        of_characters(surroundings, ascii),
        of_multiplexer(surroundings),
    ];
    findings.into_iter().flatten().collect()
}

fn of_size((columns, rows): (u16, u16)) -> Finding {
    let told = format!("{columns}x{rows}");
    if columns < SMALL.0 || rows < SMALL.1 {
        let (columns, rows) = SMALL;
        return Finding::warn(
            "terminal-small",
            told,
            format!("make it {columns}x{rows} at least, better 140x40"),
        );
    }
    Finding::ok("terminal-size", told)
}

fn of_colours(surroundings: &Surroundings) -> Finding {
    let name = surroundings.variable("TERM");
    if surroundings.forbids_colour() {
        return Finding::ok(
            "terminal-colours",
            format!("TERM={name}, without colours (NO_COLOR)"),
        );
    }
    let depth = Depth::of(|name| surroundings.variable(name).into_owned());
    match depth {
        Depth::True => Finding::ok("terminal-colours", format!("TERM={name}, all colours")),
        Depth::Many => Finding::ok("terminal-colours", format!("TERM={name}, 256 colours")),
        Depth::Sixteen => Finding::note(
            "terminal-colours",
            format!("TERM={name}, 16 colours"),
            "if it can show more, set TERM=xterm-256color or COLORTERM=truecolor",
        ),
    }
}

/// POSIX: the first of these that is not empty counts. Windows has no such variables.
fn of_characters(surroundings: &Surroundings, ascii: bool) -> Option<Finding> {
    if cfg!(not(unix)) {
        return None;
    }
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    let locale = names
        .map(|name| surroundings.variable(name))
        .find(|locale| !locale.is_empty())
        .unwrap_or_default();
    let plain = locale.to_lowercase().replace('-', "");
    Some(if plain.contains("utf8") {
        Finding::ok("terminal-characters", format!("{locale}, all characters"))
    } else if ascii {
        Finding::ok("terminal-characters", "ASCII only, as set")
    } else {
        let locale = if locale.is_empty() { "none" } else { &locale };
        Finding::warn(
            "terminal-not-utf8",
            format!(
                "the locale ({locale}) is not UTF-8: lines and dots may come out as something else"
            ),
            "set LANG, e.g. to C.UTF-8, or use --ascii",
        )
    })
}

/// Whether what is copied (OSC 52) reaches the clipboard.
fn of_multiplexer(surroundings: &Surroundings) -> Option<Finding> {
    if !surroundings.variable("TMUX").is_empty() {
        let said = said_by("tmux", &["show-options", "-sv", "set-clipboard"]);
        return Some(of_tmux(said.as_deref()));
    }
    (!surroundings.variable("STY").is_empty()).then(|| {
        Finding::note(
            "copies-end-here",
            "GNU screen keeps copies (`y`, `Y`) from the clipboard of the terminal",
            "copy outside of screen, or use tmux",
        )
    })
}

fn of_tmux(set_clipboard: Option<&str>) -> Finding {
    match set_clipboard {
        Some("on") => Finding::ok("copies", "tmux passes copies on to the terminal"),
        told => Finding::warn(
            "copies-end-here",
            format!(
                "tmux keeps copies (`y`, `Y`) from the clipboard (set-clipboard is {})",
                told.unwrap_or("unknown")
            ),
            "tmux set-option -s set-clipboard on",
        ),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn surroundings(variables: &[(&str, &str)]) -> Surroundings {
        let variables = variables
            .iter()
            .map(|(name, value)| (name.into(), value.into()));
        Surroundings {
            environment: variables.collect(),
            ..Surroundings::default()
        }
    }

    #[test]
    fn the_locale_that_counts_is_the_first_that_is_not_empty() {
        // LC_ALL, LC_CTYPE, LANG.
        let scenarios = [
            (["", "", "ja_JP.UTF-8"], false, "terminal-characters"),
            (["", "C.utf8", "C"], false, "terminal-characters"),
            (["C", "", "C.UTF-8"], false, "terminal-not-utf8"),
            (["", "", ""], false, "terminal-not-utf8"),
            (["", "", ""], true, "terminal-characters"),
        ];
        for ([all, characters, other], ascii, expected) in scenarios {
            let variables = [("LC_ALL", all), ("LC_CTYPE", characters), ("LANG", other)];
            let found = of_characters(&surroundings(&variables), ascii).unwrap();
            assert_eq!(found.code(), expected, "{variables:?}");
        }
    }

    #[test]
    fn what_no_dashboard_is_drawn_on_is_told_before_anything_else() {
        for (name, expected) in [("", "no-terminal"), ("dumb", "terminal-dumb")] {
            let found = of_terminal(&surroundings(&[("TERM", name)]), false);
            let codes: Vec<_> = found.iter().map(Finding::code).collect();
            assert_eq!(codes, [expected], "{name}");
        }
    }

    #[test]
    fn what_keeps_a_copy_from_the_clipboard_is_told() {
        assert_eq!(of_tmux(Some("on")).code(), "copies");
        for kept in [Some("external"), Some("off"), None] {
            assert_eq!(of_tmux(kept).code(), "copies-end-here");
        }
        let found = of_multiplexer(&surroundings(&[("STY", "1.pts")]));
        assert_eq!(found.map(|found| found.code()), Some("copies-end-here"));
        assert_eq!(of_multiplexer(&surroundings(&[])), None);
    }

    #[test]
    fn a_terminal_that_is_too_small_is_told() {
        assert_eq!(of_size((40, 12)).code(), "terminal-size");
        assert_eq!(of_size((39, 12)).code(), "terminal-small");
        assert_eq!(of_size((80, 11)).code(), "terminal-small");
    }
}
