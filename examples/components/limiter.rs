//! A component with its own settings, independent of the application around it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use hotswap::{HotConfig, Subscription};
use serde::{Deserialize, Serialize};

/// How fast a client may go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
pub struct RateLimit {
    /// Requests admitted in one window.
    #[hot(default = 100, range(min = 1, max = 100_000))]
    pub max: u32,
    /// Length of the window.
    #[hot(default = "10s", copy)]
    #[serde(with = "hotswap::duration")]
    pub window: Duration,
}

/// Limits the number of requests in a window.
pub struct Limiter {
    settings: RateLimitHandle,
    window: Arc<Mutex<Window>>,
    _fresh_window: Subscription,
}

impl Limiter {
    /// A limiter that follows its settings until it is dropped.
    pub fn new(settings: RateLimitHandle) -> Self {
        let window = Arc::new(Mutex::new(Window::open()));
        let resized = Arc::clone(&window);
        let _fresh_window = settings.on_window_change(move |_, _| *lock(&resized) = Window::open());
        Self { settings, window, _fresh_window }
    }

    /// Whether one more request is admitted. A new limit applies from the next call on.
    pub fn admits(&self) -> bool {
        let mut window = lock(&self.window);
        if window.opened.elapsed() >= self.settings.window() {
            *window = Window::open();
        }
        let admitted = window.admitted < self.settings.max();
        window.admitted += u32::from(admitted);
        admitted
    }
}

struct Window {
    opened: Instant,
    admitted: u32,
}

impl Window {
    fn open() -> Self {
        Self { opened: Instant::now(), admitted: 0 }
    }
}

/// A window is consistent at all times, so a panic elsewhere is not a reason to stop.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const PATIENCE: Duration = Duration::from_secs(20);

    /// Settings without files, and a limiter that follows them.
    fn limiter(max: u32) -> (RateLimitHandle, Limiter) {
        let settings = RateLimit::hot_fixed(RateLimit { max, window: HOUR });
        (settings.clone(), Limiter::new(settings))
    }

    fn admitted_of_ten(limiter: &Limiter) -> usize {
        (0..10).filter(|_| limiter.admits()).count()
    }

    #[test]
    fn admits_no_more_than_the_limit() {
        let (_, limiter) = limiter(3);
        assert_eq!(admitted_of_ten(&limiter), 3);
    }

    #[test]
    fn a_new_limit_counts_at_once() {
        let (settings, limiter) = limiter(3);
        admitted_of_ten(&limiter);
        settings.set_max(5).unwrap();
        assert_eq!(admitted_of_ten(&limiter), 2);
    }

    #[test]
    fn a_refused_limit_changes_nothing() {
        let (settings, limiter) = limiter(3);
        settings.set_max(0).unwrap_err();
        assert_eq!(admitted_of_ten(&limiter), 3);
    }

    #[test]
    fn subscribers_hear_of_a_new_limit() {
        let (settings, _limiter) = limiter(3);
        let (tell, heard) = channel();
        let _subscription = settings.on_max_change(move |old, new| tell.send((*old, *new)).unwrap());
        settings.set_max(5).unwrap();
        assert_eq!(heard.recv_timeout(PATIENCE), Ok((3, 5)));
    }

    #[test]
    fn a_window_of_another_length_starts_anew() {
        let (settings, limiter) = limiter(3);
        admitted_of_ten(&limiter);
        settings.set_window(2 * HOUR).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while !limiter.admits() {
            assert!(Instant::now() < deadline, "the window was never opened again");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
