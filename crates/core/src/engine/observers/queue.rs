//! The queue of one observer: bounded, in order, and with one mark for the entries that did not fit.
//!
//! Pure: no lock, no clock, no thread.

use std::collections::VecDeque;

/// How many entries wait for an observer before writers do.
pub(super) const CAPACITY: usize = 1024;

#[derive(Debug)]
pub(super) struct Queue<T> {
    entries: VecDeque<QueuedEvent<T>>,
    /// Entries that were left out after the last one.
    missed: u64,
    /// Writers waited in vain, and nothing was taken since.
    stuck: bool,
    closed: bool,
}

/// What an observer gets.
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
    /// Returns whether it was left out.
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

    /// Whether there is more in it than it should.
    pub(super) fn is_over_full(&self) -> bool {
        self.entries.len() > CAPACITY
    }

    /// Nobody waits any longer: what exceeds the capacity is left out, and the queue is stuck until it moves. Returns how
    /// many entries were left out.
    pub(super) fn give_up(&mut self) -> u64 {
        if !self.is_over_full() {
            return 0;
        }
        self.stuck = true;
        let mut left_out = 0;
        for entry in self.entries.drain(CAPACITY..) {
            match entry {
                QueuedEvent::Event(_) => left_out += 1,
                // Those were counted when they were left out.
                QueuedEvent::Missed(missed) => self.missed += missed,
            }
        }
        self.missed += left_out;
        left_out
    }

    /// The next entry, if there is one.
    pub(super) fn pop(&mut self) -> Option<QueuedEvent<T>> {
        self.stuck = false;
        let entry = self.entries.pop_front();
        entry.or_else(|| (self.missed > 0).then(|| QueuedEvent::Missed(std::mem::take(&mut self.missed))))
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// No more entries are taken in; what is there can still be taken.
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
