//! Pauses between retries.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Lower bound of the pause between retries, whatever the settings are.
pub(crate) const SHORTEST: Duration = Duration::from_millis(10);
/// Upper bound of a pause, however long the interval is.
const LONGEST: Duration = Duration::from_secs(60);

/// Growing pauses, up to an interval.
#[derive(Debug, Default)]
pub(crate) struct Backoff(Option<ExponentialBackoff>);

impl Backoff {
    /// The time of the next attempt, after another failure.
    pub(crate) fn next(&mut self, now: Instant, interval: Duration) -> Instant {
        let longest = interval.clamp(SHORTEST, LONGEST);
        let builder = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(longest / 60)
            .with_max_delay(longest)
            .without_max_times();
        let pause = self.0.get_or_insert_with(|| builder.build()).next();
        now + pause.unwrap_or(longest)
    }

    pub(crate) fn reset(&mut self) {
        self.0 = None;
    }
}

/// Retries a refused change even if nothing changed, because a hook may agree the next time.
#[derive(Debug, Default)]
pub(crate) struct RetryTimer {
    at: Option<Instant>,
    backoff: Backoff,
    /// The longest pause, if it differs from the default.
    longest: Option<Duration>,
}

impl RetryTimer {
    /// With pauses of up to about `longest`.
    pub(crate) fn within(longest: Duration) -> Self {
        Self { longest: Some(longest), ..Self::default() }
    }

    /// The time of the next attempt; `None` unless the last attempt was refused.
    pub(crate) fn at(&self) -> Option<Instant> {
        self.at
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.at.is_some_and(|at| at <= now)
    }

    /// Records an attempt.
    pub(crate) fn record(&mut self, done: bool, now: Instant) {
        if done {
            (self.at, self.backoff) = Default::default();
        } else {
            self.at = Some(self.backoff.next(now, self.longest.unwrap_or(LONGEST)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_interval_and_begin_anew() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        let pauses: Vec<_> = (0..12).map(|_| (backoff.next(now, LONGEST) - now).as_secs_f64()).collect();
        assert!((1.0..=2.0).contains(&pauses[0]), "{pauses:?}");
        assert!(pauses.iter().skip(8).all(|pause| (60.0..=120.0).contains(pause)), "{pauses:?}");
        backoff.reset();
        assert!(backoff.next(now, LONGEST) - now <= Duration::from_secs(2));
    }

    #[test]
    fn what_is_done_is_not_tried_again() {
        let (mut again, now) = (RetryTimer::default(), Instant::now());
        assert!(again.at().is_none() && !again.is_due(now));
        again.record(false, now);
        assert!(!again.is_due(now) && again.is_due(again.at().unwrap()));
        again.record(true, now);
        assert_eq!(again.at(), None);
    }
}
