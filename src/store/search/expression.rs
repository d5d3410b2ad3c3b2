//! A query in the language of the index.

use crate::{
    event::{Names, Speaker, Voice},
    search::{Filter, Pattern, Query, Speakers, Subject, words},
    store::index::{kind_tag, name_tags, number_tag, person_tag, starred_tag, you_tag},
};

/// What to ask the index for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// Everything: only the rows can tell.
    All,
    /// What matches this.
    Match(String),
}

/// The expression, which finds at least all that the query asks for; None if it can find nothing.
pub(super) fn of(query: &Query, names: &Names) -> Option<Expression> {
    let filter = &query.filter;
    let all = Subject::ALL.into_iter();
    let subjects: Vec<Subject> = all.filter(|subject| filter.takes(*subject)).collect();
    if subjects.is_empty() {
        return None;
    }
    let mut wanted: Vec<String> = query.wanted.iter().map(text).collect();
    for speakers in &filter.speakers {
        let voices = speakers.0.iter().flat_map(|name| voices(name, names));
        // A name that may mean everybody narrows nothing.
        let voices: Option<Vec<_>> = voices.collect();
        wanted.extend(voices.map(|voices| any(&voices)));
    }
    if filter.starred == Some(true) {
        wanted.push(tag(starred_tag()));
    }
    // Lines have no tag of their kind.
    let kinds = subjects.iter().map(|subject| kind_tag(*subject).map(tag));
    let kinds: Option<Vec<_>> = kinds.collect();
    wanted.extend(kinds.map(|kinds| any(&kinds)));
    if wanted.is_empty() {
        return Some(Expression::All);
    }
    let mut expression = wanted.join(" AND ");
    for pattern in query.unwanted.iter().map(text) {
        expression = format!("({expression}) NOT {pattern}");
    }
    Some(Expression::Match(expression))
}

/// A column filter binds to one phrase, so each phrase has its own.
fn text(pattern: &Pattern) -> String {
    format!("text : {}", phrase(pattern.words(), pattern.is_prefix()))
}

fn tag(tag: &str) -> String {
    format!("tags : \"{tag}\"")
}

/// Folded words hold letters, digits and marks only, so nothing needs to be escaped.
fn phrase(words: &[String], prefix: bool) -> String {
    let star = if prefix { " *" } else { "" };
    format!("\"{}\"{star}", words.join(" "))
}

fn any(parts: &[String]) -> String {
    format!("({})", parts.join(" OR "))
}

/// The tags of the voices that a name may mean; None for one that has no tag. What Omi calls them is in the index; what the user
/// calls them is not.
fn voices(name: &Pattern, names: &Names) -> Vec<Option<String>> {
    let mut all = vec![Some(named_by_omi(name))];
    // "1" is a number, and so is a part of "Speaker 1".
    let numbers = name.words().iter().filter_map(|word| word.parse().ok());
    all.extend(numbers.map(|number| Some(tag(&number_tag(number)))));
    let filter = Filter {
        speakers: vec![Speakers(vec![name.clone()])],
        ..Filter::default()
    };
    let means = |called: &str| filter.hears(called, None);
    if means(&Speaker::You.name()) {
        all.push(Some(tag(you_tag())));
    }
    // "Speaker" means every number, and whoever nobody could tell.
    let unnamed = words(&Speaker::Unknown.name());
    if unnamed.iter().any(|word| means(&word.folded)) {
        all.push(None);
    }
    let given = names.iter().filter(|(_, _, called)| means(called));
    all.extend(given.map(|(_, voice, _)| {
        Some(tag(&match voice {
            Voice::Person(person) => person_tag(person),
            Voice::Number(number) => number_tag(*number),
        }))
    }));
    all
}

fn named_by_omi(name: &Pattern) -> String {
    let (tags, prefix) = name_tags(name);
    let last = tags.len() - 1;
    let parts = tags.iter().enumerate().map(|(at, word)| {
        let star = if prefix && at == last { " *" } else { "" };
        format!("tags : \"{word}\"{star}")
    });
    format!("({})", parts.collect::<Vec<_>>().join(" AND "))
}
