//! Errors of the system about files: it says what went wrong, but not with which file.

use std::{io, path::Path};

/// Makes an error say which file it is about, for those who cannot know.
pub(crate) fn about(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
