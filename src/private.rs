//! Folders and files that only their user can read: what the wearer says, and the key, are nobody else's business.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

use tempfile::{NamedTempFile, TempDir};

/// Makes a folder and those above it, if they are not there, with mode 0700.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file to read and write; makes it with mode 0600 if it is not there.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a file to write behind its end; makes it with mode 0600 if it is not there. Waits for nobody, whatever is in its place: neither
/// for who reads a pipe nor for a line to be picked up.
pub(crate) fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        let waits_not = rustix::fs::OFlags::NONBLOCK.bits();
        options.mode(0o600).custom_flags(waits_not.cast_signed());
    }
    options.open(path)
}

/// Makes a file, which must not be there yet, with mode 0600, to write to.
pub(crate) fn make_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file that takes the place of another, or of none, in one step: whoever looks there, even after a power cut, finds the one
/// or the other, and whole. What `write` begins and cannot end leaves no trace. A link is replaced, not what it leads to.
pub(crate) fn replace<T, E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<T, E> {
    let (draft, written) = draft(path, write)?;
    draft.persist(path).map_err(|refused| refused.error)?;
    sync_folder_of(path);
    Ok(written)
}

/// Writes a file that is there, whole, from one moment to the next, unless there is one of that name already; then false, and that one
/// stays.
pub(crate) fn make_whole_file(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<bool> {
    let (draft, ()) = draft(path, write)?;
    match draft.persist_noclobber(path) {
        Ok(_) => {}
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        // Some file systems can neither do that nor have hard links.
        Err(refused) => {
            let replaced = refused.file.persist(path);
            replaced.map_err(|refused| refused.error)?;
        }
    }
    sync_folder_of(path);
    Ok(true)
}

/// Makes a folder beside a path, to be filled and then moved there; with mode 0700. It goes with what is returned.
pub(crate) fn draft_folder(path: &Path) -> io::Result<TempDir> {
    beside(path, |builder, folder| {
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        builder.tempdir_in(folder)
    })
}

/// A file beside a path, written and on the disk.
fn draft<T, E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<(NamedTempFile, T), E> {
    let mut draft = beside(path, |builder, folder| builder.make_in(folder, make_file))?;
    let written = write(draft.as_file_mut())?;
    draft.as_file().sync_all()?;
    Ok((draft, written))
}

/// Makes something whose name says of what it is a part.
fn beside<T>(
    path: &Path,
    make: impl FnOnce(&mut tempfile::Builder<'_, '_>, &Path) -> io::Result<T>,
) -> io::Result<T> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    let mut builder = tempfile::Builder::new();
    make(builder.prefix(&name).suffix(".partial"), folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes the name of a file last. Not every system lets a folder be synced.
fn sync_folder_of(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string();
        let mut names: Vec<_> = entries.map(|entry| name(entry).unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.md");
        for text in ["one", "two"] {
            let length = replace(&path, |file| {
                file.write_all(text.as_bytes())?;
                assert_ne!(fs::read_to_string(&path).unwrap_or_default(), text);
                Ok::<_, io::Error>(text.len())
            });
            assert_eq!(length.unwrap(), 3);
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let failed = replace(&path, |file| {
            file.write_all(b"thr")?;
            let names = names(folder.path());
            assert!(names[1].starts_with("words.md.") && names[1].ends_with(".partial"));
            Err::<(), _>(io::Error::other("no more paper"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no more paper");
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(folder.path()), ["words.md"]);
    }

    #[test]
    fn a_whole_file_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(make_whole_file(&path, |file| file.write_all(b"ours")).unwrap());
        assert!(!make_whole_file(&path, |file| file.write_all(b"theirs")).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "ours");
        assert_eq!(names(folder.path()), ["key"]);
    }

    #[test]
    fn an_error_is_told_as_the_system_tells_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/key");
        let error = make_whole_file(&path, |_| Ok(())).unwrap_err();
        assert_eq!(
            error.to_string(),
            File::open(&path).unwrap_err().to_string()
        );
    }

    #[cfg(unix)]
    #[test]
    fn others_can_read_nothing_of_it_and_a_link_leads_nowhere_else() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777;
        let (theirs, path) = (folder.path().join("theirs"), folder.path().join("ours"));
        fs::write(&theirs, "theirs").unwrap();
        std::os::unix::fs::symlink(&theirs, &path).unwrap();
        replace(&path, |file| file.write_all(b"ours")).unwrap();
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(draft_folder(&path).unwrap().path()), 0o700);
        assert_eq!(names(folder.path()), ["ours", "theirs"]);
    }
}
