//! Tracks which commits are durable. Shared by committers, callers that wait for durability, and the writer thread.
//!
//! The order that this depends on: a commit shows what is in force and *then* notes it, the writer takes the number
//! of the last note and *then* looks at what is in force. So what a number stands for is on the disk once that number
//! is done. `models/` checks it.

use std::{collections::BTreeSet, time::Duration};

use crate::sync::{Instant, Monitor};

/// Upper bound on how long a setter waits for a hung disk.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);

/// How soon the history is written again, at least; and how many times longer than it took.
const PAUSE: Duration = Duration::from_millis(100);
const SHARE: u32 = 10;

/// After a write that failed.
const RETRY: Duration = Duration::from_secs(2);

pub(crate) struct WriteQueue(Monitor<Progress>);

/// What is written next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Up to the commit with this number.
    Overrides(u64),
    All(u64),
    End,
}

/// Why something is not on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) help: Option<&'static str>,
    /// Equal for all failures that are one problem: their messages may name one file or another.
    pub(crate) cause: String,
}

impl Problem {
    /// One without advice.
    fn new(message: &str) -> Self {
        Self { message: message.to_owned(), help: None, cause: message.to_owned() }
    }
}

/// A change of the failure state that must be reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureChange {
    /// It failed for a cause that was not reported yet.
    Failing,
    /// Everything is on the disk again, after failures that were reported.
    Recovered,
}

/// How far things are.
pub(super) struct Progress {
    /// The number of the last commit.
    pub(super) noted: u64,
    /// Up to which commit overrides were written, or could not be.
    pub(super) overrides: u64,
    /// Up to which commit everything was written, or could not be.
    pub(super) all: u64,
    /// Up to which commit somebody waits for everything.
    pub(super) urgent: u64,
    /// Until when the history is not written, unless it is urgent: so long after that.
    pub(super) rest: Option<(Instant, Duration)>,
    /// The version that the disk has.
    pub(super) saved: Option<u64>,
    pub(super) problem: Option<Problem>,
    /// The causes that were reported since everything was on the disk: a write that is tried again and again, and fails
    /// for one reason and then for another, reports each of them once.
    pub(super) reported: BTreeSet<String>,
    /// Whether a write failed that is to be tried again.
    pub(super) retry: bool,
    pub(super) closed: bool,
    pub(super) ended: bool,
}

impl WriteQueue {
    /// With the first version to be written, unless nothing ever is, and why.
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

    /// Says whether it was written, or at least tried.
    pub(crate) fn wait_for_overrides(&self, noted: u64) -> bool {
        self.wait(|progress| progress.overrides >= noted)
    }

    /// The same for everything, which is then written at once.
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

    /// Nothing is written any more.
    pub(crate) fn end(&self) {
        self.0.lock().ended = true;
        self.0.notify_all();
    }

    /// The version that the disk has, and why it has no later one.
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

    /// How long the history is left alone.
    pub(super) fn left(&self) -> Duration {
        self.rest.map_or(Duration::ZERO, |(since, rest)| rest.saturating_sub(since.elapsed()))
    }

    pub(super) fn job(&self, rested: bool) -> Option<Job> {
        // Those who only wait for their value do not wait for the history too.
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
