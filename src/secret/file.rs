//! The key that is made once and kept.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read as _, Write as _},
    path::Path,
};

use super::Secret;

/// The file in the data folder.
const FILE: &str = "secret";

/// The key kept in a folder; made at the first call. The file is for its owner only (mode 0600 where there are modes).
///
/// # Errors
/// When it can be neither read nor made, or the file is empty.
pub fn kept_in(folder: &Path) -> io::Result<Secret> {
    let path = folder.join(FILE);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(mut file) => {
            let secret = Secret::generate().map_err(io::Error::other)?;
            writeln!(file, "{}", secret.reveal())?;
            file.sync_all()?;
            Ok(secret)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(&path),
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> io::Result<Secret> {
    let mut file = File::open(path)?;
    make_private(&file)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    match text.trim() {
        "" => Err(io::Error::new(
            ErrorKind::InvalidData,
            format!("{} is empty; delete it", path.display()),
        )),
        key => Ok(Secret::new(key.to_owned())),
    }
}

/// Takes away what others may do with the file.
#[cfg(unix)]
fn make_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 != 0 {
        tracing::warn!("the webhook key could be read by others; its file is private now");
        permissions.set_mode(0o600);
        file.set_permissions(permissions)?;
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as fallible as on other systems")]
fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let made = kept_in(folder.path()).unwrap();
        assert!(kept_in(folder.path()).unwrap().matches(made.reveal()));
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let mode = || path.metadata().unwrap().permissions().mode() & 0o777;
        kept_in(folder.path()).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        kept_in(folder.path()).unwrap();
        assert_eq!(mode(), 0o600);
    }
}
