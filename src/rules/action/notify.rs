//! A notification on the desktop, by the program that the system has for it.

use std::{env::consts::OS, time::Duration};

use jiff::tz::TimeZone;

use super::{Failure, Program};
use crate::{
    child,
    rules::{RuleEvent, Template},
    secret::Keyring,
    text::beginning,
};

const TITLE: &str = "omiscope";
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longest text, in bytes: more is not shown anywhere, and much more is no argument.
const LONGEST: usize = 1000;

/// Shows the text of a template of a rule.
pub(super) async fn show(
    text: &Template,
    rule: &str,
    event: &RuleEvent,
    keys: &Keyring,
) -> Result<(), Failure> {
    let text = text.fill(event, &TimeZone::system());
    let text = beginning(&text, LONGEST).to_owned();
    let Some((program, arguments)) = command(OS, text) else {
        let told = "this system has no program for notifications".to_owned();
        return Err(Failure::Permanent(told));
    };
    let program = Program {
        path: program.into(),
        arguments,
        folder: ".".into(),
        timeout: TIMEOUT,
    };
    program.run(rule, event.kind(), "", keys).await
}

/// The program for notifications, if this system has one in other places and it is not here.
pub(in crate::rules) fn missing_notifier() -> Option<&'static str> {
    let (program, _) = command(OS, String::new())?;
    (!child::is_there(program.as_ref())).then_some(program)
}

fn command(system: &str, text: String) -> Option<(&'static str, Vec<String>)> {
    match system {
        "macos" => {
            // The text is an argument of the script and never a part of it.
            let script = "on run argv\ndisplay notification (item 1 of argv) with title \"omiscope\"\nend run";
            Some(("osascript", vec!["-e".to_owned(), script.to_owned(), text]))
        }
        "linux" | "freebsd" | "openbsd" | "netbsd" => {
            // Servers of notifications read it as markup.
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let app = format!("--app-name={TITLE}");
            Some(("notify-send", vec![app, "--".into(), TITLE.into(), text]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_is_neither_script_nor_markup_nor_flag() {
        let heard = "--help <b>\" & quit";
        let (_, linux) = command("linux", heard.to_owned()).unwrap();
        assert_eq!(
            linux,
            [
                "--app-name=omiscope",
                "--",
                "omiscope",
                "--help &lt;b>\" &amp; quit"
            ]
        );
        let (_, mac) = command("macos", heard.to_owned()).unwrap();
        assert_eq!(mac[2], heard);
        assert!(!mac[1].contains(heard));
        assert_eq!(command("windows", heard.to_owned()), None);
    }
}
