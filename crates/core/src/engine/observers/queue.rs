//! The queue of one observer: bounded, in order, and with one marker for the entries that did not fit.
//!
//! Pure: no lock, no clock, no thread.

use std::collections::VecDeque;

/// The number of entries in the queue before writers have to wait.
pub(super) const CAPACITY: usize = 1024;

#[derive(Debug)]
pub(super) struct Queue<T> {
    entries: VecDeque<QueuedEvent<T>>,
    /// The number of entries that were dropped after the last one.
    missed: u64,
    /// Whether writers waited without success, and no entry was taken since.
    stuck: bool,
    closed: bool,
}

/// An entry for an observer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum QueuedEvent<T> {
    Event(T),
    Missed(u64),
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), missed: 0, stuck: false, closed: false }
    }
}

impl<T> Queue<T> {
    /// Adds an entry. One that exceeds the capacity stays until [`give_up`](Self::give_up), unless the queue is stuck.
    /// Returns whether it was dropped.
    pub(super) fn push(&mut self, entry: T) -> bool {
        if self.closed {
            return false;
        }
        if self.stuck && self.entries.len() >= CAPACITY {
            self.missed += 1;
            return true;
        }
        self.mark_missed();
        self.entries.push_back(QueuedEvent::Event(entry));
        false
    }

    fn mark_missed(&mut self) {
        if self.missed > 0 {
            self.entries.push_back(QueuedEvent::Missed(std::mem::take(&mut self.missed)));
        }
    }

    /// Whether it exceeds its capacity.
    pub(super) fn is_over_full(&self) -> bool {
        self.entries.len() > CAPACITY
    }

    /// Stops waiting: entries beyond the capacity are dropped, and the queue counts as stuck until an entry is taken.
    /// Returns the number of dropped entries.
    pub(super) fn give_up(&mut self) -> u64 {
        if !self.is_over_full() {
            return 0;
        }
        self.stuck = true;
        let mut left_out = 0;
        for entry in self.entries.drain(CAPACITY..) {
            match entry {
                QueuedEvent::Event(_) => left_out += 1,
                // These were counted when they were dropped.
                QueuedEvent::Missed(missed) => self.missed += missed,
            }
        }
        self.missed += left_out;
        left_out
    }

    /// The next entry, if any.
    pub(super) fn pop(&mut self) -> Option<QueuedEvent<T>> {
        self.stuck = false;
        let entry = self.entries.pop_front();
        entry.or_else(|| (self.missed > 0).then(|| QueuedEvent::Missed(std::mem::take(&mut self.missed))))
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// No more entries are accepted; entries in the queue can still be taken.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
