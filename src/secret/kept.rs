use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
};

use super::Secret;
use crate::private;

const FILE: &str = "secret";

/// Why the kept key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The file cannot be read or made.
    #[error("cannot keep the webhook key in {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The file holds nothing.
    #[error("{} is empty; delete it to have a new webhook key made", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The system has no randomness to give.
    #[error("cannot make a webhook key: {0}")]
    Random(#[from] getrandom::Error),
}

/// The key kept in a data folder (file `secret`, mode 0600). Makes one, and the folder, at the first call; however many processes
/// call at once, all get the same.
///
/// # Errors
/// [`KeepError`].
pub fn kept_in(folder: &Path) -> Result<Secret, KeepError> {
    let path = folder.join(FILE);
    let io = |source| KeepError::Io {
        path: path.clone(),
        source,
    };
    match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = Secret::generate()?;
            private::make_folder(folder).map_err(io)?;
            if publish(&path, &secret).map_err(io)? {
                return Ok(secret);
            }
            // Another process was faster.
            take(&path, &read(&path).map_err(io)?)
        }
        other => take(&path, &other.map_err(io)?),
    }
}

/// The key kept in a data folder, if there is one.
///
/// # Errors
/// [`KeepError`].
pub fn found_in(folder: &Path) -> Result<Option<Secret>, KeepError> {
    let path = folder.join(FILE);
    match read(&path) {
        Ok(text) => take(&path, &text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeepError::Io { path, source }),
    }
}

/// The same for who may change nothing: a file that others can read stays as it is. With where it is.
///
/// # Errors
/// [`KeepError`].
pub fn seen_in(folder: &Path) -> Result<Option<(Secret, PathBuf)>, KeepError> {
    let path = folder.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some((take(&path, &text)?, path))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeepError::Io { path, source }),
    }
}

fn take(path: &Path, text: &str) -> Result<Secret, KeepError> {
    match text.trim() {
        "" => Err(KeepError::Empty {
            path: path.to_owned(),
        }),
        key => Ok(Secret::new(key.to_owned())),
    }
}

fn read(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    close_to_others(path, &file)?;
    io::read_to_string(file)
}

/// Writes the key to a file of its own and gives it its name only then: no reader ever sees half of it.
/// False if there is a key already.
fn publish(path: &Path, secret: &Secret) -> io::Result<bool> {
    let draft = path.with_extension(format!("{}.new", process::id()));
    let written = write_draft(&draft, secret).and_then(|()| match fs::hard_link(&draft, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // Some file systems have no hard links.
        Err(_) => fs::rename(&draft, path).map(|()| true),
    });
    let _ = fs::remove_file(&draft);
    written
}

fn write_draft(path: &Path, secret: &Secret) -> io::Result<()> {
    let mut file = private::make_file(path)?;
    writeln!(file, "{}", secret.reveal())?;
    file.sync_all()
}

/// Takes away what others may do with the file, and says so: the key may have been read.
#[cfg(unix)]
fn close_to_others(path: &Path, file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(0o600);
        file.set_permissions(permissions)?;
        tracing::warn!(
            "others could read {}; its mode is 0600 now, delete it to have a new key made",
            path.display()
        );
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same shape as on Unix; the user's folders are closed to others here"
)]
fn close_to_others(_path: &Path, _file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_call_makes_a_key_and_later_ones_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("data/omiscope");
        assert!(found_in(&folder).unwrap().is_none());
        let first = kept_in(&folder).unwrap();
        assert_eq!(first.reveal().len(), 64);
        assert!(found_in(&folder).unwrap().unwrap().matches(first.reveal()));
        assert!(kept_in(&folder).unwrap().matches(first.reveal()));
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn a_key_that_another_process_made_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, "theirs\n").unwrap();
        assert!(!publish(&path, &Secret::new("ours".into())).unwrap());
        assert!(kept_in(folder.path()).unwrap().matches("theirs"));
    }

    #[test]
    fn an_empty_file_is_refused_with_its_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, " \n").unwrap();
        assert_eq!(
            kept_in(folder.path()).unwrap_err().to_string(),
            format!(
                "{} is empty; delete it to have a new webhook key made",
                path.display()
            )
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file_even_if_others_could_before() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        kept_in(folder.path()).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(seen_in(folder.path()).unwrap().is_some());
        assert_eq!(mode(), 0o644, "looking changes nothing");
        kept_in(folder.path()).unwrap();
        assert_eq!(mode(), 0o600);
    }
}
