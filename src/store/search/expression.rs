//! A query in the language of the index.

use crate::{
    event::{Names, Speaker, Voice},
    search::{Filter, Pattern, Query, Speakers, Subject, words},
    store::index::{kind_tag, name_tags, number_tag, person_tag, starred_tag, uid_tag, you_tag},
};

/// The expression, which finds at least all that the query asks for; None if it can find nothing.
pub(super) fn of(query: &Query, names: &Names) -> Option<String> {
    let mut wanted: Vec<String> = query.wanted.iter().map(text).collect();
    let unwanted = query.unwanted.iter().map(text);
    let filter = &query.filter;
    let subjects: Vec<Subject> = Subject::ALL
        .into_iter()
        .filter(|subject| filter.takes(*subject))
        .collect();
    if subjects.is_empty() {
        return None;
    }
    wanted.extend(filter.uid.as_ref().map(|uid| tag(&uid_tag(uid))));
    wanted.extend(
        filter
            .speakers
            .iter()
            .map(|speakers| any(speakers.0.iter().flat_map(|name| voices(name, names)))),
    );
    if filter.starred == Some(true) {
        wanted.push(tag(starred_tag()));
    }
    if wanted.is_empty() || subjects.len() < Subject::ALL.len() {
        wanted.push(any(subjects
            .into_iter()
            .map(|subject| tag(kind_tag(subject)))));
    }
    let mut expression = wanted.join(" AND ");
    for pattern in unwanted {
        expression = format!("({expression}) NOT {pattern}");
    }
    Some(expression)
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

fn any(parts: impl Iterator<Item = String>) -> String {
    format!("({})", parts.collect::<Vec<_>>().join(" OR "))
}

/// The tags of the voices that may have a name. What Omi calls them is in the index; what the user calls them is not.
fn voices(name: &Pattern, names: &Names) -> Vec<String> {
    let (tags, prefix) = name_tags(name);
    let last = tags.len() - 1;
    let words_of = tags.iter().enumerate().map(|(at, word)| {
        let star = if prefix && at == last { " *" } else { "" };
        format!("tags : \"{word}\"{star}")
    });
    let mut all = vec![format!("({})", words_of.collect::<Vec<_>>().join(" AND "))];
    // "Speaker 1" and "1" are numbers, "You" and "me" the wearer.
    let by_word = name.words().iter().filter_map(|word| word.parse().ok());
    all.extend(by_word.map(|number| tag(&number_tag(number))));
    let one = |filter_name: &str| {
        let filter = Filter {
            speakers: vec![Speakers(vec![name.clone()])],
            ..Filter::default()
        };
        filter.hears(filter_name, None)
    };
    if one(&Speaker::You.name()) {
        all.push(tag(you_tag()));
    }
    // A prefix of "speaker" means every number.
    if one(&Speaker::Numbered(0).name())
        || words(&Speaker::Unknown.name())
            .iter()
            .any(|w| one(&w.folded))
    {
        all.push(tag(kind_tag(Subject::Line)));
        all.push(tag(kind_tag(Subject::Note)));
    }
    for (_, voice, given) in names.iter() {
        if one(given) {
            all.push(tag(&match voice {
                Voice::Person(person) => person_tag(person),
                Voice::Number(number) => number_tag(*number),
            }));
        }
    }
    all
}
