//! A token bucket that receives its limits with every request.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Each request takes a token; tokens come back with time.
pub struct Bucket(Mutex<Level>);

struct Level {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    /// A bucket that is filled at its first request.
    pub fn new(now: Instant) -> Self {
        Self(Mutex::new(Level { tokens: f64::INFINITY, at: now }))
    }

    /// Takes a token, if one is left under today's limits.
    pub fn take(&self, per_second: u32, burst: u32, now: Instant) -> bool {
        let mut level = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let refill = now.saturating_duration_since(level.at).as_secs_f64() * f64::from(per_second);
        let tokens = (level.tokens + refill).min(f64::from(burst));
        let taken = tokens >= 1.0;
        *level = Level { tokens: if taken { tokens - 1.0 } else { tokens }, at: now.max(level.at) };
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn taken(bucket: &Bucket, per_second: u32, burst: u32, now: Instant) -> usize {
        (0..100).filter(|_| bucket.take(per_second, burst, now)).count()
    }

    #[test]
    fn a_full_bucket_holds_a_burst() {
        let now = Instant::now();
        assert_eq!(taken(&Bucket::new(now), 1, 10, now), 10);
    }

    #[test]
    fn tokens_come_back_with_time() {
        let now = Instant::now();
        let bucket = Bucket::new(now);
        taken(&bucket, 1, 10, now);
        assert_eq!(taken(&bucket, 4, 10, now + Duration::from_secs(1)), 4);
    }

    #[test]
    fn a_smaller_burst_holds_at_once() {
        let now = Instant::now();
        let bucket = Bucket::new(now);
        bucket.take(1, 50, now);
        assert_eq!(taken(&bucket, 1, 3, now), 3);
    }
}
