//! `omiscope rebuild`: group all that is kept anew.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use crate::{
    config::{Config, Flags},
    store::{
        Location, Settings,
        rebuild::{Progress, Rebuilt, rebuild},
        retention::Retention,
    },
};

/// Time between two states of the line of progress.
const PACE: Duration = Duration::from_millis(100);

pub(super) fn run(flags: &Flags) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let settings = Settings {
        location: Location::Folder(config.storage.data_dir),
        silence: config.storage.silence,
        retention: Retention::FOREVER,
    };
    let mut meter = Meter::new(io::stderr().is_terminal());
    let result = rebuild(&settings, &mut |progress| meter.show(progress));
    meter.clear();
    writeln!(io::stdout(), "{}", told(result?))?;
    Ok(())
}

/// One line on stderr that says how far it is, if anybody sees it.
struct Meter {
    seen: bool,
    next: Instant,
    shown: bool,
}

impl Meter {
    fn new(seen: bool) -> Self {
        Self {
            seen,
            next: Instant::now() + PACE,
            shown: false,
        }
    }

    fn show(&mut self, progress: Progress) {
        let now = Instant::now();
        if !self.seen || now < self.next {
            return;
        }
        self.next = now + PACE;
        self.shown = true;
        let (done, lines) = (grouped(progress.done), grouped(progress.lines));
        // Whoever cannot read it can do without.
        let _ = write!(io::stderr(), "\r\x1b[Krebuilding: {done} of {lines} lines");
    }

    fn clear(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn told(rebuilt: Rebuilt) -> String {
    if rebuilt.is_unchanged() {
        return "nothing to change".to_owned();
    }
    let count = |count: u64, what: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{} {what}{s}", grouped(count))
    };
    format!(
        "{}, {} changed, {} new, {} gone; {} moved",
        count(rebuilt.conversations, "conversation"),
        grouped(rebuilt.changed),
        grouped(rebuilt.new),
        grouped(rebuilt.gone),
        count(rebuilt.moved, "line"),
    )
}

/// A number with a comma after each thousand.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_a_sentence() {
        let rebuilt = Rebuilt {
            conversations: 1204,
            changed: 3,
            new: 1,
            gone: 2,
            moved: 18,
            ..Rebuilt::default()
        };
        assert_eq!(
            told(rebuilt),
            "1,204 conversations, 3 changed, 1 new, 2 gone; 18 lines moved"
        );
        let same = Rebuilt {
            conversations: 9,
            ..Rebuilt::default()
        };
        assert_eq!(told(same), "nothing to change");
    }

    #[test]
    fn thousands_are_set_apart() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }
}
