//! The time of the next request to a store: after a success, after a failure, and while the circuit is open.

use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant},
};

use super::table::Term;
use crate::backoff::{Backoff, SHORTEST};

/// After this many failures in a row, a store gets no requests for a while, and then a single one.
const FAILURE_THRESHOLD: u32 = 3;

/// The time of the next request for a secret with this term; `None` for never.
///
/// At two thirds of a lease, or else after an interval; both with jitter, so that programs that started at the same
/// time do not send requests at the same time.
pub(super) fn next_refresh(term: &Term, refresh: Option<Duration>) -> Option<Instant> {
    let span = match &term.lease {
        Some(lease) => lease.lasts().as_secs_f64() * jittered(0.6, 0.7),
        None if term.settled => return None,
        None => refresh?.as_secs_f64() * jittered(0.9, 1.1),
    };
    // A time beyond the range of the clock is never reached.
    term.asked.checked_add(Duration::try_from_secs_f64(span).ok()?.max(SHORTEST))
}

/// Limits requests to a store that fails.
#[derive(Debug, Default)]
pub(super) struct CircuitBreaker {
    failures: u32,
    until: Option<Instant>,
    backoff: Backoff,
}

/// The requests that a store may receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permit {
    Everything,
    /// A single request, to check whether it responds again.
    Probe,
    /// No request before this time.
    Nothing(Instant),
}

impl CircuitBreaker {
    pub(super) fn permit(&self, now: Instant) -> Permit {
        match self.until {
            None => Permit::Everything,
            Some(until) if until <= now => Permit::Probe,
            Some(until) => Permit::Nothing(until),
        }
    }

    /// Records whether the store responded at all.
    pub(super) fn record(&mut self, answered: bool, now: Instant, refresh: Duration) {
        if answered {
            *self = Self::default();
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURE_THRESHOLD {
            self.until = Some(self.backoff.next(now, refresh));
        }
    }
}

fn jittered(low: f64, high: f64) -> f64 {
    // Each `RandomState` has other keys.
    let chance = RandomState::new().hash_one(()) as f64 / u64::MAX as f64;
    low + (high - low) * chance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Lease;

    const REFRESH: Duration = Duration::from_secs(60);

    fn term(lease: Option<Duration>, settled: bool) -> Term {
        Term {
            asked: Instant::now(),
            lease: lease.map(Lease::new),
            version: None,
            settled,
            warnings: Vec::new(),
        }
    }

    #[track_caller]
    fn is_about(term: &Term, low: f64, high: f64) {
        let spans: Vec<f64> = (0..100)
            .map(|_| (next_refresh(term, Some(REFRESH)).unwrap() - term.asked).as_secs_f64())
            .collect();
        assert!(spans.iter().all(|span| (low..=high).contains(span)), "{spans:?}");
        assert!(spans.iter().any(|span| *span != spans[0]), "no jitter");
    }

    #[test]
    fn a_lease_is_renewed_at_two_thirds_and_the_rest_at_intervals() {
        is_about(&term(Some(Duration::from_secs(900)), false), 540.0, 630.0);
        is_about(&term(None, false), 54.0, 66.0);
        assert_eq!(next_refresh(&term(None, true), Some(REFRESH)), None);
        assert_eq!(next_refresh(&term(None, false), None), None);
        assert!(next_refresh(&term(Some(REFRESH), false), None).is_some());
        let none = term(Some(Duration::ZERO), false);
        assert_eq!(next_refresh(&none, None), Some(none.asked + SHORTEST));
        assert_eq!(next_refresh(&term(None, false), Some(Duration::MAX)), None);
    }

    #[test]
    fn a_store_that_fails_thrice_is_left_alone_and_then_tried_with_one_thing() {
        let (mut breaker, now) = (CircuitBreaker::default(), Instant::now());
        for _ in 0..2 {
            breaker.record(false, now, REFRESH);
            assert_eq!(breaker.permit(now), Permit::Everything);
        }
        breaker.record(false, now, REFRESH);
        let Permit::Nothing(until) = breaker.permit(now) else { panic!("{breaker:?}") };
        assert_eq!(breaker.permit(until), Permit::Probe);
        breaker.record(false, until, REFRESH);
        assert!(matches!(breaker.permit(until), Permit::Nothing(_)));
        breaker.record(true, until, REFRESH);
        assert_eq!(breaker.permit(until), Permit::Everything);
    }
}
