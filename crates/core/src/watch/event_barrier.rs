//! A file that only the watcher opens: once its event arrives, all earlier events have arrived.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::watch::backend::Backend;

/// A watched file of the calling thread in /proc.
///
/// Events come in the order in which things happened. A file on disk would not do: other programs, and other
/// handles of this one, may open it at the same moment, and writing one of our own is not for us to do.
pub(crate) struct EventBarrier {
    path: PathBuf,
    /// Which of the names it has.
    turn: usize,
    /// Kept open because the kernel forgets unused files of /proc, and their watches with them.
    _held: File,
}

/// Files that always exist, that every user may read, and that no tool reads thread by thread.
const NAMES: [&str; 4] = ["limits", "oom_score", "oom_score_adj", "cgroup"];

impl EventBarrier {
    /// `None` where there is no /proc, or nothing in it may be watched.
    ///
    /// Every turn has another name: the event of a barrier that was given up may still come, and is not the one
    /// of the next.
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

    /// Makes the event. Says whether there will be one.
    pub(crate) fn touch(&self) -> bool {
        Self::free_path(self.turn).as_ref() == Some(&self.path) && File::open(&self.path).is_ok()
    }
}
