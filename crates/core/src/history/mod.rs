//! The records of published versions, and their contents.

pub(crate) mod change;
pub(crate) mod content;
pub(crate) mod delta;
mod record;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
};
use content::{ReverseDelta, VersionContent};
pub use record::Record;

/// How many versions are remembered, and how long after they were replaced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) versions: usize,
    pub(crate) age: Option<Duration>,
}

/// The last versions, oldest first. Only the newest has its content here; the others have the way back to theirs.
pub(crate) struct History {
    limits: Limits,
    versions: VecDeque<Version>,
    /// What the newest one stands on.
    content: Option<VersionContent>,
}

#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) record: Record,
    /// From the content of the next version; `None` for the newest.
    pub(crate) back: Option<Arc<ReverseDelta>>,
    pub(crate) replaced: Option<Instant>,
}

/// Versions that are forgotten, and what the newest one stood on. Their values are the program's, and may do anything when
/// they are dropped, so that no lock may be held then.
#[must_use]
#[derive(Default)]
#[expect(dead_code, reason = "kept until it is dropped")]
pub(crate) struct Evicted {
    versions: Vec<Version>,
    content: Option<VersionContent>,
}

/// Finds the content of an old version without holding a lock.
pub(crate) struct VersionLookup {
    newest: VersionContent,
    deltas: Vec<Arc<ReverseDelta>>,
}

/// The contents that a commit is compared with.
pub(crate) struct Baseline {
    newest: Option<VersionContent>,
    /// The version before the newest, if the newest one stays.
    previous: Option<VersionLookup>,
}

/// The history entry of a commit, computed before the lock is taken.
pub(crate) struct PendingEntry {
    content: VersionContent,
    /// `None` if no value changed: then the newest version stands on something else from now on.
    record: Option<Record>,
    back: Option<ReverseDelta>,
}

impl Baseline {
    pub(crate) fn entry(self, content: VersionContent, record: Option<Record>) -> PendingEntry {
        let back = self.newest.map(|newest| content.delta_to(&newest));
        let back = match (&record, back) {
            (None, Some(back)) if back.is_empty() => None,
            // The way from the newest to the one before begins somewhere else now.
            (None, Some(_)) => self.previous.map(|previous| content.delta_to(&previous.content())),
            (_, back) => back,
        };
        PendingEntry { content, record, back }
    }
}

impl PendingEntry {
    /// With the time that the change took, which is known at the end.
    pub(crate) fn with_duration(mut self, duration: Duration) -> Self {
        self.record.iter_mut().for_each(|record| record.duration = duration);
        self
    }
}

impl VersionLookup {
    pub(crate) fn content(&self) -> VersionContent {
        self.newest.apply_deltas(self.deltas.iter().map(|delta| &**delta))
    }
}

impl History {
    /// With the first version.
    pub(crate) fn new(limits: Limits, record: Record, content: VersionContent) -> Self {
        let mut history = Self { limits, versions: VecDeque::new(), content: None };
        if limits.versions > 0 {
            let Evicted { .. } = history.push(PendingEntry { content, record: Some(record), back: None });
        }
        history
    }

    /// With what was remembered before a restart, oldest first; the last one stands on `content`.
    pub(crate) fn restored(limits: Limits, versions: Vec<Version>, content: VersionContent) -> Self {
        let remembers = limits.versions > 0 && !versions.is_empty();
        let versions: VecDeque<_> = if remembers { versions.into() } else { VecDeque::new() };
        let mut history = Self { limits, versions, content: remembers.then_some(content) };
        drop(history.evict());
        history
    }

    /// What is remembered, and what the newest version stands on.
    pub(crate) fn entries(&self) -> (Vec<Version>, Option<VersionContent>) {
        (self.versions.iter().cloned().collect(), self.content.clone())
    }

    /// Where things stand before a commit, which publishes a version or not; `None` if nothing is remembered.
    pub(crate) fn baseline(&self, publishes: bool) -> Option<Baseline> {
        if self.limits.versions == 0 {
            return None;
        }
        let previous = self.versions.iter().rev().nth(1).filter(|_| !publishes);
        let previous = previous.map(|previous| previous.record.version);
        // Who remembers one version never goes back.
        let newest = self.content.clone().filter(|_| self.limits.versions > 1);
        Some(Baseline { newest, previous: previous.and_then(|version| self.lookup(version).ok()) })
    }

    /// Adds the entry of a commit.
    pub(crate) fn push(&mut self, entry: PendingEntry) -> Evicted {
        let content = self.content.replace(entry.content);
        match entry.record {
            Some(record) => {
                if let Some(before) = self.versions.back_mut() {
                    before.replaced = Some(Instant::now());
                }
                self.set_delta(0, entry.back);
                self.versions.push_back(Version { record, back: None, replaced: None });
            }
            None => self.set_delta(1, entry.back),
        }
        Evicted { content, ..self.evict() }
    }

    /// Sets the delta of the version that is this many before the newest.
    fn set_delta(&mut self, before_newest: usize, back: Option<ReverseDelta>) {
        if let (Some(back), Some(version)) = (back, self.versions.iter_mut().rev().nth(before_newest)) {
            version.back = Some(Arc::new(back));
        }
    }

    /// # Errors
    /// The version is not remembered; it says which ones are.
    pub(crate) fn lookup(&self, version: u64) -> Result<VersionLookup, Error> {
        // A crash may have cost the last versions before it, so there may be gaps.
        let place = self.versions.binary_search_by_key(&version, |version| version.record.version).ok();
        let (Some(place), Some(newest)) = (place, &self.content) else {
            return Err(self.not_remembered(&format!("version {version} is not remembered")));
        };
        let deltas = self.versions.iter().skip(place).rev().filter_map(|version| version.back.clone());
        Ok(VersionLookup { newest: newest.clone(), deltas: deltas.collect() })
    }

    /// The error for a version that there is not, or not any more.
    pub(crate) fn not_remembered(&self, message: &str) -> Error {
        let known = match (self.versions.front(), self.versions.back()) {
            (Some(first), Some(last)) if first.record.version < last.record.version => {
                format!("versions {} to {} are", first.record.version, last.record.version)
            }
            (Some(only), _) => format!("only version {} is", only.record.version),
            _ => "none is, as the history is switched off".to_owned(),
        };
        Issue::new(IssueKind::Write, Keys::root(), format!("{message}; {known}")).into()
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.versions.iter().map(|version| version.record.clone()).collect()
    }

    /// Drops what is too old, or too many. The current version is never too old.
    pub(crate) fn evict(&mut self) -> Evicted {
        let now = Instant::now();
        let age = self.limits.age;
        let outlived = |version: &Version| {
            let since = version.replaced.map(|at| now.saturating_duration_since(at));
            since.zip(age).is_some_and(|(since, age)| since > age)
        };
        let many = self.versions.len().saturating_sub(self.limits.versions);
        let old = self.versions.iter().take_while(|version| outlived(version)).count();
        Evicted { versions: self.versions.drain(..many.max(old)).collect(), content: None }
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
