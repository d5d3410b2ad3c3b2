use std::path::Path;

use super::{
    super::{Flags, Problem, Surroundings},
    Layer, Source, is_ours, read, unknown_variables,
};

/// What `.env` gives. It is not put into the environment of the process.
pub(super) fn layer(
    flags: &Flags,
    surroundings: &Surroundings,
    problems: &mut Vec<Problem>,
) -> Layer {
    let path = flags
        .env_file
        .clone()
        .unwrap_or_else(|| surroundings.working_folder.join(".env"));
    let text = match read(&path, flags.env_file.is_some()) {
        Ok(text) => text,
        Err(source) => {
            problems.push(Problem::File {
                path: path.clone(),
                source,
            });
            String::new()
        }
    };
    let mut values = Vec::new();
    let mut whole = true;
    for line in dotenvy::from_read_iter(text.trim_start_matches('\u{feff}').as_bytes()) {
        match line {
            Ok((name, value)) if is_ours(&name) => values.push((name, value)),
            Ok(_) => {}
            Err(_) => whole = false,
        }
    }
    if !whole {
        problems.extend(bad_lines(&path, &text, &values));
    }
    let source = Source::EnvFile(path);
    problems.extend(unknown_variables(&source, &values));
    Layer { source, values }
}

/// The lines of `.env` for us that cannot be taken: wrong themselves, or lost in a quote that a line before them opens.
/// What is wrong with other programs' lines is not our business. (The parser's own text quotes the value, and not the name.)
fn bad_lines(path: &Path, text: &str, values: &[(String, String)]) -> Vec<Problem> {
    let taken = |name: &str| values.iter().any(|(given, _)| given == name);
    let wrong = |line: &str| dotenvy::from_read_iter(line.as_bytes()).any(|line| line.is_err());
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, line, assigned(line)?)))
        .filter(|(_, line, name)| is_ours(name) && (wrong(line) || !taken(name)))
        .map(|(line, _, name)| Problem::Syntax {
            path: path.to_owned(),
            line,
            reason: format!("{name} must be followed by = and a value, in quotes if it has blanks"),
        })
        .collect()
}

/// The name that a line of `.env` begins with.
fn assigned(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('\u{feff}').trim_start();
    line.strip_prefix("export ")
        .unwrap_or(line)
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .next()
}
