//! Writes down what a restart is to survive, on a thread of its own.
//!
//! A commit leaves a number and goes on; the thread takes what is in force by then, so that of many versions in a
//! short time only the last is written. Who set a value waits until that is on the disk, without any lock.

use std::{
    io,
    path::Path,
    sync::{Arc, Weak, mpsc::channel},
    thread,
    time::{Duration, Instant},
};

use super::{Core, Holds, thread::EngineThread};
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
    state::{StateDir, Veil, Writer, Written},
    status::StateStatus,
    sync::Monitor,
};

/// The longest that who sets a value waits for a disk that hangs.
const BOUND: Duration = Duration::from_secs(10);

/// How soon the history is written again, at least; and how much longer than it took.
const PAUSE: Duration = Duration::from_millis(100);
const SHARE: u32 = 10;

/// After a write that failed.
const RETRY: Duration = Duration::from_secs(2);

/// What is to be written, and what is.
pub(crate) struct Keeper {
    dir: StateDir,
    /// What was wrong with what was found at the start.
    found: Vec<String>,
    progress: Monitor<Progress>,
    thread: EngineThread,
}

struct Progress {
    /// The number of the last commit.
    noted: u64,
    /// Up to which commit overrides were written, or could not be.
    overrides: u64,
    /// Up to which commit everything was written, or could not be.
    all: u64,
    /// Up to which commit somebody waits for everything.
    urgent: u64,
    /// When the history is written next, unless it is urgent.
    due: Instant,
    /// The version that the disk has.
    version: Option<u64>,
    problem: Option<String>,
    /// Whether a write failed that is to be tried again.
    retry: bool,
    closed: bool,
    ended: bool,
}

/// What is written next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    Overrides(u64),
    All(u64),
    End,
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
        let problem = dir.barred().map(str::to_owned);
        // Then there is nothing to wait for.
        let ended = problem.is_some();
        let progress = Progress {
            noted: 1,
            overrides: 0,
            all: 0,
            urgent: 0,
            due: Instant::now(),
            version: None,
            problem,
            retry: false,
            closed: false,
            ended,
        };
        Arc::new(Self { dir, found, progress: Monitor::new(progress), thread: EngineThread::default() })
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
            keeper.end();
            let_go((keeper, core));
            drop(end);
        };
        let thread = thread::Builder::new().name("hotswap-keeper".into()).spawn(run)?;
        self.thread.adopt(thread, ended);
        Ok(())
    }

    /// Something else is in force. Gives the number to wait for.
    pub(super) fn note(&self) -> u64 {
        let mut progress = self.progress.lock();
        progress.noted += 1;
        let noted = progress.noted;
        drop(progress);
        self.progress.tell_all();
        noted
    }

    pub(super) fn await_overrides(&self, noted: u64) {
        self.wait(|progress| progress.overrides >= noted);
    }

    pub(super) fn await_all(&self, noted: u64) {
        let mut progress = self.progress.lock();
        progress.urgent = progress.urgent.max(noted);
        drop(progress);
        self.progress.tell_all();
        self.wait(|progress| progress.all >= noted);
    }

    fn wait(&self, done: impl Fn(&Progress) -> bool) {
        let begun = Instant::now();
        let mut progress = self.progress.lock();
        while !done(&progress) && !progress.ended {
            let left = BOUND.saturating_sub(begun.elapsed());
            if left.is_zero() {
                let late = "the disk gave no answer in time".to_owned();
                progress.problem.get_or_insert(late);
                return;
            }
            progress = self.progress.wait(progress, Some(left));
        }
    }

    /// Waits until everything that was committed before is on the disk.
    ///
    /// # Errors
    /// Why it is not.
    pub(crate) fn flush(&self) -> Result<(), String> {
        let noted = self.progress.lock().noted;
        self.await_all(noted);
        let progress = self.progress.lock();
        match &progress.problem {
            Some(problem) => Err(problem.clone()),
            None if progress.all < noted => Err("the configuration is shut down".to_owned()),
            None => Ok(()),
        }
    }

    pub(super) fn close(&self) {
        self.progress.lock().closed = true;
        self.progress.tell_all();
    }

    pub(super) fn join(&self, bound: Duration) {
        self.thread.join(bound);
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn status(&self) -> StateStatus {
        let progress = self.progress.lock();
        StateStatus {
            path: self.dir.path().to_owned(),
            saved: progress.version,
            problem: progress.problem.clone(),
            found: self.found.clone(),
        }
    }

    fn run(&self, core: &Weak<Core>) {
        let mut written = Written::default();
        loop {
            let job = self.next();
            let Some(core) = core.upgrade().filter(|_| job != Job::End) else { return };
            // Writing encodes what the program's types said, but runs none of its code; a panic would be ours.
            let begun = Instant::now();
            let result = contain(|| self.write(&core, job, &mut written))
                .unwrap_or_else(|| Err("writing it panicked".to_owned()));
            self.done(&core, job, begun, result);
            let_go(core);
        }
    }

    /// Sleeps until there is something to write.
    fn next(&self) -> Job {
        let mut progress = self.progress.lock();
        loop {
            let now = Instant::now();
            if let Some(job) = progress.job(now) {
                return job;
            }
            let waits = progress.retry || progress.all < progress.noted;
            let due = waits.then(|| progress.due.saturating_duration_since(now));
            progress = self.progress.wait(progress, due);
        }
    }

    fn write(&self, core: &Core, job: Job, written: &mut Written) -> Result<u64, String> {
        let kept = core.kept();
        let writer = Writer { veil: &kept.veil, shape: core.model.shape };
        self.dir.write_overrides(&writer.overrides(kept.version, &kept.pins), written)?;
        if let Job::All(_) = job {
            self.dir.write_history(&writer.history(&kept.content, &kept.holds, &kept.versions), written)?;
        }
        Ok(kept.version)
    }

    fn done(&self, core: &Core, job: Job, begun: Instant, result: Result<u64, String>) {
        let mut progress = self.progress.lock();
        let news = progress.take(job, begun, result);
        drop(progress);
        self.progress.tell_all();
        if let Some(problem) = news {
            let issue = Issue::new(IssueKind::State, Keys::root(), problem)
                .at(Origin::file(self.dir.path()))
                .with_help("the configuration goes on, but a restart would lose what was set since");
            core.tell(Error::warnings(vec![issue]));
        }
    }

    fn end(&self) {
        self.progress.lock().ended = true;
        self.progress.tell_all();
        self.dir.release();
    }
}

impl Progress {
    fn job(&self, now: Instant) -> Option<Job> {
        let due = now >= self.due;
        if self.all < self.noted && (due || self.closed || self.urgent > self.all) {
            // Those who only wait for their value are not to wait for a history that is about to be written too.
            let first = self.overrides < self.noted;
            return Some(if first { Job::Overrides(self.noted) } else { Job::All(self.noted) });
        }
        if self.overrides < self.noted {
            return Some(Job::Overrides(self.noted));
        }
        match (self.closed, self.retry && due) {
            (true, _) => Some(Job::End),
            (false, true) => Some(Job::All(self.noted)),
            (false, false) => None,
        }
    }

    /// Gives a problem that was not there before.
    fn take(&mut self, job: Job, begun: Instant, result: Result<u64, String>) -> Option<String> {
        match job {
            Job::Overrides(noted) => self.overrides = noted,
            Job::All(noted) => {
                (self.overrides, self.all) = (self.overrides.max(noted), noted);
                self.due = Instant::now() + PAUSE.max(begun.elapsed().saturating_mul(SHARE));
            }
            Job::End => {}
        }
        match result {
            Ok(version) => {
                self.version = Some(version);
                if let Job::All(_) = job {
                    (self.problem, self.retry) = (None, false);
                }
                None
            }
            Err(problem) => {
                (self.retry, self.due) = (true, Instant::now() + RETRY);
                let known = self.problem.replace(problem.clone());
                (known.as_ref() != Some(&problem)).then_some(problem)
            }
        }
    }
}

impl Core {
    fn kept(&self) -> Kept {
        let board = self.board();
        let current = self.current.load_full();
        let (versions, content) = board.history.kept();
        let content = content.unwrap_or_else(|| Content {
            layers: board.layers.clone(),
            variables: Arc::default(),
            pins: board.pins.clone(),
            held: Held::new(),
            value: None,
        });
        let (pins, holds) = (board.pins.clone(), board.holds.clone());
        let veil = Veil::of(&current, &board.secrets);
        drop(board);
        Kept { version: current.version, veil, pins, holds, content, versions }
    }
}

#[cfg(test)]
#[path = "keeper_tests.rs"]
mod tests;
