//! A service with a health check.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use crate::SettingsHandle;

/// How long its work takes.
const WORK: Duration = Duration::from_millis(5);

/// This many consecutive failures are not a coincidence.
const TOO_MANY: u32 = 5;

#[derive(Default)]
pub struct Service {
    failures_in_a_row: AtomicU32,
}

impl Service {
    /// Serves requests until the configuration is dropped.
    pub fn start(self: &Arc<Self>, config: &SettingsHandle) {
        let (service, config) = (Arc::clone(self), config.downgrade());
        thread::spawn(move || {
            while let Some(config) = config.upgrade() {
                service.serve(config.time_limit());
            }
        });
    }

    fn serve(&self, time_limit: Duration) {
        thread::sleep(WORK.min(time_limit));
        if WORK > time_limit {
            self.failures_in_a_row.fetch_add(1, Ordering::Relaxed);
        } else {
            self.failures_in_a_row.store(0, Ordering::Relaxed);
        }
    }

    /// Whether requests succeed.
    pub fn is_well(&self) -> bool {
        self.failures_in_a_row.load(Ordering::Relaxed) < TOO_MANY
    }
}
