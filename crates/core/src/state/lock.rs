//! The lock that admits one process at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use crate::source::{advice::with_advice_on_write, read::regular, read_error::Shown, stamp::Stamp};

/// Held until it is dropped, or the process ends in any way.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Whether the file at `path` is the locked one. If not, another process may lock the file at `path` and write at
    /// the same time.
    ///
    /// An inode number is not reused while its file is open, so equal numbers prove that it is the same file.
    ///
    /// # Errors
    /// The file cannot be examined.
    pub(super) fn is_at(&self, path: &Path) -> io::Result<bool> {
        let there = match fs::symlink_metadata(path) {
            Ok(there) => Stamp::from_metadata(&there),
            Err(error) if is_missing(&error) => return Ok(false),
            Err(error) => return Err(error),
        };
        Ok(Stamp::from_metadata(&self.0.metadata()?).same_file(&there))
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

impl Drop for Lock {
    /// Closing the file is not enough: a process that is being spawned also has it open for a moment.
    fn drop(&mut self) {
        // If unlocking fails, the process ends soon or has no lock.
        let _ = self.0.unlock();
    }
}

/// The reason for which the lock was not acquired.
#[derive(Debug)]
pub(super) enum NoLock {
    /// Another process holds it.
    Taken,
    /// The file cannot be opened or locked.
    Refused(String),
}

pub(super) fn lock(path: &Path) -> Result<Lock, NoLock> {
    let file = open(path).map_err(NoLock::Refused)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(NoLock::Taken),
        Err(TryLockError::Error(error)) => Err(NoLock::Refused(error.to_string())),
    }
}

/// Opens a regular file, or creates it. A link is not followed: the file would be created wherever it leads.
fn open(path: &Path) -> Result<File, String> {
    // Checked before opening, because opening a device may have side effects.
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => {
            return Err("a symlink stands in the place of its lock file".to_owned());
        }
        Ok(there) => regular(there.file_type()).map_err(|error| format!("{}: {error}", Shown(path)))?,
        Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Without O_NONBLOCK the open of a pipe waits for its reader.
        options.mode(0o600).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_NOCTTY);
    }
    let file = options.open(path).map_err(|error| with_advice_on_write(&error))?;
    let kind = file.metadata().map_err(|error| error.to_string())?.file_type();
    regular(kind).map_err(|error| format!("{}: {error}", Shown(path)))?;
    Ok(file)
}
