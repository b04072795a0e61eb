//! The directory against which relative paths are resolved.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// The working directory at the time of the load. Later the program may change its working directory, and a path that
/// is read again must still lead to the same file.
#[derive(Clone, Debug, Default)]
pub struct WorkingDirectory(Arc<OnceLock<PathBuf>>);

impl WorkingDirectory {
    /// Sets the directory. The first call counts.
    pub fn set(&self, directory: &Path) {
        // A provider that two configurations share keeps the directory of the first one.
        let _ = self.0.set(directory.to_owned());
    }

    /// The absolute path. Without a directory, the current one counts.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        match self.0.get() {
            Some(directory) => directory.join(path),
            None => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
        }
    }
}
