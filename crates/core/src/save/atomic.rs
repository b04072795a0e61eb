//! Atomic writes of files.

use std::{
    ffi::OsStr,
    fs::{self, File, Permissions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::attributes;

/// The name prefix of a temporary file. It has no extension of a format, so a directory source never reads it.
const PREFIX: &str = ".hotswap-";
const SUFFIX: &str = ".tmp";

/// Writes `content` to `path` atomically: a concurrent reader, a crash and a full disk leave the old content or the
/// new, never a part. On return it is on disk.
///
/// A symlink stays, and its target is replaced; the file keeps its owner, permissions and extended attributes.
/// Returns the names of those that the system refused.
pub fn write(path: &Path, content: &[u8]) -> io::Result<Vec<String>> {
    let path = target(path)?;
    let folder = folder_of(&path);
    let fresh = fresh(folder, content)?;
    let lost = match fs::metadata(&path) {
        Ok(metadata) => attributes::copy_attributes(&path, &metadata, fresh.as_file())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fresh.as_file().set_permissions(usual(folder)?)?;
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    put(fresh, &path)?;
    Ok(lost)
}

/// The same for a file that only its owner may read. A symlink is refused, because its creator would choose the
/// target.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|there| there.is_symlink()) {
        return Err(io::Error::other("a symlink stands in its place"));
    }
    put(fresh(folder_of(path), content)?, path)
}

/// Whether a file of this name was to take another's place.
pub(crate) fn is_fresh(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that only its owner can open.
fn fresh(folder: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut fresh = empty(folder)?;
    // Through the file and not through its guard, whose errors contain the random name and no error code of
    // the system.
    fresh.as_file_mut().write_all(content)?;
    Ok(fresh)
}

/// The same without content.
///
/// # Errors
/// Returns the error of the system, with its code: `tempfile_in` would add a random name to the text, so that no two
/// errors would be equal.
pub(crate) fn empty(folder: &Path) -> io::Result<NamedTempFile> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).make_in(folder, |path| options.open(path))
}

fn put(fresh: NamedTempFile, path: &Path) -> io::Result<()> {
    fresh.as_file().sync_all()?;
    fresh.persist(path).map_err(|failed| failed.error)?;
    sync_folder(folder_of(path))
}

/// The target of a chain of symlinks, even if it does not exist yet.
fn target(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symlinks, one after the other"))
}

/// The limit of Linux.
const MAX_LINKS: usize = 40;

/// The mode of a new file under the process's umask, which can only be determined by creating a file.
fn usual(folder: &Path) -> io::Result<Permissions> {
    let probe = tempfile::Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .make_in(folder, |path| File::options().write(true).create_new(true).open(path))?;
    Ok(probe.as_file().metadata()?.permissions())
}

/// A rename is durable once its directory is synced.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file that was written").permissions().mode() & 0o777
    }

    #[test]
    fn the_content_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.toml");
        write(&path, b"a = 1").unwrap();
        write(&path, b"a = 2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"a = 2");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_file_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.toml");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        write(&path, b"a = 1").unwrap();
        assert_eq!(mode(&path), 0o640);
    }

    #[test]
    fn a_new_file_is_as_any_other_that_the_process_makes() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("app.toml"), folder.path().join("other"));
        write(&path, b"a = 1").unwrap();
        fs::write(&other, "").unwrap();
        assert_eq!(mode(&path), mode(&other));
    }

    #[test]
    fn a_symlink_stays_and_leads_to_the_new_content() {
        let folder = tempfile::tempdir().unwrap();
        let (link, real) = (folder.path().join("link.toml"), folder.path().join("real.toml"));
        fs::write(&real, "a = 1").unwrap();
        symlink("real.toml", &link).unwrap();
        write(&link, b"a = 2").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"a = 2");
    }

    #[test]
    fn a_private_file_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        write_private(&path, b"1").unwrap();
        write_private(&path, b"2").unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o600, b"2".to_vec()));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_private_file_takes_the_place_of_no_symlink() {
        let folder = tempfile::tempdir().unwrap();
        let (link, real) = (folder.path().join("link"), folder.path().join("real"));
        fs::write(&real, "1").unwrap();
        symlink("real", &link).unwrap();
        assert!(write_private(&link, b"2").is_err());
        assert_eq!(fs::read(&real).unwrap(), b"1");
    }

    #[test]
    fn an_error_has_the_code_of_the_system_and_no_random_name() {
        let error = write_private(Path::new("/no/such/folder/state"), b"1").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
        assert!(!error.to_string().contains(PREFIX), "{error}");
    }

    #[test]
    fn a_failure_leaves_the_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(write(&path, b"a = 1").is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }
}
