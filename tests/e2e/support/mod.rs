//! Shared helpers: a folder with files, and waiting for conditions.

mod app;
mod child;
mod fork;

pub(crate) use app::{App, AppHandle, Login};
pub(crate) use child::{
    assert_passed, child, is_child, this_test, under, with_mounts, with_variables, without_privileges,
};

pub(crate) use fork::in_a_fork;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Long enough for the slowest machine; no test waits for it unless it fails.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

/// A temporary folder with configuration files.
pub(crate) struct Folder {
    path: PathBuf,
    /// Removes the folder when it is dropped.
    _made: Option<tempfile::TempDir>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { path: folder.path().to_owned(), _made: Some(folder) }
    }

    /// A folder that other code creates and removes.
    pub(crate) fn in_place(path: PathBuf) -> Self {
        Self { path, _made: None }
    }

    /// A folder with one file.
    pub(crate) fn with(name: &str, text: &str) -> Self {
        let folder = Self::new();
        folder.write(name, text);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.path
    }

    /// Writes in place.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Writes a temporary file and renames it over the original.
    pub(crate) fn replace(&self, name: &str, text: &str) {
        let temporary = self.path(&format!("{name}.tmp"));
        fs::write(&temporary, text).expect("written");
        fs::rename(temporary, self.path(name)).expect("renamed");
    }
}

/// Waits until `condition` holds; fails the test with `what` otherwise.
#[track_caller]
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + BOUND;
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
