//! A file that only the watcher opens: once its event arrives, all earlier events have arrived.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::watch::backend::Backend;

/// A watched file of the calling thread in /proc.
///
/// Events arrive in the order in which they happened. A file on disk is not suitable: other programs, and
/// other handles of this one, may open it at the same time, and the library must not create files of its
/// own.
pub(crate) struct EventBarrier {
    path: PathBuf,
    /// The index of its name.
    turn: usize,
    /// Kept open because the kernel drops unused files of /proc together with their watches.
    _held: File,
}

/// Files that always exist, that every user may read, and that no tool reads thread by thread.
const NAMES: [&str; 4] = ["limits", "oom_score", "oom_score_adj", "cgroup"];

impl EventBarrier {
    /// `None` if there is no /proc, or if it cannot be watched.
    ///
    /// Every turn has another name, because the event of an abandoned barrier may still arrive, and must not be
    /// taken for that of the next one.
    pub(crate) fn set(backend: &mut Backend, turn: usize) -> Option<Self> {
        let path = Self::free_path(turn)?;
        let held = File::open(&path).ok()?;
        backend.watch(&path).ok()?;
        Some(Self { path, turn, _held: held })
    }

    fn free_path(turn: usize) -> Option<PathBuf> {
        let thread = fs::read_link("/proc/thread-self").ok()?;
        Some(Path::new("/proc").join(thread).join(NAMES[turn % NAMES.len()]))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Causes the event. Returns whether there will be one.
    pub(crate) fn touch(&self) -> bool {
        Self::free_path(self.turn).as_ref() == Some(&self.path) && File::open(&self.path).is_ok()
    }
}
