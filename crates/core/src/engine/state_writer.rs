//! Writes the state directory, on a thread of its own.
//!
//! A commit takes a number and returns. The thread writes the state that is current at the time of the write, so of
//! many versions in a short time only the last one is written. A call that sets a value waits until it is durable,
//! without a lock.

mod write_queue;
// Here and not in that file, because the models include it and have no clock.
#[cfg(test)]
mod write_queue_tests;

use std::{
    io,
    path::Path,
    sync::{Arc, Weak, mpsc::channel},
    thread,
    time::{Duration, Instant},
};

use self::write_queue::{FailureChange, Job, Problem, WriteQueue};
use super::Core;
use crate::{
    error::Error,
    history::{
        Version,
        content::{DeferredValues, VersionContent},
    },
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    overrides::Overrides,
    panics::{catch_panic, drop_quietly},
    snapshot::Cause,
    source::read_error::Shown,
    state::{Claim, SecretFilter, StateDir, Unsaved, Writer, Written},
    status::StateStatus,
    suppressions::Suppressions,
    worker::WorkerThread,
};

/// A state directory, and the thread that writes to it.
pub(crate) struct StateWriter {
    dir: StateDir,
    /// The problems with the files found at the start.
    found: Vec<String>,
    write_queue: WriteQueue,
    thread: WorkerThread,
}

/// The state to write.
struct StateContents {
    version: u64,
    secret_filter: SecretFilter,
    overrides: Overrides,
    suppressions: Suppressions,
    content: VersionContent,
    versions: Vec<Version>,
}

impl StateWriter {
    pub(crate) fn new(dir: StateDir, found: &[Issue]) -> Arc<Self> {
        let found = found.iter().map(ToString::to_string).collect();
        let write_queue = WriteQueue::new(dir.read_only_reason());
        Arc::new(Self { dir, found, write_queue, thread: WorkerThread::default() })
    }

    /// Like the engine's thread, it holds the core only while it works.
    pub(crate) fn start(self: &Arc<Self>, core: &Arc<Core>) -> io::Result<()> {
        if self.dir.read_only_reason().is_some() {
            return Ok(());
        }
        let (end, ended) = channel::<()>();
        let (state_writer, core) = (Arc::clone(self), Arc::downgrade(core));
        let run = move || {
            state_writer.run(&core);
            state_writer.write_queue.end();
            state_writer.dir.release();
            drop_quietly((state_writer, core));
            drop(end);
        };
        let thread = thread::Builder::new().name("hotswap-state".into()).spawn(run)?;
        self.thread.adopt(thread, ended);
        Ok(())
    }

    /// Marks the state as changed, after the shared status was updated. Returns the number to wait for.
    pub(super) fn mark_dirty(&self) -> u64 {
        self.write_queue.mark_dirty()
    }

    /// Blocks until the change of a caller is durable, so that it survives a crash once the call returns.
    pub(super) fn wait_durable(&self, cause: &Cause, noted: u64) {
        match cause {
            // Suppressions are stored with the history.
            Cause::Rollback(_) => drop(self.write_queue.wait_for_all(noted)),
            cause if cause.is_of_a_caller() => drop(self.write_queue.wait_for_overrides(noted)),
            _ => {}
        }
    }

    /// Waits until all earlier commits are on disk.
    ///
    /// # Errors
    /// The reason for which they are not.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        let written = self.write_queue.wait_for_all(self.write_queue.last_dirty());
        // Detects a replaced directory even if there was nothing to write.
        self.dir.still_ours().map_err(|unsaved| self.issue(unsaved.message, unsaved.help))?;
        match self.write_queue.outcome() {
            (_, Some(problem)) => Err(self.issue(problem.message, problem.help).into()),
            (_, None) if !written => {
                Err(self.issue("the configuration is shut down".to_owned(), None).into())
            }
            _ => Ok(()),
        }
    }

    fn issue(&self, message: String, help: Option<&str>) -> Issue {
        let issue = Issue::new(IssueKind::State, Keys::root(), message);
        issue.at(Origin::file(self.dir.shown())).with_any_help(help)
    }

    pub(super) fn close(&self) {
        self.write_queue.close();
    }

    pub(super) fn join(&self, bound: Duration) {
        self.thread.join(bound);
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.shown()
    }

    /// Whether a write to `path` would destroy saved state.
    pub(super) fn claims(&self, path: &Path) -> bool {
        Claim::new(self.dir.absolute()).has_file(path)
    }

    pub(crate) fn status(&self) -> StateStatus {
        let (saved, problem) = self.write_queue.outcome();
        let problem = problem.map(|problem| problem.message);
        StateStatus { path: self.dir.shown().to_owned(), saved, problem, found: self.found.clone() }
    }

    fn run(&self, core: &Weak<Core>) {
        let mut written = Written::default();
        loop {
            let job = self.write_queue.next();
            let Some(core) = core.upgrade().filter(|_| job != Job::End) else { return };
            let begun = Instant::now();
            let result = catch_panic(|| self.write(&core, job, &mut written));
            let result = result.unwrap_or_else(|| Err(Unsaved::panicked()));
            let failure = result.as_ref().err().cloned();
            let problem = |Unsaved { message, help, cause }| Problem { message, help, cause };
            match self.write_queue.complete(job, begun, result.map_err(problem)) {
                Some(FailureChange::Failing) => {
                    failure.into_iter().for_each(|unsaved| self.warn(&core, unsaved))
                }
                Some(FailureChange::Recovered) => {
                    log::info!(target: "hotswap", "hotswap: everything is saved in {} again", Shown(self.dir.shown()));
                }
                None => {}
            }
            drop_quietly(core);
        }
    }

    fn write(&self, core: &Core, job: Job, written: &mut Written) -> Result<u64, Unsaved> {
        let kept = core.state_to_save();
        let writer = Writer { secret_filter: &kept.secret_filter, shape: core.config_type.shape };
        self.dir.write_overrides(&writer.overrides(kept.version, &kept.overrides), written)?;
        if let Job::All(_) = job {
            self.dir
                .write_history(&writer.history(&kept.content, &kept.suppressions, &kept.versions), written)?;
        }
        Ok(kept.version)
    }

    fn warn(&self, core: &Core, unsaved: Unsaved) {
        let advice = unsaved.help.map(|help| format!("{help}; ")).unwrap_or_default();
        let help = format!("{advice}the configuration goes on, but a restart would lose what was set since");
        let issue = self.issue(unsaved.message, Some(&help));
        core.report_warning(Error::warnings(vec![issue]));
    }
}

impl Core {
    fn state_to_save(&self) -> StateContents {
        let shared_status = self.shared_status();
        let state = self.in_force();
        let current = self.current.load_full();
        let (versions, content) = shared_status.history.entries();
        let content = content.unwrap_or_else(|| VersionContent {
            layers: state.basis.layers.clone(),
            variables: Arc::default(),
            overrides: state.basis.overrides.clone(),
            deferred: DeferredValues::new(),
            value: None,
        });
        let (overrides, suppressions) = (state.basis.overrides.clone(), state.basis.suppressions.clone());
        let secret_filter =
            SecretFilter::for_version(&current, &shared_status.secrets, self.secret_manager.providers());
        drop(shared_status);
        StateContents { version: current.version, secret_filter, overrides, suppressions, content, versions }
    }
}
