//! Probation: a new version has to prove itself before it counts as good.
//!
//! Pure: its inputs are publishes, health check results and the time, and its output is the action. Every version
//! has a probation of its own, so that a program with frequent writes always has a recent good version. A failing
//! version is rolled back once, to the last good version, which is not on probation again: if that fails too, the
//! change was not the cause, and further rollbacks would alternate between versions.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The longest pause between two checks.
const LONGEST: Duration = Duration::from_secs(1);
const SHORTEST: Duration = Duration::from_millis(10);

/// The last good version, and the versions on probation.
#[derive(Debug)]
pub(crate) struct Probation {
    span: Duration,
    good: u64,
    /// Oldest first.
    trials: VecDeque<Trial>,
    /// The time of the next check.
    look: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Trial {
    version: u64,
    until: Instant,
}

/// The action after a check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Leave,
    /// The version failed: roll back to the good one.
    TakeBack { failed: u64, good: u64 },
}

impl Probation {
    /// The first version counts as good, because there is no earlier one.
    pub(crate) fn new(span: Duration, now: Instant) -> Self {
        Self { span, good: 1, trials: VecDeque::new(), look: now }
    }

    /// The pause between checks: short enough to be useful, and long enough to be cheap.
    fn pause(&self) -> Duration {
        (self.span / 10).clamp(SHORTEST, LONGEST)
    }

    /// A version was published.
    pub(crate) fn published(&mut self, version: u64, now: Instant) {
        // An unlimited span is treated as a century.
        let century = Duration::from_secs(100 * 365 * 24 * 3600);
        let until = now + self.span.min(century);
        if self.trials.is_empty() {
            self.look = until.min(now + self.pause());
        }
        // Versions that are published faster than the checks share a probation, which bounds their number.
        let before = self.trials.len().checked_sub(2).and_then(|place| self.trials.get(place));
        if before.is_some_and(|before| until.saturating_duration_since(before.until) < self.pause()) {
            self.trials.pop_back();
        }
        self.trials.push_back(Trial { version, until });
    }

    /// A version replaced a failed one. It counts as good.
    pub(crate) fn taken_back(&mut self, version: u64) {
        self.good = version;
        self.trials.clear();
    }

    /// The time of the next check; `None` if no version is on probation.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.trials.front().map(|_| self.look)
    }

    /// The remaining probation of the newest version.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        self.trials.back().map(|trial| trial.until.saturating_duration_since(now))
    }

    /// Records the result of a check of `version` that began at `began`.
    pub(crate) fn looked(&mut self, version: u64, began: Instant, now: Instant, well: bool) -> Verdict {
        let Some(newest) = self.trials.back().map(|trial| trial.version) else { return Verdict::Leave };
        if well {
            let over = |trial: &&Trial| trial.version <= version && trial.until <= began;
            while let Some(trial) = self.trials.front().filter(over) {
                self.good = trial.version;
                self.trials.pop_front();
            }
        } else if version >= newest {
            // Not tried again, whatever the result.
            self.trials.clear();
            return Verdict::TakeBack { failed: version, good: self.good };
        }
        // The last check is at the very end of the probation.
        let ends = self.trials.front().map(|trial| trial.until).filter(|until| *until > now);
        self.look = ends.into_iter().chain([now + self.pause()]).min().unwrap_or(now);
        Verdict::Leave
    }
}

#[cfg(test)]
#[path = "probation_tests.rs"]
mod tests;
