//! Probation: a new version has to prove itself before it counts as good.
//!
//! Pure: it is told what was published and how the program was found, with the time, and says what to do. Every
//! version has a probation of its own, so that a program that is written to all the time has a good version not far
//! back. Whoever is found ill is taken back once, to the last good version, which is not on probation again: what
//! fails there too is none of the change's doing, and to go on taking back would be to oscillate.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The longest pause between two looks.
const LONGEST: Duration = Duration::from_secs(1);
const SHORTEST: Duration = Duration::from_millis(10);

/// Which version is good, and which ones have yet to prove it.
#[derive(Debug)]
pub(crate) struct Probation {
    span: Duration,
    good: u64,
    /// Oldest first.
    trials: VecDeque<Trial>,
    /// When to look next.
    look: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Trial {
    version: u64,
    until: Instant,
}

/// What to do after a look.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Leave,
    /// The version harms: back to the good one.
    TakeBack { failed: u64, good: u64 },
}

impl Probation {
    /// The first version is good: there is nothing to go back to.
    pub(crate) fn new(span: Duration, now: Instant) -> Self {
        Self { span, good: 1, trials: VecDeque::new(), look: now }
    }

    /// How long to wait between looks: often enough to be of use, and not so often as to be a burden.
    fn pause(&self) -> Duration {
        (self.span / 10).clamp(SHORTEST, LONGEST)
    }

    /// A version came.
    pub(crate) fn published(&mut self, version: u64, now: Instant) {
        // A span without end is as good as one of a century.
        let century = Duration::from_secs(100 * 365 * 24 * 3600);
        let until = now + self.span.min(century);
        if self.trials.is_empty() {
            self.look = until.min(now + self.pause());
        }
        // Versions that come faster than the looks share a probation, which bounds how many there are.
        let before = self.trials.len().checked_sub(2).and_then(|place| self.trials.get(place));
        if before.is_some_and(|before| until.saturating_duration_since(before.until) < self.pause()) {
            self.trials.pop_back();
        }
        self.trials.push_back(Trial { version, until });
    }

    /// A version took the place of one that failed: it is good already.
    pub(crate) fn taken_back(&mut self, version: u64) {
        self.good = version;
        self.trials.clear();
    }

    /// When to look; `None` while there is nothing to prove.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.trials.front().map(|_| self.look)
    }

    /// How long the newest version has still to go.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        self.trials.back().map(|trial| trial.until.saturating_duration_since(now))
    }

    /// A look at `version` that began at `began` found the program well or ill.
    pub(crate) fn looked(&mut self, version: u64, began: Instant, now: Instant, well: bool) -> Verdict {
        let Some(newest) = self.trials.back().map(|trial| trial.version) else { return Verdict::Leave };
        if well {
            let over = |trial: &&Trial| trial.version <= version && trial.until <= began;
            while let Some(trial) = self.trials.front().filter(over) {
                self.good = trial.version;
                self.trials.pop_front();
            }
        } else if version >= newest {
            // Whatever becomes of it: it is not tried again.
            self.trials.clear();
            return Verdict::TakeBack { failed: version, good: self.good };
        }
        // The last look is at the very end, not before it.
        let ends = self.trials.front().map(|trial| trial.until).filter(|until| *until > now);
        self.look = ends.into_iter().chain([now + self.pause()]).min().unwrap_or(now);
        Verdict::Leave
    }
}

#[cfg(test)]
#[path = "probation_tests.rs"]
mod tests;
