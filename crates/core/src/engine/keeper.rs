//! Writes down what a restart is to survive, on a thread of its own.
//!
//! A commit leaves a number and goes on; the thread takes what is in force by then, so that of many versions in a
//! short time only the last is written. Who set a value waits until that is on the disk, without any lock.

mod ledger;
// Beside it, for the models include that file and have no clock.
#[cfg(test)]
mod ledger_tests;

use std::{
    io,
    path::Path,
    sync::{Arc, Weak, mpsc::channel},
    thread,
    time::{Duration, Instant},
};

use self::ledger::{Job, Ledger, News, Problem};
use super::Core;
use crate::{
    error::Error,
    history::{
        Version,
        content::{Content, Held},
    },
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    panics::{contain, let_go},
    pins::Pins,
    snapshot::Cause,
    source::read_error::Shown,
    state::{Claim, StateDir, Unsaved, Veil, Writer, Written},
    status::StateStatus,
    suppressions::Holds,
    worker::WorkerThread,
};

/// A state directory, and who writes there.
pub(crate) struct Keeper {
    dir: StateDir,
    /// What was wrong with what was found at the start.
    found: Vec<String>,
    ledger: Ledger,
    thread: WorkerThread,
}

/// What is in force.
struct Kept {
    version: u64,
    veil: Veil,
    pins: Pins,
    holds: Holds,
    content: Content,
    versions: Vec<Version>,
}

impl Keeper {
    pub(crate) fn new(dir: StateDir, found: &[Issue]) -> Arc<Self> {
        let found = found.iter().map(ToString::to_string).collect();
        let ledger = Ledger::new(dir.barred());
        Arc::new(Self { dir, found, ledger, thread: WorkerThread::default() })
    }

    /// The thread holds no core but for each look, as the engine's does.
    pub(crate) fn start(self: &Arc<Self>, core: &Arc<Core>) -> io::Result<()> {
        if self.dir.barred().is_some() {
            return Ok(());
        }
        let (end, ended) = channel::<()>();
        let (keeper, core) = (Arc::clone(self), Arc::downgrade(core));
        let run = move || {
            keeper.run(&core);
            keeper.ledger.end();
            keeper.dir.release();
            let_go((keeper, core));
            drop(end);
        };
        let thread = thread::Builder::new().name("hotswap-keeper".into()).spawn(run)?;
        self.thread.adopt(thread, ended);
        Ok(())
    }

    /// Something else is in force, and the board shows it.
    pub(super) fn note(&self) -> u64 {
        self.ledger.note()
    }

    /// Who changes something may rely on it once told, also after a crash.
    pub(super) fn await_for(&self, cause: &Cause, noted: u64) {
        match cause {
            // What is overruled stands with the history.
            Cause::Rollback(_) => drop(self.ledger.await_all(noted)),
            cause if cause.is_of_a_caller() => drop(self.ledger.await_overrides(noted)),
            _ => {}
        }
    }

    /// Waits until everything that was committed before is on the disk.
    ///
    /// # Errors
    /// Why it is not.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        let written = self.ledger.await_all(self.ledger.noted());
        // A directory that is not there any more is found even if there was nothing left to write.
        self.dir.still_ours().map_err(|unsaved| self.issue(unsaved.message, unsaved.help))?;
        match self.ledger.outcome() {
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
        self.ledger.close();
    }

    pub(super) fn join(&self, bound: Duration) {
        self.thread.join(bound);
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.shown()
    }

    /// Whether a write to `path` would destroy what is kept.
    pub(super) fn claims(&self, path: &Path) -> bool {
        Claim::of(self.dir.absolute()).has_file(path)
    }

    pub(crate) fn status(&self) -> StateStatus {
        let (saved, problem) = self.ledger.outcome();
        let problem = problem.map(|problem| problem.message);
        StateStatus { path: self.dir.shown().to_owned(), saved, problem, found: self.found.clone() }
    }

    fn run(&self, core: &Weak<Core>) {
        let mut written = Written::default();
        loop {
            let job = self.ledger.next();
            let Some(core) = core.upgrade().filter(|_| job != Job::End) else { return };
            let begun = Instant::now();
            let result = contain(|| self.write(&core, job, &mut written));
            let result = result.unwrap_or_else(|| Err(Unsaved::panicked()));
            let failure = result.as_ref().err().cloned();
            let problem = |Unsaved { message, help, cause }| Problem { message, help, cause };
            match self.ledger.done(job, begun, result.map_err(problem)) {
                Some(News::Failing) => failure.into_iter().for_each(|unsaved| self.warn(&core, unsaved)),
                Some(News::Recovered) => {
                    log::info!(target: "hotswap", "hotswap: everything is saved in {} again", Shown(self.dir.shown()));
                }
                None => {}
            }
            let_go(core);
        }
    }

    fn write(&self, core: &Core, job: Job, written: &mut Written) -> Result<u64, Unsaved> {
        let kept = core.kept();
        let writer = Writer { veil: &kept.veil, shape: core.model.shape };
        self.dir.write_overrides(&writer.overrides(kept.version, &kept.pins), written)?;
        if let Job::All(_) = job {
            self.dir.write_history(&writer.history(&kept.content, &kept.holds, &kept.versions), written)?;
        }
        Ok(kept.version)
    }

    fn warn(&self, core: &Core, unsaved: Unsaved) {
        let advice = unsaved.help.map(|help| format!("{help}; ")).unwrap_or_default();
        let help = format!("{advice}the configuration goes on, but a restart would lose what was set since");
        let issue = self.issue(unsaved.message, Some(&help));
        core.tell(Error::warnings(vec![issue]));
    }
}

impl Core {
    fn kept(&self) -> Kept {
        let board = self.board();
        let state = self.in_force();
        let current = self.current.load_full();
        let (versions, content) = board.history.kept();
        let content = content.unwrap_or_else(|| Content {
            layers: state.basis.layers.clone(),
            variables: Arc::default(),
            pins: state.basis.pins.clone(),
            held: Held::new(),
            value: None,
        });
        let (pins, holds) = (state.basis.pins.clone(), state.basis.holds.clone());
        let veil = Veil::of(&current, &board.secrets, self.stores.schemes());
        drop(board);
        Kept { version: current.version, veil, pins, holds, content, versions }
    }
}
