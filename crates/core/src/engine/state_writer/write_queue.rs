//! Tracks which commits are durable. Shared by committers, callers that wait for durability, and the writer thread.
//!
//! The order that this depends on: a commit updates the state in force and *then* takes a number; the writer reads
//! the last number and *then* the state in force. So the state of a number is on disk once that number is complete.
//! `models/` checks this.

use std::{collections::BTreeSet, time::Duration};

use crate::sync::{Instant, Monitor};

/// Upper bound on how long a setter waits for a hung disk.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);

/// The minimum pause between writes of the history, and its factor relative to the duration of the last
/// write.
const PAUSE: Duration = Duration::from_millis(100);
const SHARE: u32 = 10;

/// The pause after a failed write.
const RETRY: Duration = Duration::from_secs(2);

pub(crate) struct WriteQueue(Monitor<Progress>);

/// The next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// The overrides, up to the commit with this number.
    Overrides(u64),
    All(u64),
    End,
}

/// The reason for which the state is not on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) help: Option<&'static str>,
    /// Equal for all failures with the same cause, whose messages may name different files.
    pub(crate) cause: String,
}

impl Problem {
    /// A problem without advice.
    fn new(message: &str) -> Self {
        Self { message: message.to_owned(), help: None, cause: message.to_owned() }
    }
}

/// A change of the failure state that must be reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureChange {
    /// A write failed for a cause that was not reported yet.
    Failing,
    /// Everything is on disk again, after failures that were reported.
    Recovered,
}

/// The progress of the writes.
pub(super) struct Progress {
    /// The number of the last commit.
    pub(super) noted: u64,
    /// The commit up to which a write of the overrides was completed or failed.
    pub(super) overrides: u64,
    /// The commit up to which a write of everything was completed or failed.
    pub(super) all: u64,
    /// The commit up to which a caller waits for everything.
    pub(super) urgent: u64,
    /// The pause before the next write of the history, unless it is urgent: its start and length.
    pub(super) rest: Option<(Instant, Duration)>,
    /// The version on disk.
    pub(super) saved: Option<u64>,
    pub(super) problem: Option<Problem>,
    /// The causes that were reported since everything was last on disk. A write that is retried and fails for varying
    /// reasons reports each reason once.
    pub(super) reported: BTreeSet<String>,
    /// Whether a failed write must be retried.
    pub(super) retry: bool,
    pub(super) closed: bool,
    pub(super) ended: bool,
}

impl WriteQueue {
    /// The first version is to be written, unless `barred` gives a reason for which nothing is ever written.
    pub(crate) fn new(barred: Option<&str>) -> Self {
        Self(Monitor::new(Progress::new(barred)))
    }

    /// Marks the state as changed, after the change became visible. Returns the number to wait for.
    pub(crate) fn mark_dirty(&self) -> u64 {
        let mut progress = self.0.lock();
        progress.noted += 1;
        let noted = progress.noted;
        drop(progress);
        self.0.notify_all();
        noted
    }

    /// Returns whether the write was completed or at least tried.
    pub(crate) fn wait_for_overrides(&self, noted: u64) -> bool {
        self.wait(|progress| progress.overrides >= noted)
    }

    /// The same for everything, which is then written immediately.
    pub(crate) fn wait_for_all(&self, noted: u64) -> bool {
        let mut progress = self.0.lock();
        progress.urgent = progress.urgent.max(noted);
        drop(progress);
        self.0.notify_all();
        self.wait(|progress| progress.all >= noted)
    }

    pub(crate) fn last_dirty(&self) -> u64 {
        self.0.lock().noted
    }

    fn wait(&self, done: impl Fn(&Progress) -> bool) -> bool {
        let begun = Instant::now();
        let mut progress = self.0.lock();
        while !done(&progress) && !progress.ended {
            let left = WAIT_TIMEOUT.saturating_sub(begun.elapsed());
            if left.is_zero() {
                progress.problem.get_or_insert_with(|| Problem::new("the disk gave no answer in time"));
                return false;
            }
            progress = self.0.wait(progress, Some(left));
        }
        done(&progress)
    }

    /// Sleeps until there is something to write.
    pub(crate) fn next(&self) -> Job {
        let mut progress = self.0.lock();
        loop {
            let left = progress.left();
            if let Some(job) = progress.job(left.is_zero()) {
                return job;
            }
            let waits = progress.retry || progress.all < progress.noted;
            progress = self.0.wait(progress, waits.then_some(left));
        }
    }

    /// Records the result of a job. Returns a change that must be reported.
    pub(crate) fn complete(
        &self,
        job: Job,
        begun: Instant,
        result: Result<u64, Problem>,
    ) -> Option<FailureChange> {
        let news = self.0.lock().finish_job(job, begun.elapsed(), result);
        self.0.notify_all();
        news
    }

    pub(crate) fn close(&self) {
        self.0.lock().closed = true;
        self.0.notify_all();
    }

    /// Ends all writes.
    pub(crate) fn end(&self) {
        self.0.lock().ended = true;
        self.0.notify_all();
    }

    /// The version on disk, and the reason if there is a later one.
    pub(crate) fn outcome(&self) -> (Option<u64>, Option<Problem>) {
        let progress = self.0.lock();
        (progress.saved, progress.problem.clone())
    }
}

impl Progress {
    pub(super) fn new(barred: Option<&str>) -> Self {
        Self {
            noted: 1,
            overrides: 0,
            all: 0,
            urgent: 0,
            rest: None,
            saved: None,
            problem: barred.map(Problem::new),
            reported: BTreeSet::new(),
            retry: false,
            closed: false,
            ended: barred.is_some(),
        }
    }

    /// The remaining pause before a write of the history.
    pub(super) fn left(&self) -> Duration {
        self.rest.map_or(Duration::ZERO, |(since, rest)| rest.saturating_sub(since.elapsed()))
    }

    pub(super) fn job(&self, rested: bool) -> Option<Job> {
        // Overrides first, so that callers that wait for their value do not wait for the history too.
        if self.overrides < self.noted {
            return Some(Job::Overrides(self.noted));
        }
        let wanted = self.all < self.noted && (rested || self.closed || self.urgent > self.all);
        match (wanted, self.closed, self.retry && rested) {
            (true, _, _) | (false, false, true) => Some(Job::All(self.noted)),
            (false, true, _) => Some(Job::End),
            (false, false, false) => None,
        }
    }

    pub(super) fn finish_job(
        &mut self,
        job: Job,
        took: Duration,
        result: Result<u64, Problem>,
    ) -> Option<FailureChange> {
        let whole = match job {
            Job::Overrides(noted) => {
                self.overrides = noted;
                false
            }
            Job::All(noted) => {
                (self.overrides, self.all) = (self.overrides.max(noted), noted);
                self.rest = Some((Instant::now(), PAUSE.max(took.saturating_mul(SHARE))));
                true
            }
            Job::End => return None,
        };
        match result {
            Ok(version) => {
                self.saved = Some(version);
                whole.then(|| self.recover()).flatten()
            }
            Err(problem) => self.fail(problem),
        }
    }

    fn recover(&mut self) -> Option<FailureChange> {
        (self.problem, self.retry) = (None, false);
        let reported = std::mem::take(&mut self.reported);
        (!reported.is_empty()).then_some(FailureChange::Recovered)
    }

    fn fail(&mut self, problem: Problem) -> Option<FailureChange> {
        (self.retry, self.rest) = (true, Some((Instant::now(), RETRY)));
        let is_new = self.reported.insert(problem.cause.clone());
        self.problem = Some(problem);
        is_new.then_some(FailureChange::Failing)
    }
}
