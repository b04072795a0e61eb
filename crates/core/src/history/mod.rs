//! What was published, why, and what each version stood on.

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

#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) record: Record,
    /// From the content of the next version; the newest has none.
    pub(crate) back: Option<Arc<Back>>,
    pub(crate) replaced: Option<Instant>,
}

/// Versions that are forgotten, and what the newest one stood on. Their values are the program's, and may do anything when
/// they are dropped, so that no lock may be held then.
#[must_use]
#[derive(Default)]
#[expect(dead_code, reason = "kept until it is dropped")]
pub(crate) struct Forgotten {
    versions: Vec<Version>,
    content: Option<Content>,
}

/// What is needed to find the content of an old version, without holding anybody up.
pub(crate) struct Past {
    newest: Content,
    steps: Vec<Arc<Back>>,
}

/// What a commit is compared with.
pub(crate) struct Before {
    newest: Option<Content>,
    /// The version before the newest, if the newest one stays.
    previous: Option<Past>,
}

/// What a commit leaves in the history; found without holding anybody up.
pub(crate) struct Step {
    content: Content,
    /// `None` if no value changed: then the newest version stands on something else from now on.
    record: Option<Record>,
    back: Option<Back>,
}

impl Before {
    pub(crate) fn step(self, content: Content, record: Option<Record>) -> Step {
        let back = self.newest.map(|newest| content.back_to(&newest));
        let back = match (&record, back) {
            (None, Some(back)) if back.is_empty() => None,
            // The way from the newest to the one before begins somewhere else now.
            (None, Some(_)) => self.previous.map(|previous| content.back_to(&previous.content())),
            (_, back) => back,
        };
        Step { content, record, back }
    }
}

impl Step {
    /// With the time that the change took, which is known at the end.
    pub(crate) fn took(mut self, duration: Duration) -> Self {
        self.record.iter_mut().for_each(|record| record.duration = duration);
        self
    }
}

impl Past {
    pub(crate) fn content(&self) -> Content {
        self.newest.go_back(self.steps.iter().map(|step| &**step))
    }
}

impl History {
    /// With the first version.
    pub(crate) fn begun(limits: Limits, record: Record, content: Content) -> Self {
        let mut history = Self { limits, versions: VecDeque::new(), content: None };
        if limits.versions > 0 {
            let Forgotten { .. } = history.take(Step { content, record: Some(record), back: None });
        }
        history
    }

    /// With what was remembered before a restart, oldest first; the last one stands on `content`.
    pub(crate) fn resumed(limits: Limits, versions: Vec<Version>, content: Content) -> Self {
        let remembers = limits.versions > 0 && !versions.is_empty();
        let versions: VecDeque<_> = if remembers { versions.into() } else { VecDeque::new() };
        let mut history = Self { limits, versions, content: remembers.then_some(content) };
        drop(history.forget());
        history
    }

    /// What is remembered, and what the newest version stands on.
    pub(crate) fn kept(&self) -> (Vec<Version>, Option<Content>) {
        (self.versions.iter().cloned().collect(), self.content.clone())
    }

    /// Where things stand before a commit, which publishes a version or not; `None` if nothing is remembered.
    pub(crate) fn before(&self, publishes: bool) -> Option<Before> {
        if self.limits.versions == 0 {
            return None;
        }
        let previous = self.versions.iter().rev().nth(1).filter(|_| !publishes);
        let previous = previous.map(|previous| previous.record.version);
        // Who remembers one version never goes back.
        let newest = self.content.clone().filter(|_| self.limits.versions > 1);
        Some(Before { newest, previous: previous.and_then(|version| self.past(version).ok()) })
    }

    /// What a commit brings.
    pub(crate) fn take(&mut self, step: Step) -> Forgotten {
        let content = self.content.replace(step.content);
        match step.record {
            Some(record) => {
                if let Some(before) = self.versions.back_mut() {
                    before.replaced = Some(Instant::now());
                }
                self.leads_back(0, step.back);
                self.versions.push_back(Version { record, back: None, replaced: None });
            }
            None => self.leads_back(1, step.back),
        }
        Forgotten { content, ..self.forget() }
    }

    /// The way back to the version that is so many before the newest.
    fn leads_back(&mut self, before_newest: usize, back: Option<Back>) {
        if let (Some(back), Some(version)) = (back, self.versions.iter_mut().rev().nth(before_newest)) {
            version.back = Some(Arc::new(back));
        }
    }

    /// # Errors
    /// The version is not remembered; it says which ones are.
    pub(crate) fn past(&self, version: u64) -> Result<Past, Error> {
        // A crash may have cost the last versions before it, so there may be gaps.
        let place = self.versions.binary_search_by_key(&version, |version| version.record.version).ok();
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

    pub(crate) fn records(&self) -> Vec<Record> {
        self.versions.iter().map(|version| version.record.clone()).collect()
    }

    /// Drops what is too old, or too many. The current version is never too old.
    pub(crate) fn forget(&mut self) -> Forgotten {
        let now = Instant::now();
        let age = self.limits.age;
        let outlived = |version: &Version| {
            let since = version.replaced.map(|at| now.saturating_duration_since(at));
            since.zip(age).is_some_and(|(since, age)| since > age)
        };
        let many = self.versions.len().saturating_sub(self.limits.versions);
        let old = self.versions.iter().take_while(|version| outlived(version)).count();
        Forgotten { versions: self.versions.drain(..many.max(old)).collect(), content: None }
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
