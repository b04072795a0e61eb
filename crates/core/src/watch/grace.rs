//! How long a missing file is waited for.

use std::time::{Duration, Instant};

/// The time that one optional file may stay away before it counts as gone.
///
/// Deleting and writing anew is how some tools save; a configuration must not lose a layer in between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grace {
    length: Duration,
    since: Option<Instant>,
}

impl Grace {
    pub(crate) fn new(length: Duration) -> Self {
        Self { length, since: None }
    }

    /// The file is there.
    pub(crate) fn found(&mut self) {
        self.since = None;
    }

    /// The file is not there. Says whether it has been away for so long that it counts as gone.
    pub(crate) fn missed(&mut self, now: Instant) -> bool {
        self.since.get_or_insert(now);
        self.deadline().is_some_and(|end| now >= end)
    }

    /// When to look again, if the file is away.
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
