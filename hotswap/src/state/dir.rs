//! The directory: who may write there, what is read, what is set aside.

use std::{
    fs::{self, DirBuilder},
    io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    file::{self, Content},
    form::{HistoryForm, OverridesForm},
    lock::{Lock, NoLock, lock},
    past::{Saved, Today},
};
use crate::{
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    save::atomic,
    sync,
};

const OVERRIDES: &str = "overrides.json";
const HISTORY: &str = "history.json";
const LOCK: &str = "lock";

/// A directory that this process may write to, unless there is a reason why not.
#[derive(Debug)]
pub(crate) struct StateDir {
    path: PathBuf,
    lock: Mutex<Option<Lock>>,
    /// Why nothing is written.
    barred: Option<String>,
}

/// What was written last, so that the same is not written twice.
#[derive(Debug, Default)]
pub(crate) struct Written {
    overrides: Option<String>,
    history: Option<String>,
}

impl StateDir {
    /// Takes the directory, and makes it if it is not there.
    ///
    /// # Errors
    /// Somebody else has taken it. That nothing can be written is no error: the program has a configuration all the same.
    pub(crate) fn open(path: &Path) -> Result<Self, Box<Issue>> {
        let barred = |barred: io::Error| Self {
            path: path.to_owned(),
            lock: Mutex::default(),
            barred: Some(format!("nothing can be written: {barred}")),
        };
        if let Err(error) = make(path) {
            return Ok(barred(error));
        }
        match lock(&path.join(LOCK)) {
            Ok(lock) => {
                sweep(path);
                Ok(Self { path: path.to_owned(), lock: Mutex::new(Some(lock)), barred: None })
            }
            Err(NoLock::Refused(error)) => Ok(barred(error)),
            Err(NoLock::Taken) => {
                let message = "the state directory belongs to another configuration that is running";
                let help = "give each process a directory of its own, or end the other one first";
                Err(Box::new(
                    Issue::new(IssueKind::State, Keys::root(), message)
                        .at(Origin::file(path))
                        .with_help(help),
                ))
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn barred(&self) -> Option<&str> {
        self.barred.as_deref()
    }

    /// Lets others have it.
    pub(crate) fn release(&self) {
        sync::lock(&self.lock).take();
    }

    /// What was written before the restart, as far as it can be made out, and what is wrong with the rest.
    pub(crate) fn read(&mut self, today: &Today<'_>) -> (Saved, Vec<Issue>) {
        let mut issues = Vec::new();
        let overrides: Option<OverridesForm> = self.read_file(OVERRIDES, &mut issues);
        let history: Option<HistoryForm> = self.read_file(HISTORY, &mut issues);
        let saved = Saved::of(overrides, history, today, &mut issues);
        issues.extend(self.barred.iter().map(|why| self.issue(&self.path, why)));
        (saved, issues)
    }

    fn read_file<T: DeserializeOwned>(&mut self, name: &str, issues: &mut Vec<Issue>) -> Option<T> {
        let path = self.path.join(name);
        let why = match file::read(&path) {
            Ok(Content::Absent) => return None,
            Ok(Content::Sound(content)) => return Some(content),
            Ok(Content::Damaged(why)) => match self.set_aside(&path) {
                Ok(aside) => format!("the file is damaged, {why}; it is kept as {}", aside.display()),
                Err(error) => {
                    self.bar("nothing is written over a damaged file");
                    format!("the file is damaged, {why}; it cannot be set aside: {error}")
                }
            },
            Ok(Content::Newer(format)) => {
                self.bar("nothing is written over the files of a later version");
                format!("a later version of hotswap wrote the file, in format {format}: it is left alone")
            }
            Err(error) => {
                self.bar("nothing is written over a file that cannot be read");
                format!("the file cannot be read: {error}")
            }
        };
        issues.push(self.issue(&path, &why));
        None
    }

    fn bar(&mut self, why: &str) {
        self.barred.get_or_insert_with(|| why.to_owned());
    }

    fn issue(&self, path: &Path, message: &str) -> Issue {
        Issue::new(IssueKind::State, Keys::root(), message).at(Origin::file(path))
    }

    /// Only its owner moves files; others may be in the middle of it.
    fn set_aside(&self, path: &Path) -> io::Result<PathBuf> {
        if self.barred.is_some() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let name = |number: usize| path.with_extension(format!("damaged-{number}"));
        let free = (1..).map(name).find(|aside| fs::symlink_metadata(aside).is_err());
        let aside = free.ok_or(io::ErrorKind::AlreadyExists)?;
        fs::rename(path, &aside)?;
        Ok(aside)
    }

    /// # Errors
    /// What stops it from being on the disk; what was there is there still.
    pub(crate) fn write_overrides(&self, form: &OverridesForm, written: &mut Written) -> Result<(), String> {
        self.write(OVERRIDES, form, &mut written.overrides)
    }

    /// # Errors
    /// As [`write_overrides`](Self::write_overrides).
    pub(crate) fn write_history(&self, form: &HistoryForm, written: &mut Written) -> Result<(), String> {
        self.write(HISTORY, form, &mut written.history)
    }

    fn write(&self, name: &str, form: &impl Serialize, last: &mut Option<String>) -> Result<(), String> {
        if let Some(barred) = &self.barred {
            return Err(barred.clone());
        }
        let text = file::text(form)?;
        let head = text.lines().next().map(str::to_owned);
        // The first line has the digest of all others.
        if head == *last {
            return Ok(());
        }
        let failed = |error: io::Error| format!("{name} cannot be written: {error}");
        atomic::write_private(&self.path.join(name), text.as_bytes()).map_err(failed)?;
        *last = head;
        Ok(())
    }
}

/// For its owner only, as far as it is not there yet.
fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Takes away what a process left that was killed while it wrote. Who has the lock is the only one who writes.
fn sweep(path: &Path) {
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        if atomic::is_fresh(&entry.file_name()) {
            // Left there, it does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
#[path = "dir_tests.rs"]
mod tests;
