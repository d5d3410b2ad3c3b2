//! Finding what was said: the language of a query, and how it is held against a text. Pure; the store looks things up.
//!
//! A text and a query are cut into the same folded [`words`], so the index, the highlighting and the search through what is not yet
//! indexed all agree.

mod hit;
mod pattern;
mod query;
mod snippet;
mod words;

pub use hit::{Found, Hit, Neighbour, Order, Subject};
pub use pattern::Pattern;
pub use query::{Filter, Query, QueryError, Speakers};
pub use snippet::{Snippet, snippet};
pub use words::{Word, words};
