//! What was published, and why.

mod delta;

use std::{collections::VecDeque, time::SystemTime};

use serde::Serialize;

use crate::snapshot::Cause;

/// One published version; from [`Handle::history`](crate::Handle::history), which has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// The version.
    pub version: u64,
    /// When it was published, by the system's clock.
    pub at: SystemTime,
    /// Why it was published.
    pub cause: Cause,
    /// The dotted paths of the leaves that changed; empty for the first version.
    pub changed: Vec<String>,
}

/// The last versions, newest last; never more than `limit`.
#[derive(Debug)]
pub(crate) struct History {
    limit: usize,
    records: VecDeque<Record>,
}

impl History {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, records: VecDeque::new() }
    }

    pub(crate) fn add(&mut self, version: u64, cause: Cause, changed: Vec<String>) {
        self.records.push_back(Record { version, at: SystemTime::now(), cause, changed });
        while self.records.len() > self.limit {
            self.records.pop_front();
        }
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.records.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_record_goes_first() {
        let mut history = History::new(2);
        (1..=3).for_each(|version| history.add(version, Cause::Set, Vec::new()));
        let versions: Vec<_> = history.records().iter().map(|record| record.version).collect();
        assert_eq!(versions, [2, 3]);
    }

    #[test]
    fn no_history_keeps_nothing() {
        let mut history = History::new(0);
        history.add(1, Cause::Start, Vec::new());
        assert!(history.records().is_empty());
    }
}
