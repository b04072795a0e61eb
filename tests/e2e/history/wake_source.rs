//! A source that requests a reload cycle, and shows when it has run.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use hotswap::{Changed, Reading, Source, SourceError};

/// Supplies the number of its requests, so that each of them is one reload cycle, and one version if that is accepted.
#[derive(Clone, Default)]
pub(super) struct WakeSource {
    rings: Arc<AtomicU32>,
    changed: Arc<Mutex<Option<Changed>>>,
}

impl WakeSource {
    /// Files are read too, but nobody asked for that by hand.
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
