//! What was published, why, and what each version stood on.

pub(crate) mod change;
pub(crate) mod content;
mod delta;
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
use content::{Back, Content};
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
    content: Option<Content>,
}

struct Version {
    record: Record,
    /// From the content of the next version; the newest has none.
    back: Option<Arc<Back>>,
    replaced: Option<Instant>,
}

/// What is needed to find the content of an old version, without holding anybody up.
pub(crate) struct Past {
    newest: Content,
    steps: Vec<Arc<Back>>,
}

impl Past {
    pub(crate) fn content(&self) -> Content {
        self.newest.go_back(self.steps.iter().map(|step| &**step))
    }
}

impl History {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, versions: VecDeque::new(), content: None }
    }

    /// Whether records are kept at all.
    pub(crate) fn is_on(&self) -> bool {
        self.limits.versions > 0
    }

    /// What the newest version stands on, if anybody will want to get back to it.
    pub(crate) fn newest(&self) -> Option<Content> {
        self.content.clone().filter(|_| self.limits.versions > 1)
    }

    /// A new version, and the way back from it to the one before.
    pub(crate) fn add(&mut self, record: Record, content: Content, back: Option<Back>) {
        if !self.is_on() {
            return;
        }
        if let Some(before) = self.versions.back_mut() {
            before.back = back.map(Arc::new);
            before.replaced = Some(Instant::now());
        }
        self.versions.push_back(Version { record, back: None, replaced: None });
        self.content = Some(content);
        self.forget();
    }

    /// The newest version stands on something else now, and `back` leads from there to the one before it.
    pub(crate) fn stand_on(&mut self, content: Content, back: Option<Back>) {
        if !self.is_on() {
            return;
        }
        self.content = Some(content);
        if let (Some(back), Some(before)) = (back, self.versions.iter_mut().rev().nth(1)) {
            before.back = Some(Arc::new(back));
        }
    }

    /// The one before the newest.
    pub(crate) fn previous(&self) -> Option<Past> {
        let before = self.versions.iter().rev().nth(1)?;
        self.past(before.record.version).ok()
    }

    /// # Errors
    /// The version is not remembered; it says which ones are.
    pub(crate) fn past(&self, version: u64) -> Result<Past, Error> {
        let first = self.versions.front().map_or(0, |first| first.record.version);
        let place = version.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        let place = place.filter(|place| *place < self.versions.len());
        let (Some(place), Some(newest)) = (place, &self.content) else {
            return Err(self.unknown(&format!("version {version} is not remembered")));
        };
        let steps = self.versions.iter().skip(place).rev().filter_map(|version| version.back.clone());
        Ok(Past { newest: newest.clone(), steps: steps.collect() })
    }

    /// The error for a version that there is not, or not any more.
    pub(crate) fn unknown(&self, message: &str) -> Error {
        let known = match (self.versions.front(), self.versions.back()) {
            (Some(first), Some(last)) if first.record.version < last.record.version => {
                format!("versions {} to {} are", first.record.version, last.record.version)
            }
            (Some(only), _) => format!("only version {} is", only.record.version),
            _ => "none is, as the history is switched off".to_owned(),
        };
        Issue::new(IssueKind::Write, Keys::root(), format!("{message}; {known}")).into()
    }

    pub(crate) fn records(&mut self) -> Vec<Record> {
        self.forget();
        self.versions.iter().map(|version| version.record.clone()).collect()
    }

    /// Drops what is too old, or too many. The current version is never too old.
    pub(crate) fn forget(&mut self) {
        let now = Instant::now();
        let age = self.limits.age;
        let outlived = |version: &Version| {
            let since = version.replaced.map(|at| now.saturating_duration_since(at));
            since.zip(age).is_some_and(|(since, age)| since > age)
        };
        while self.versions.len() > self.limits.versions || self.versions.front().is_some_and(outlived) {
            self.versions.pop_front();
        }
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
