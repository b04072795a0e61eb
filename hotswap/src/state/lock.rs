//! One process at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

/// Held until it is dropped, or the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    /// To close the file is not enough: a process that is just being started has it open too, for a moment.
    fn drop(&mut self) {
        // Who cannot give it back ends soon, or has no lock to lose.
        let _ = self.0.unlock();
    }
}

/// Why there is no lock.
#[derive(Debug)]
pub(super) enum NoLock {
    /// Somebody else has it.
    Taken,
    Refused(io::Error),
}

pub(super) fn lock(path: &Path) -> Result<Lock, NoLock> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(NoLock::Refused)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(NoLock::Taken),
        Err(TryLockError::Error(error)) => Err(NoLock::Refused(error)),
    }
}
