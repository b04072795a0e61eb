//! The grace period of a missing file.

use std::time::{Duration, Instant};

/// The time for which one optional file may be missing before it counts as removed.
///
/// Some tools save a file by deleting and recreating it; a configuration must not lose a layer in
/// between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grace {
    length: Duration,
    since: Option<Instant>,
}

impl Grace {
    pub(crate) fn new(length: Duration) -> Self {
        Self { length, since: None }
    }

    /// The file exists.
    pub(crate) fn found(&mut self) {
        self.since = None;
    }

    /// The file is missing. Returns whether the grace period is over, so that it counts as removed.
    pub(crate) fn missed(&mut self, now: Instant) -> bool {
        self.since.get_or_insert(now);
        self.deadline().is_some_and(|end| now >= end)
    }

    /// When to check again, if the file is missing.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.since?.checked_add(self.length)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Grace;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_file_is_gone_when_its_grace_is_over() {
        let (mut grace, start) = (Grace::new(2 * SECOND), Instant::now());
        assert!(!grace.missed(start));
        assert!(!grace.missed(start + SECOND));
        assert_eq!(grace.deadline(), Some(start + 2 * SECOND));
        assert!(grace.missed(start + 2 * SECOND));
    }

    #[test]
    fn a_file_that_came_back_has_its_whole_grace_again() {
        let (mut grace, start) = (Grace::new(2 * SECOND), Instant::now());
        grace.missed(start);
        grace.found();
        assert_eq!(grace.deadline(), None);
        assert!(!grace.missed(start + 3 * SECOND));
    }

    #[test]
    fn endless_grace_never_ends() {
        let (mut grace, start) = (Grace::new(Duration::MAX), Instant::now());
        assert!(!grace.missed(start) && !grace.missed(start + SECOND));
    }
}
