//! The log line for each accepted change. This observer has no thread: whichever writer comes first writes the lines.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use log::Level;

use super::{Numbered, Outcome};
use crate::{history::Record, observe::Summary, panics::contain, snapshot::Cause, sync::lock};

/// Lines that a logger that hangs may hold up before others are left out.
const CAPACITY: usize = 1024;

#[derive(Default)]
pub(super) struct LogObserver {
    queue: Mutex<LogQueue>,
}

#[derive(Default)]
struct LogQueue {
    entries: VecDeque<Arc<Numbered>>,
    missed: u64,
    /// A thread writes lines.
    busy: bool,
}

/// Whether the program's logger wants the lines.
pub(super) fn is_enabled() -> bool {
    log::log_enabled!(target: "hotswap", Level::Info)
}

impl LogObserver {
    pub(super) fn push(&self, numbered: Arc<Numbered>) {
        // Refusals have lines of their own: those of sources a warning, those of calls are returned.
        if matches!(numbered.outcome, Outcome::Refused { .. }) {
            return;
        }
        let mut queue = lock(&self.queue);
        if queue.entries.len() < CAPACITY { queue.entries.push_back(numbered) } else { queue.missed += 1 }
    }

    /// Writes what is in the queue, unless another thread does so. A logger is the program's code: no lock is held.
    pub(super) fn deliver(&self) {
        let mut queue = lock(&self.queue);
        if queue.busy {
            return;
        }
        while !queue.entries.is_empty() || queue.missed > 0 {
            queue.busy = true;
            let entries = std::mem::take(&mut queue.entries);
            let missed = std::mem::take(&mut queue.missed);
            drop(queue);
            write(&entries, missed);
            queue = lock(&self.queue);
        }
        queue.busy = false;
    }
}

fn write(entries: &VecDeque<Arc<Numbered>>, missed: u64) {
    for numbered in entries {
        match &numbered.outcome {
            Outcome::Published { record } | Outcome::RolledBack { record, .. } => {
                // A logger that panics loses this line only.
                let _ = contain(|| line(record));
            }
            Outcome::Accepted { cause, by, changed, version, .. } => {
                let _ = contain(|| unpublished_line(*version, cause, by.as_deref(), changed));
            }
            Outcome::Refused { .. } => {}
        }
    }
    if missed > 0 {
        let _ = contain(|| {
            log::warn!("hotswap: the logger is slow, the lines of {missed} versions were left out")
        });
    }
}

fn line(record: &Record) {
    let Record { version, cause, by, changed, .. } = record;
    log::info!("hotswap: version {version}, {}", Summary { cause, by: by.as_deref(), changed });
}

fn unpublished_line(version: u64, cause: &Cause, by: Option<&str>, changed: &[String]) {
    log::info!("hotswap: version {version} stays, {}", Summary { cause, by, changed });
}
