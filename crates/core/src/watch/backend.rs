//! Isolates notify: a failure or panic in it does not affect the program.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use notify::{ErrorKind, RecursiveMode};

pub(crate) type Notifier = Box<dyn notify::Watcher + Send>;
pub(crate) type Open = Box<dyn FnMut() -> notify::Result<Notifier> + Send>;

/// The system's watcher, if it is available.
pub(crate) struct Backend {
    open: Open,
    live: Option<Notifier>,
    /// The error if no watcher could be created.
    fault: Option<String>,
}

impl Backend {
    pub(crate) fn new(open: Open) -> Self {
        Self { open, live: None, fault: None }
    }

    /// Tries to create a watcher, because a limit that was reached before may no longer apply.
    pub(crate) fn ensure(&mut self) -> bool {
        if self.live.is_none() {
            match catch_unwind(AssertUnwindSafe(&mut self.open)) {
                Ok(Ok(live)) => (self.live, self.fault) = (Some(live), None),
                Ok(Err(error)) => self.fault = Some(reason(&error)),
                Err(_) => self.fault = Some("the system's watcher cannot be started".to_owned()),
            }
        }
        self.is_live()
    }

    pub(crate) fn is_live(&self) -> bool {
        self.live.is_some()
    }

    pub(crate) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Watches a directory, but not its subdirectories.
    pub(crate) fn watch(&mut self, dir: &Path) -> Result<(), String> {
        match self.call(|live| live.watch(dir, RecursiveMode::NonRecursive)) {
            Some(outcome) => outcome.map_err(|error| reason(&error)),
            None => Err("the system's watcher has ended".to_owned()),
        }
    }

    pub(crate) fn unwatch(&mut self, dir: &Path) {
        // A missing watch is not an error, because notify drops watches by itself.
        self.call(|live| live.unwatch(dir).ok());
    }

    /// If notify's thread has died, calls into it panic, and so does dropping it.
    fn call<R>(&mut self, request: impl FnOnce(&mut Notifier) -> R) -> Option<R> {
        let live = self.live.as_mut()?;
        let outcome = catch_unwind(AssertUnwindSafe(|| request(live)));
        if outcome.is_err() {
            self.fault = Some("the system's watcher has ended".to_owned());
            std::mem::forget(self.live.take());
        }
        outcome.ok()
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let live = self.live.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(live)));
    }
}

/// For common errors, the message includes a remedy.
fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "no watch is left, raise `fs.inotify.max_user_watches`".to_owned(),
        ErrorKind::Io(error) if is_too_many(error) => {
            "too many files or watchers are open, raise `fs.inotify.max_user_instances` or the limit of open files"
                .to_owned()
        }
        ErrorKind::Io(error) => error.to_string(),
        ErrorKind::PathNotFound => "the directory is gone".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(unix)]
fn is_too_many(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

#[cfg(not(unix))]
fn is_too_many(_: &std::io::Error) -> bool {
    false
}
