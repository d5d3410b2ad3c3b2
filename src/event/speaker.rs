//! Who speaks, as far as it is known.

use std::collections::HashMap;

use super::{Segment, Uid};

/// A speaker.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The wearer.
    You,
    /// Someone with a name, from Omi or from the user.
    Named(String),
    /// Someone who is only numbered; the number is of this session.
    Numbered(u32),
    /// Nobody could tell.
    Unknown,
}

/// What a name of the user's hangs on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voice {
    /// A person whom Omi recognises: the same in every conversation.
    Person(String),
    /// A number; Omi counts anew in each session, so it may be someone else another day.
    Number(u32),
}

/// The names that the user gave to speakers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(HashMap<(Uid, Voice), String>);

impl Names {
    /// Takes over a name.
    pub fn insert(&mut self, uid: Uid, voice: Voice, name: String) {
        self.0.insert((uid, voice), name);
    }

    /// Every name.
    pub fn iter(&self) -> impl Iterator<Item = (&Uid, &Voice, &str)> {
        self.0
            .iter()
            .map(|((uid, voice), name)| (uid, voice, name.as_str()))
    }

    /// Who says a segment of a wearer. A name that the user gave to a person is stronger than Omi's, and Omi's is stronger than
    /// one given to a number.
    #[must_use]
    pub fn speaker(&self, uid: &Uid, segment: &Segment) -> Speaker {
        if segment.is_user {
            return Speaker::You;
        }
        let given = |voice| self.0.get(&(uid.clone(), voice)).cloned();
        let person = segment.person_id.clone().map(Voice::Person);
        let number = segment.speaker_id.map(Voice::Number);
        // Most users name nobody; then nothing is looked up.
        let (by_person, by_number) = if self.0.is_empty() {
            (None, None)
        } else {
            (person.and_then(given), number.and_then(given))
        };
        by_person
            .or_else(|| segment.speaker_name.clone())
            .or(by_number)
            .map(Speaker::Named)
            .or(segment.speaker_id.map(Speaker::Numbered))
            .unwrap_or(Speaker::Unknown)
    }
}

impl Speaker {
    /// The name on screen; may hold anything that a name from outside may hold.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::You => "You".to_owned(),
            Self::Named(name) => name.clone(),
            Self::Numbered(number) => format!("Speaker {number}"),
            Self::Unknown => "Speaker ?".to_owned(),
        }
    }

    /// A number that is the same whenever this speaker is met, to choose a colour by.
    #[must_use]
    pub fn colour(&self) -> usize {
        match self {
            Self::You | Self::Unknown => 0,
            Self::Numbered(number) => *number as usize,
            Self::Named(name) => name
                .bytes()
                .fold(7, |sum, byte| (sum * 31 + usize::from(byte)) % 0xffff),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_name_counts() {
        let uid = Uid::parse("u").unwrap();
        let mut names = Names::default();
        names.insert(
            uid.clone(),
            Voice::Person("p1".to_owned()),
            "Ada".to_owned(),
        );
        names.insert(uid.clone(), Voice::Number(1), "Bob".to_owned());
        let said = |person: Option<&str>, name: Option<&str>, number, is_user| {
            let segment = Segment {
                person_id: person.map(str::to_owned),
                speaker_name: name.map(str::to_owned),
                speaker_id: number,
                is_user,
                ..Segment::default()
            };
            names.speaker(&uid, &segment).name()
        };
        assert_eq!(said(Some("p1"), Some("Omi's"), Some(1), true), "You");
        assert_eq!(said(Some("p1"), Some("Omi's"), Some(1), false), "Ada");
        assert_eq!(said(Some("p2"), Some("Omi's"), Some(1), false), "Omi's");
        assert_eq!(said(Some("p2"), None, Some(1), false), "Bob");
        assert_eq!(said(None, None, Some(2), false), "Speaker 2");
        assert_eq!(said(None, None, None, false), "Speaker ?");
        let other = Uid::parse("other").unwrap();
        let segment = Segment {
            speaker_id: Some(1),
            ..Segment::default()
        };
        assert_eq!(names.speaker(&other, &segment).name(), "Speaker 1");
    }
}
