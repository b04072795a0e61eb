//! The outcomes of the requests.

use std::{fmt, iter::Sum};

/// Requests by their outcome.
#[derive(Default)]
pub struct Tally {
    answered: u32,
    limited: u32,
    dropped: u32,
    failed: u32,
}

impl Tally {
    /// Counts a request by the status of its response; `None` if there was none.
    pub fn count(&mut self, status: Option<u16>) {
        let outcome = match status {
            Some(200) => &mut self.answered,
            Some(429) => &mut self.limited,
            Some(_) => &mut self.failed,
            None => &mut self.dropped,
        };
        *outcome += 1;
    }

    /// Requests made.
    pub fn all(&self) -> u32 {
        self.answered + self.limited + self.lost()
    }

    /// Requests that failed. A response that the limit is exceeded is not a failure.
    pub fn lost(&self) -> u32 {
        self.dropped + self.failed
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |sum, next| Self {
            answered: sum.answered + next.answered,
            limited: sum.limited + next.limited,
            dropped: sum.dropped + next.dropped,
            failed: sum.failed + next.failed,
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answered, limited, dropped, failed } = self;
        let all = self.all();
        write!(
            out,
            "{all} requests: {answered} answered, {limited} over the limit, {dropped} dropped, {failed} failed"
        )
    }
}
