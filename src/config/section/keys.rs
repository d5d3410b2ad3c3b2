//! `[keys]`: other keys for actions.

use super::super::{Problem, layer::Source, problem::shown};
use crate::ui::keymap::{KeyBinding, Keymap};

const TABLE: &str = "keys";
const KEYS: &str = "a key such as \"x\", or some of them in brackets";
const ACTIONS: &str = "a table of actions and their keys";

/// Takes the keymap out of the file.
pub(in super::super) fn take(
    table: &mut toml::Table,
    source: &Source,
    problems: &mut Vec<Problem>,
) -> Keymap {
    let bindings = bindings(table, source, problems);
    match Keymap::with(&bindings) {
        Ok(keymap) => keymap,
        Err(errors) => {
            let errors = errors.into_iter().filter_map(|(at, error)| {
                let place = place(bindings.get(at)?, source);
                Some(Problem::Key { place, error })
            });
            problems.extend(errors);
            Keymap::default()
        }
    }
}

fn bindings(
    table: &mut toml::Table,
    source: &Source,
    problems: &mut Vec<Problem>,
) -> Vec<KeyBinding> {
    let mut bad = |name: &str, value: &toml::Value, allowed| {
        let value = shown(&value.to_string());
        problems.push(Problem::Value {
            place: source.place_of(&format!("{name} = {value}")),
            allowed,
        });
    };
    let mut bindings = Vec::new();
    match table.remove(TABLE) {
        Some(toml::Value::Table(inner)) => {
            for (action, value) in inner {
                match keys(&value) {
                    Some(keys) => bindings.push(KeyBinding { action, keys }),
                    None => bad(&format!("{TABLE}.{}", action.escape_debug()), &value, KEYS),
                }
            }
        }
        Some(value) => bad(TABLE, &value, ACTIONS),
        None => {}
    }
    bindings
}

/// The keys of an action: one, or an array of them.
fn keys(value: &toml::Value) -> Option<Vec<String>> {
    let key = |value: &toml::Value| value.as_str().map(str::to_owned);
    match value {
        toml::Value::Array(keys) => keys.iter().map(key).collect(),
        value => Some(vec![key(value)?]),
    }
}

/// Where a binding stands, with its keys.
fn place(binding: &KeyBinding, source: &Source) -> String {
    let keys = match &binding.keys[..] {
        [key] => shown(key),
        keys => {
            let keys: Vec<_> = keys.iter().map(|key| shown(key)).collect();
            format!("[{}]", keys.join(", "))
        }
    };
    let action = binding.action.escape_debug();
    source.place_of(&format!("{TABLE}.{action} = {keys}"))
}
