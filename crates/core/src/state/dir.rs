//! The state directory: checks of its permissions, reading its files, and renaming damaged files.

use std::{
    fs::{self, DirBuilder},
    io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    file::{self, StateFile, Unread},
    form::{HistoryForm, OverridesForm},
    lock::{Lock, NoLock, lock},
    names::{self, HISTORY, LOCK, OVERRIDES},
    owner::Ownership,
    saved::{CurrentSetup, Saved},
    unsaved::Unsaved,
};
use crate::{
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    save::atomic,
    source::{
        advice::with_advice_on_write,
        read_error::{ReadError, Shown},
    },
    sync,
};

/// A state directory, to which this process may write unless `barred` is set.
#[derive(Debug)]
pub(crate) struct StateDir {
    /// The path as the program gave it, for messages.
    shown: PathBuf,
    /// Resolved at the start, because the program may change its working directory.
    path: PathBuf,
    lock: Mutex<Option<Lock>>,
    /// The reason for which nothing is written.
    barred: Option<String>,
    /// The owner whose files are trusted; `None` to trust all files.
    owner: Option<Ownership>,
}

/// The last written content, so that the same content is not written twice.
#[derive(Debug, Default)]
pub(crate) struct Written {
    overrides: Option<String>,
    history: Option<String>,
}

impl StateDir {
    /// Opens the directory, and creates it if it does not exist. `trusted` skips the check of who could have written
    /// its files.
    ///
    /// # Errors
    /// Another process uses it, or another user could have written its files. It is not an error if nothing can be
    /// written, because the program still has a configuration.
    pub(crate) fn open(shown: &Path, trusted: bool) -> Result<Self, Error> {
        let path = std::path::absolute(shown).unwrap_or_else(|_| shown.to_owned());
        let (shown, lock) = (shown.to_owned(), Mutex::default());
        let mut dir = Self { shown, path, lock, barred: None, owner: None };
        if let Err(error) = make(&dir.path) {
            dir.set_read_only(&format!("nothing can be written: {}", with_advice_on_write(&error)));
            return Ok(dir);
        }
        if !trusted {
            dir.owner = Some(Ownership::read(&dir.path));
            // Before the lock, which any user who may write there could hold.
            dir.judge_all()?;
        }
        dir.take_lock()?;
        Ok(dir)
    }

    fn judge_all(&self) -> Result<(), Error> {
        let untrusted = names::ALL.iter().filter_map(|name| {
            let path = self.path.join(name);
            let there = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
            self.owner.as_ref()?.judge(&path, &there).err()
        });
        let untrusted: Vec<Issue> = untrusted.map(|issue| *issue).collect();
        if untrusted.is_empty() { Ok(()) } else { Err(Error::new(untrusted)) }
    }

    fn take_lock(&mut self) -> Result<(), Error> {
        match lock(&self.path.join(LOCK)) {
            Ok(lock) => {
                sweep(&self.path);
                self.lock = Mutex::new(Some(lock));
            }
            Err(NoLock::Refused(why)) => self.set_read_only(&format!("nothing can be written: {why}")),
            Err(NoLock::Taken) => {
                let message = "the state directory belongs to another configuration that is running";
                let help = "give each process a directory of its own, or end the other one first";
                return Err(self.issue(&self.shown, message).with_help(help).into());
            }
        }
        Ok(())
    }

    /// The path as the program gave it.
    pub(crate) fn shown(&self) -> &Path {
        &self.shown
    }

    /// The absolute path, whatever the current working directory is.
    pub(crate) fn absolute(&self) -> &Path {
        &self.path
    }

    pub(crate) fn read_only_reason(&self) -> Option<&str> {
        self.barred.as_deref()
    }

    /// Releases it for other processes.
    pub(crate) fn release(&self) {
        sync::lock(&self.lock).take();
    }

    /// The state from before the restart, as far as it can be read, and the problems with the rest.
    ///
    /// # Errors
    /// Another user could have written a file.
    pub(crate) fn read(&mut self, today: &CurrentSetup<'_>) -> Result<(Saved, Vec<Issue>), Error> {
        let mut issues = Vec::new();
        let overrides: Option<OverridesForm> = self.read_file(OVERRIDES, &mut issues)?;
        let history: Option<HistoryForm> = self.read_file(HISTORY, &mut issues)?;
        let saved = Saved::from_forms(overrides, history, today, &mut issues);
        issues.extend(self.barred.iter().map(|why| self.issue(&self.shown, why)));
        Ok((saved, issues))
    }

    /// A warning if files are trusted only because the file system forces an owner or mode on every file, or if
    /// another user may replace them.
    pub(crate) fn leniency(&self) -> Option<Issue> {
        let owner = self.owner.as_ref()?;
        let leniency = self.leniency_of_files(owner);
        leniency.or_else(|| owner.exposure_of(&self.path).map(|why| why.at(Origin::file(&self.shown))))
    }

    fn leniency_of_files(&self, owner: &Ownership) -> Option<Issue> {
        let there = names::ALL.iter().filter_map(|name| fs::metadata(self.path.join(name)).ok());
        there.filter(fs::Metadata::is_file).find(|file| owner.is_lenient(file))?;
        let message = "the file system decides who owns the state files or may write them, so their owner and mode prove \
                       nothing";
        let help =
            "let nobody else write to the volume, or say that this is intended with `trust_state_dir(true)`";
        Some(self.issue(&self.shown, message).with_help(help))
    }

    fn read_file<T: DeserializeOwned>(
        &mut self,
        name: &str,
        issues: &mut Vec<Issue>,
    ) -> Result<Option<T>, Error> {
        let path = self.path.join(name);
        let judged = |file: &fs::Metadata| self.owner.iter().try_for_each(|owner| owner.judge(&path, file));
        let (why, help) = match file::read(&path, judged) {
            Ok(StateFile::Absent) => return Ok(None),
            Ok(StateFile::Sound(content)) => return Ok(Some(content)),
            Ok(StateFile::Damaged(why)) => (self.damaged(&path, &why), None),
            Ok(StateFile::Newer(format)) => {
                self.set_read_only("nothing is written over the files of a later version");
                let why = format!(
                    "a later version of hotswap wrote the file, in format {format}: it is left alone"
                );
                (why, None)
            }
            Err(Unread::Untrusted(issue)) => return Err((*issue).into()),
            Err(Unread::Failed(error)) => {
                self.set_read_only("nothing is written over a file that cannot be read");
                (format!("the state file is left alone: {error}"), advice(&error))
            }
        };
        issues.push(self.issue(&self.shown.join(name), &why).with_any_help(help));
        Ok(None)
    }

    fn damaged(&mut self, path: &Path, why: &str) -> String {
        match self.set_aside(path) {
            Ok(aside) => format!("the file is damaged, {why}; it is kept as {}", Shown(&aside)),
            Err(error) => {
                self.set_read_only("nothing is written over a damaged file");
                format!("the file is damaged, {why}; it cannot be set aside: {error}")
            }
        }
    }

    fn set_read_only(&mut self, why: &str) {
        self.barred.get_or_insert_with(|| why.to_owned());
    }

    fn issue(&self, path: &Path, message: &str) -> Issue {
        Issue::new(IssueKind::State, Keys::root(), message).at(Origin::file(path))
    }

    /// Only the owner of the lock renames files, because another process may be writing them.
    fn set_aside(&self, path: &Path) -> io::Result<PathBuf> {
        if self.barred.is_some() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let name = |number: usize| path.with_extension(names::damaged(number));
        let free = (1..).map(name).find(|aside| fs::symlink_metadata(aside).is_err());
        let aside = free.ok_or(io::ErrorKind::AlreadyExists)?;
        fs::rename(path, &aside)?;
        Ok(aside)
    }

    /// # Errors
    /// The reason for which it is not on disk; the previous file is unchanged.
    pub(crate) fn write_overrides(&self, form: &OverridesForm, written: &mut Written) -> Result<(), Unsaved> {
        self.write(OVERRIDES, form, &mut written.overrides)
    }

    /// # Errors
    /// As [`write_overrides`](Self::write_overrides).
    pub(crate) fn write_history(&self, form: &HistoryForm, written: &mut Written) -> Result<(), Unsaved> {
        self.write(HISTORY, form, &mut written.history)
    }

    fn write(&self, name: &str, form: &impl Serialize, last: &mut Option<String>) -> Result<(), Unsaved> {
        if let Some(barred) = &self.barred {
            return Err(Unsaved::read_only(barred));
        }
        self.still_ours()?;
        let text = file::text(form).map_err(|why| Unsaved::unwritable(name, &why))?;
        if text.len() as u64 > file::MAX_SIZE {
            return Err(Unsaved::too_large(name, file::MAX_SIZE));
        }
        let head = text.lines().next().map(str::to_owned);
        // The first line contains the digest of all other lines.
        if head == *last {
            return Ok(());
        }
        let failed = |error: io::Error| Unsaved::system(name, &error);
        atomic::write_private(&self.path.join(name), text.as_bytes()).map_err(failed)?;
        // If the directory was replaced in the meantime, the file may be in either directory.
        self.still_ours()?;
        *last = head;
        Ok(())
    }

    /// Checks that this is still the directory that was opened at the start. To another directory, another process
    /// may write.
    ///
    /// # Errors
    /// It was moved, removed or replaced, or this cannot be determined.
    pub(crate) fn still_ours(&self) -> Result<(), Unsaved> {
        match &*sync::lock(&self.lock) {
            Some(lock) => match lock.is_at(&self.path.join(LOCK)) {
                Ok(true) => Ok(()),
                Ok(false) => Err(Unsaved::replaced()),
                Err(error) => Err(Unsaved::system(LOCK, &error)),
            },
            None => Ok(()),
        }
    }
}

/// Advice for a state file that cannot be read. The size limit of configuration files does not apply here.
fn advice(error: &ReadError) -> Option<&'static str> {
    match error {
        ReadError::NotRegular(_) | ReadError::TooLarge { .. } => {
            Some("hotswap did not write it: move it away, and start again")
        }
        other => other.help(),
    }
}

/// Creates the missing directories, accessible only to their owner.
fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Removes temporary files of a process that was killed during a write. Only the owner of the lock writes, so
/// no other process uses them.
fn sweep(path: &Path) {
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        if atomic::is_fresh(&entry.file_name()) {
            // A file that cannot be removed does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
#[path = "dir_tests.rs"]
mod tests;
