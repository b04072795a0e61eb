//! A source that triggers a read of everything, and reports when it has happened.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use hotswap::{Changed, Reading, Source, SourceError};

/// Its value is the number of notifications, so each notification is one cycle, and one version if
/// the cycle is accepted.
#[derive(Clone, Default)]
pub(super) struct WakeSource {
    rings: Arc<AtomicU32>,
    changed: Arc<Mutex<Option<Changed>>>,
}

impl WakeSource {
    /// Files are read too, but not because of a requested reload.
    pub(super) fn wake(&self) -> u32 {
        let rings = self.rings.fetch_add(1, Ordering::Relaxed) + 1;
        self.changed.lock().unwrap().as_ref().unwrap().notify();
        rings
    }
}

impl Source for WakeSource {
    fn name(&self) -> String {
        "wake_source".to_owned()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        Ok(Reading::values(&serde_json::json!({ "rings": self.rings.load(Ordering::Relaxed) }))?)
    }

    fn watch(&mut self, changed: Changed) {
        *self.changed.lock().unwrap() = Some(changed);
    }
}
