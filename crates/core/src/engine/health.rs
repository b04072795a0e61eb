//! Runs the health check while a version is on probation, on a thread of its own, and rolls back a version that
//! fails.

use std::{
    fmt, io,
    sync::{Arc, Weak, mpsc::channel},
    thread,
    time::{Duration, Instant},
};

use super::{
    Core, Request,
    probation::{Probation, Verdict},
};
use crate::{
    error::Error,
    health::Health,
    issue::{Issue, IssueKind},
    keys::Keys,
    panics::{catch_panic, drop_quietly},
    snapshot::{Cause, Published},
    sync::Monitor,
    worker::WorkerThread,
};

type Check = dyn Fn(&Published) -> Health + Send + Sync;

/// The program's health check, and the state of the probation.
pub(crate) struct HealthWatch {
    check: Box<Check>,
    state: Monitor<State>,
    thread: WorkerThread,
}

struct State {
    probation: Probation,
    closed: bool,
}

impl HealthWatch {
    pub(crate) fn new(check: Box<Check>, span: Duration) -> Arc<Self> {
        let probation = Probation::new(span, Instant::now());
        let state = Monitor::new(State { probation, closed: false });
        Arc::new(Self { check, state, thread: WorkerThread::default() })
    }

    /// Like the engine's thread, it holds the core only during a check.
    pub(crate) fn start(self: &Arc<Self>, core: &Arc<Core>) -> io::Result<()> {
        let (end, ended) = channel::<()>();
        let (watch, core) = (Arc::clone(self), Arc::downgrade(core));
        let run = move || {
            watch.run(&core);
            drop_quietly((watch, core));
            drop(end);
        };
        let thread = thread::Builder::new().name("hotswap-health".into()).spawn(run)?;
        self.thread.adopt(thread, ended);
        Ok(())
    }

    /// A version was published with this cause.
    pub(super) fn published(&self, version: u64, cause: &Cause) {
        let mut state = self.state.lock();
        match cause {
            Cause::Health(_) => state.probation.taken_back(version),
            _ => state.probation.published(version, Instant::now()),
        }
        self.state.notify_all();
    }

    /// The remaining probation of the current version.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.state.lock().probation.left(Instant::now())
    }

    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.state.notify_all();
    }

    pub(super) fn join(&self, bound: Duration) {
        self.thread.join(bound);
    }

    fn run(&self, core: &Weak<Core>) {
        while self.wait() {
            let Some(core) = core.upgrade() else { return };
            self.look(&core);
            drop_quietly(core);
        }
    }

    /// Sleeps until the next check; `false` if there will be no more checks.
    fn wait(&self) -> bool {
        let mut state = self.state.lock();
        while !state.closed {
            let due = state.probation.due().map(|due| due.saturating_duration_since(Instant::now()));
            if due == Some(Duration::ZERO) {
                return true;
            }
            state = self.state.wait(state, due);
        }
        false
    }

    fn look(&self, core: &Core) {
        let current = core.current.load_full();
        let began = Instant::now();
        let found = catch_panic(|| (self.check)(&current));
        let well = found.is_some_and(|health| health != Health::Failing);
        let verdict = self.state.lock().probation.looked(current.version, began, Instant::now(), well);
        let age = began.saturating_duration_since(current.at);
        drop_quietly(current);
        if let Verdict::TakeBack { failed, good } = verdict {
            let outcome = catch_panic(|| core.take_back(failed, good)).unwrap_or_else(|| Err(panicked()));
            core.tell_taken_back(failed, good, &What { age, panicked: found.is_none() }, outcome);
        }
    }
}

/// The failure of a version.
struct What {
    age: Duration,
    panicked: bool,
}

impl Core {
    /// Rolls back to the last good version, unless the failed version was already replaced by another one.
    fn take_back(&self, failed: u64, good: u64) -> Result<Option<u64>, Error> {
        self.attempt(&Cause::Health(good), None, || self.try_take_back(failed, good))
    }

    fn try_take_back(&self, failed: u64, good: u64) -> Result<Option<u64>, Error> {
        self.secret_manager.resolve(self.secret_manager.accepted(), |secrets| {
            let state = self.writer.enter()?;
            self.open()?;
            if self.current.version() != failed {
                return Ok(None);
            }
            let request = Request::new(Cause::Health(good));
            self.go_back(state, good, &request, secrets).map(Some)
        })
    }

    fn tell_taken_back(&self, failed: u64, good: u64, what: &What, outcome: Result<Option<u64>, Error>) {
        let how = if what.panicked { "its health check panicked" } else { "its health check failed" };
        let age = what.age.as_secs_f64();
        let failure = format!("version {failed} was {age:.1} s old when {how}");
        let issue = |text: String| Issue::new(IssueKind::Health, Keys::root(), text);
        let (first, more) = match outcome {
            Ok(Some(version)) => {
                let text =
                    format!("{failure}: it is taken back, version {version} is what version {good} was");
                let help =
                    "what its sources say is refused until they say something else, or a reload by hand";
                (issue(text).with_help(help), None)
            }
            Ok(None) => {
                log::warn!(target: "hotswap", "hotswap: {failure}, and has been replaced already");
                return;
            }
            Err(_) if self.is_closed() => return,
            Err(error) => (issue(format!("{failure}, and it cannot be taken back")), Some(error)),
        };
        let issues = [first].into_iter().chain(more.iter().flat_map(Error::issues).cloned());
        self.announce(&Error::new(issues.collect()));
    }
}

fn panicked() -> Error {
    let message = "code of the program panicked while it was taken back";
    Issue::new(IssueKind::Health, Keys::root(), message).into()
}

impl fmt::Debug for HealthWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HealthWatch")
    }
}
