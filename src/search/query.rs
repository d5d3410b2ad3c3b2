//! The language of a query: words, `"phrases"`, `prefix*`, `-not`, and filters such as `speaker:maya` or `since:yesterday`.

use std::{fmt, ops::Range, str::FromStr};

use jiff::{Timestamp, tz::TimeZone};

use super::{Pattern, Subject, words};
use crate::{event::Uid, moment};

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// All of these must be there.
    pub wanted: Vec<Pattern>,
    /// None of these may be there.
    pub unwanted: Vec<Pattern>,
    /// Where is looked.
    pub filter: Filter,
}

/// Where is looked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Only these; empty: everything.
    pub subjects: Vec<Subject>,
    /// None of these.
    pub not_subjects: Vec<Subject>,
    /// Only what one of each of these said.
    pub speakers: Vec<Speakers>,
    /// Nothing that one of these said.
    pub not_speakers: Vec<Speakers>,
    /// Only what this wearer's device heard.
    pub uid: Option<Uid>,
    /// Only what was said at this time or later.
    pub since: Option<Timestamp>,
    /// Only what was said before this time.
    pub until: Option<Timestamp>,
    /// Only what is starred, or only what is not.
    pub starred: Option<bool>,
}

/// Speakers between commas: any of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Speakers(pub Vec<Pattern>);

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// The wrong part of the query, in bytes.
    pub range: Range<usize>,
    /// What is wrong and what is allowed.
    pub reason: String,
}

impl std::error::Error for QueryError {}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// A filter: its name, whether `-` may stand before it, and what it does with its value.
struct FilterKind {
    name: &'static str,
    negatable: bool,
    apply: fn(&mut Filter, &str, bool, &Moment<'_>) -> Result<(), String>,
}

/// What times in a query are counted from.
struct Moment<'a> {
    now: Timestamp,
    zone: &'a TimeZone,
}

/// Parts of a query: more than anybody types, and less than what the index can take.
const MOST: usize = 50;
/// Words of a part, likewise.
const LONGEST: usize = 200;

/// Every filter.
const FILTERS: [FilterKind; 6] = [
    FilterKind {
        name: "speaker",
        negatable: true,
        apply: |filter, value, not, _| {
            let speakers = Speakers::parse(value)?;
            let list = if not {
                &mut filter.not_speakers
            } else {
                &mut filter.speakers
            };
            list.push(speakers);
            Ok(())
        },
    },
    FilterKind {
        name: "kind",
        negatable: true,
        apply: |filter, value, not, _| {
            let list = if not {
                &mut filter.not_subjects
            } else {
                &mut filter.subjects
            };
            for name in value.split(',') {
                list.push(Subject::from_str(name.trim())?);
            }
            Ok(())
        },
    },
    FilterKind {
        name: "uid",
        negatable: false,
        apply: |filter, value, _, _| {
            filter.uid = Some(Uid::parse(value).map_err(|error| error.to_string())?);
            Ok(())
        },
    },
    FilterKind {
        name: "since",
        negatable: false,
        apply: |filter, value, _, at| {
            filter.since = Some(at.time(value)?);
            Ok(())
        },
    },
    FilterKind {
        name: "until",
        negatable: false,
        apply: |filter, value, _, at| {
            filter.until = Some(at.time(value)?);
            Ok(())
        },
    },
    FilterKind {
        name: "starred",
        negatable: true,
        apply: |filter, value, not, _| {
            let starred = match value.to_ascii_lowercase().as_str() {
                "" | "yes" | "true" | "1" => true,
                "no" | "false" | "0" => false,
                _ => return Err("must be yes or no, or nothing".to_owned()),
            };
            filter.starred = Some(starred != not);
            Ok(())
        },
    },
];

impl Moment<'_> {
    fn time(&self, text: &str) -> Result<Timestamp, String> {
        moment::parse(text, self.now, self.zone)
    }
}

impl Speakers {
    fn parse(text: &str) -> Result<Self, String> {
        let patterns = text.split(',').map(|name| {
            let prefix = name.trim_end().ends_with('*');
            Pattern::new(name, prefix)
                .ok_or("must be a name or a number, e.g. maya or 1".to_owned())
        });
        patterns.collect::<Result<_, _>>().map(Self)
    }
}

impl Query {
    /// Reads a query. Times such as `2h` are counted from `now`, dates are those of `zone`.
    ///
    /// # Errors
    /// [`QueryError`] for the first thing that is wrong.
    pub fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, QueryError> {
        let mut query = Self::default();
        let moment = Moment { now, zone };
        let mut rest = Reader { text, at: 0 };
        let mut parts = 0;
        while let Some(part) = rest.part()? {
            parts += 1;
            if parts > MOST {
                return Err(part.wrong(format!("a query has at most {MOST} parts; leave some out")));
            }
            query.add(&part, &moment)?;
        }
        Ok(query)
    }

    /// Reads a query that is still being typed: its last word may yet grow.
    ///
    /// # Errors
    /// [`QueryError`] for the first thing that is wrong.
    pub fn parse_typed(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, QueryError> {
        let growing = text.chars().next_back().is_some_and(char::is_alphanumeric);
        if growing {
            // A filter is left alone: `speaker:m*` would say something else.
            let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
            if !last.contains(':') && text.matches('"').count().is_multiple_of(2) {
                return Self::parse(&format!("{text}*"), now, zone);
            }
        }
        Self::parse(text, now, zone)
    }

    /// Whether it asks for nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, part: &Part<'_>, moment: &Moment<'_>) -> Result<(), QueryError> {
        if let Some((name, value)) = part.filter() {
            let wrong = |reason| part.wrong(reason);
            let kind = FILTERS.iter().find(|kind| kind.name == name);
            let Some(kind) = kind else {
                let known: Vec<_> = FILTERS.iter().map(|kind| kind.name).collect();
                return Err(wrong(format!(
                    "there is no filter {name}:, only {}:; put the words in quotes to find them",
                    known.join(":, ")
                )));
            };
            if part.not && !kind.negatable {
                return Err(wrong(format!("{name}: cannot be negated")));
            }
            return (kind.apply)(&mut self.filter, value, part.not, moment)
                .map_err(|reason| wrong(format!("{name}: {reason}")));
        }
        // Signs alone say nothing; they are read over.
        let Some(pattern) = Pattern::new(part.text, part.prefix) else {
            return Ok(());
        };
        if pattern.words().len() > LONGEST {
            return Err(part.wrong(format!("a phrase has at most {LONGEST} words")));
        }
        let list = if part.not {
            &mut self.unwanted
        } else {
            &mut self.wanted
        };
        list.push(pattern);
        Ok(())
    }
}

/// One part of a query: a word, a phrase or a filter.
struct Part<'a> {
    range: Range<usize>,
    /// Without its marks.
    text: &'a str,
    /// What stands before a colon outside of quotes.
    name: Option<&'a str>,
    not: bool,
    prefix: bool,
}

impl Part<'_> {
    /// The name and the value, if it is a filter. A clock time is none, nor is anything with a sign in its name.
    fn filter(&self) -> Option<(String, &str)> {
        let name = self.name?;
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        plain.then(|| (name.to_ascii_lowercase(), self.text))
    }

    fn wrong(&self, reason: String) -> QueryError {
        QueryError {
            range: self.range.clone(),
            reason,
        }
    }
}

/// Reads a query part by part.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn part(&mut self) -> Result<Option<Part<'a>>, QueryError> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let start = self.at;
        if start == self.text.len() {
            return Ok(None);
        }
        let not = self.skip("-");
        let name = self.name();
        let (text, prefix) = if self.skip("\"") {
            let phrase = self.until_quote(start)?;
            (phrase, self.skip("*"))
        } else {
            let word = self.until_space();
            // A star outside of a filter's value is a mark; in a value the filter sees it.
            match word.strip_suffix('*') {
                Some(word) if name.is_none() => (word, true),
                _ => (word, false),
            }
        };
        // A name that turns out to be none (12:30, http://) belongs to the words.
        let is_filter = name.is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphabetic()))
            && !text.starts_with("//");
        let end = self.at;
        let whole_from = start + usize::from(not);
        let (name, text) = if is_filter {
            (name, text)
        } else if name.is_some() {
            let whole = &self.text[whole_from..end];
            (None, whole.trim_end_matches('*'))
        } else {
            (None, text)
        };
        Ok(Some(Part {
            range: start..end,
            text,
            name,
            not,
            prefix: prefix || (!is_filter && self.text[..end].ends_with('*')),
        }))
    }

    fn skip(&mut self, mark: &str) -> bool {
        let there = self.text[self.at..].starts_with(mark);
        if there {
            self.at += mark.len();
        }
        there
    }

    /// Takes `name:`, if the next word has one.
    fn name(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c == ':' || c == '"' || c.is_whitespace())?;
        if !rest[end..].starts_with(':') || end == 0 {
            return None;
        }
        self.at += end + 1;
        Some(&rest[..end])
    }

    fn until_quote(&mut self, start: usize) -> Result<&'a str, QueryError> {
        let rest = &self.text[self.at..];
        let Some(end) = rest.find('"') else {
            return Err(QueryError {
                range: start..self.text.len(),
                reason: "the quote is not closed; add a \" at its end".to_owned(),
            });
        };
        self.at += end + 1;
        Ok(&rest[..end])
    }

    fn until_space(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }
}

impl Filter {
    /// Whether a kind of thing is looked at.
    #[must_use]
    pub fn takes(&self, subject: Subject) -> bool {
        (self.subjects.is_empty() || self.subjects.contains(&subject))
            && !self.not_subjects.contains(&subject)
            // Nobody says a memory or a summary.
            && (self.speakers.is_empty() || matches!(subject, Subject::Line | Subject::Note))
    }

    /// Whether a time is within.
    #[must_use]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }

    /// Whether a speaker, by the name on screen and Omi's number, is one of those who are meant.
    #[must_use]
    pub fn hears(&self, name: &str, number: Option<u32>) -> bool {
        if self.speakers.is_empty() && self.not_speakers.is_empty() {
            return true;
        }
        let name = words(name);
        let number = number.map(|number| number.to_string());
        let is_one = |speakers: &Speakers| {
            speakers
                .0
                .iter()
                .any(|pattern| pattern.names(&name, number.as_deref()))
        };
        self.speakers.iter().all(is_one) && !self.not_speakers.iter().any(is_one)
    }
}

#[cfg(test)]
mod tests;
