use proptest::prelude::*;

use super::*;

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn parse(text: &str) -> Result<Query, QueryError> {
    Query::parse(text, now(), &TimeZone::UTC)
}

/// A query in one spelling: what it wants and what it does not.
fn told(text: &str) -> String {
    let query = parse(text).unwrap();
    let pattern = |pattern: &Pattern| {
        let star = if pattern.is_prefix() { "*" } else { "" };
        format!("[{}{star}]", pattern.words().join(" "))
    };
    let wanted = query.wanted.iter().map(pattern);
    let unwanted = query.unwanted.iter().map(|it| format!("-{}", pattern(it)));
    wanted.chain(unwanted).collect::<Vec<_>>().join(" ")
}

#[test]
fn words_phrases_prefixes_and_negations() {
    let cases = [
        ("book train", "[book] [train]"),
        ("  Book   THE\ttrain ", "[book] [the] [train]"),
        ("\"book the train\"", "[book the train]"),
        ("\"book the tr\"*", "[book the tr*]"),
        ("boo*", "[boo*]"),
        ("train -bus -\"by car\"", "[train] -[bus] -[by car]"),
        ("-bus", "-[bus]"),
        ("don't", "[don t]"),
        ("at 12:30", "[at] [12 30]"),
        ("https://omi.me/x", "[https omi me x]"),
        ("東京", "[東京]"),
        ("東", "[東*]"),
        ("東京へ行く", "[東京 京へ へ行 行く]"),
        ("\"東京 train\"", "[東京 京 train]"),
        ("!!! - * \"\" …", ""),
        ("well-known", "[well known]"),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn filters_say_where_to_look() {
    let query = parse(
        "train speaker:maya,1 -speaker:\"Ada L\" kind:transcript,note -kind:memory uid:U_1 \
         since:2026-11-19 until:2h starred:",
    )
    .unwrap();
    let filter = query.filter;
    let time = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    assert_eq!(query.wanted.len(), 1);
    assert_eq!(filter.subjects, [Subject::Line, Subject::Note]);
    assert_eq!(filter.not_subjects, [Subject::Memory]);
    assert_eq!(filter.uid.as_ref().map(Uid::as_str), Some("U_1"));
    assert_eq!(filter.since, time("2026-11-19T00:00:00Z"));
    assert_eq!(filter.until, time("2026-11-20T10:00:00Z"));
    assert_eq!(filter.starred, Some(true));
    assert!(filter.hears("Maya", None) && filter.hears("Speaker 1", Some(1)));
    assert!(!filter.hears("Ada Lovelace", Some(2)) && !filter.hears("Bob", Some(3)));
    assert_eq!(parse("-starred:").unwrap().filter.starred, Some(false));
    assert_eq!(parse("starred:no").unwrap().filter.starred, Some(false));
}

#[test]
fn speakers_are_known_by_parts_of_their_names() {
    let hears = |query: &str, name: &str, number| parse(query).unwrap().filter.hears(name, number);
    let cases = [
        ("speaker:maya", "Maya Ångström", None, true),
        ("speaker:angstrom", "Maya Ångström", None, true),
        ("speaker:may", "Maya", None, false),
        ("speaker:may*", "Maya", None, true),
        ("speaker:you", "You", None, true),
        ("speaker:me", "You", None, true),
        ("speaker:me", "Me", None, true),
        ("speaker:2", "Speaker 2", Some(2), true),
        ("speaker:2", "Bob", Some(2), true),
        ("speaker:2", "Speaker 12", Some(12), false),
        ("-speaker:you", "You", None, false),
        ("speaker:maya speaker:bob", "Maya", None, false),
    ];
    for (query, name, number, expected) in cases {
        assert_eq!(hears(query, name, number), expected, "{query} {name}");
    }
}

#[test]
fn a_bad_query_is_told_what_is_wrong_and_where() {
    let cases = [
        ("a \"b c", 2..6, "the quote is not closed"),
        (
            "x colour:red",
            2..12,
            "there is no filter colour:, only speaker:, kind:",
        ),
        (
            "kind:song",
            0..9,
            "kind: must be one of transcript, note, memory, summary",
        ),
        ("since:soon", 0..10, "since: must be a time"),
        ("uid:a/b", 0..7, "uid: uid must be"),
        ("-since:2h", 0..9, "since: cannot be negated"),
        ("starred:maybe", 0..13, "starred: must be yes or no"),
        ("speaker:", 0..8, "speaker: must be a name"),
    ];
    for (text, range, reason) in cases {
        let error = parse(text).unwrap_err();
        assert_eq!(error.range, range, "{text}");
        assert!(error.reason.starts_with(reason), "{text}: {error}");
    }
}

#[test]
fn a_query_has_an_end() {
    let many = "-word ".repeat(51);
    assert_eq!(
        parse(&many).unwrap_err().reason,
        "a query has at most 50 parts; leave some out"
    );
    assert!(parse(&"-word ".repeat(50)).is_ok());
    let long = format!("\"{}\"", "word ".repeat(201));
    assert_eq!(
        parse(&long).unwrap_err().reason,
        "a phrase has at most 200 words"
    );
}

#[test]
fn the_word_that_is_being_typed_may_grow() {
    let typed = |text| {
        let query = Query::parse_typed(text, now(), &TimeZone::UTC).unwrap();
        query.wanted.last().is_some_and(Pattern::is_prefix)
    };
    assert!(typed("book tra"));
    assert!(!typed("book tra "));
    assert!(!typed("\"book tra\""));
    assert!(!typed("book speaker:may"));
}

proptest! {
    #[test]
    fn any_text_is_a_query_or_an_error_within_it(text: String) {
        for parsed in [parse(&text), Query::parse_typed(&text, now(), &TimeZone::UTC)] {
            if let Err(error) = parsed {
                prop_assert!(error.range.start <= error.range.end && error.range.end <= text.len() + 1);
            }
        }
    }

    #[test]
    fn a_text_is_found_by_each_of_its_own_words(text in "[a-zäß日本คำ'\" ]{0,40}") {
        let all = words(&text);
        for word in &all {
            let part = text.get(word.range.clone()).unwrap();
            if let Some(pattern) = Pattern::new(part, false) {
                prop_assert!(pattern.is_in(&all), "{part:?} in {text:?}");
            }
        }
    }
}
