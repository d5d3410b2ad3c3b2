//! The requests of `tests/fixtures/wire`, for every test that wants real ones. Its `README.md` tells what the keys mean.

use std::{collections::BTreeMap, fs, path::Path};

use bytes::Bytes;
use serde::Deserialize;

/// One request and what must come of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    pub(crate) n: String,
    pub(crate) name: String,
    #[serde(default = "post")]
    pub(crate) method: String,
    #[serde(default = "webhook")]
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) query: String,
    #[serde(default = "json")]
    content_type: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    body_hex: Option<String>,
    zeros: Option<usize>,
    noise: Option<usize>,
    #[serde(default = "secret")]
    pub(crate) secret: String,
    #[serde(default)]
    pub(crate) server_only: bool,
    pub(crate) repeat_of: Option<String>,
    pub(crate) expect: Expect,
}

/// What must come of a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    #[serde(default = "ok")]
    pub(crate) status: u16,
    pub(crate) reply: Option<String>,
    #[serde(default)]
    pub(crate) error: String,
    #[serde(default = "unknown")]
    pub(crate) kind: String,
    pub(crate) uid: Option<String>,
    #[serde(default)]
    pub(crate) warnings: Vec<String>,
    pub(crate) event: Option<String>,
}

#[derive(Deserialize)]
struct File {
    example: Vec<Example>,
}

/// Every example, in the order of files and lines.
pub(crate) fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| -> Vec<Example> {
        let text = fs::read_to_string(path).unwrap();
        let file: File =
            toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        file.example
    };
    files.iter().flat_map(read).collect()
}

impl Example {
    /// The header of that name, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.headers().into_iter();
        headers.find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Every header, the content type among them.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let mut headers: Vec<_> = self.headers.clone().into_iter().collect();
        if !self.content_type.is_empty() {
            headers.push(("Content-Type".to_owned(), self.content_type.clone()));
        }
        headers
    }

    /// The bytes of the body.
    pub(crate) fn body(&self) -> Bytes {
        if let Some(digits) = &self.body_hex {
            return hex::decode(digits).unwrap().into();
        }
        match (self.zeros, self.noise) {
            (Some(length), _) => vec![0; length].into(),
            (_, Some(length)) => noise(length).into(),
            _ => self.body.clone().into(),
        }
    }
}

/// The same pseudo-random bytes each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn post() -> String {
    "POST".to_owned()
}

fn webhook() -> String {
    "/webhook".to_owned()
}

fn json() -> String {
    "application/json".to_owned()
}

fn secret() -> String {
    "S".to_owned()
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn ok() -> u16 {
    200
}

#[test]
fn every_example_has_a_number_of_its_own_and_repeats_one_that_is_there() {
    let examples = examples();
    let numbers: std::collections::HashSet<_> = examples.iter().map(|e| &e.n).collect();
    assert_eq!(numbers.len(), examples.len());
    for example in &examples {
        assert_eq!(example.method, "POST");
        assert!(example.path.starts_with("/webhook") && !example.secret.is_empty());
        assert!(
            example
                .expect
                .reply
                .as_ref()
                .is_none_or(|reply| reply.starts_with('{'))
        );
        assert!(
            example
                .repeat_of
                .as_ref()
                .is_none_or(|first| numbers.contains(first))
        );
    }
}
