//! The records of published versions, and their contents.

pub(crate) mod change;
pub(crate) mod content;
pub(crate) mod delta;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use std::{
    collections::{BTreeSet, VecDeque},
    fmt,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    error::Error,
    excerpt::{self, Escaped},
    issue::{Issue, IssueKind},
    keys::Keys,
    snapshot::Cause,
    subscribe::FieldChange,
};
use content::{ReverseDelta, VersionContent};

/// The maximum number of versions, and their maximum age since their replacement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) versions: usize,
    pub(crate) age: Option<Duration>,
}

/// The last versions, oldest first. Only the content of the newest one is stored; the others have deltas.
pub(crate) struct History {
    limits: Limits,
    versions: VecDeque<Version>,
    /// The content of the newest version.
    content: Option<VersionContent>,
}

#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) record: Record,
    /// The delta from the content of the next version; `None` for the newest.
    pub(crate) back: Option<Arc<ReverseDelta>>,
    pub(crate) replaced: Option<Instant>,
    /// The leaves in which a secret was read.
    pub(crate) secrets: BTreeSet<Keys>,
}

/// The unmarked leaves that contain secrets.
#[derive(Clone, Copy)]
pub(crate) struct SecretLeaves<'s> {
    /// Those in which the new version reads one.
    pub(crate) read: &'s BTreeSet<Keys>,
    /// Those in which any version has read one.
    pub(crate) hidden: &'s BTreeSet<Keys>,
}

#[cfg(test)]
impl SecretLeaves<'_> {
    pub(crate) const NONE: Self = Self { read: &BTreeSet::new(), hidden: &BTreeSet::new() };
}

/// Removed versions, and the previous content of the newest one. Dropping their values may run code of the program, so
/// no lock may be held then.
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

/// The contents with which a commit is compared.
pub(crate) struct Baseline {
    newest: Option<VersionContent>,
    /// The version before the newest, if the commit publishes no version.
    previous: Option<VersionLookup>,
}

/// The history entry of a commit, computed before the lock is taken.
pub(crate) struct PendingEntry {
    content: VersionContent,
    /// `None` if no value changed: then only the content of the newest version is replaced.
    record: Option<Record>,
    back: Option<ReverseDelta>,
    /// The leaves in which the commit read a secret.
    secrets: BTreeSet<Keys>,
}

impl Baseline {
    pub(crate) fn entry(
        self,
        content: VersionContent,
        record: Option<Record>,
        SecretLeaves { read, hidden }: SecretLeaves<'_>,
    ) -> PendingEntry {
        let back = self.newest.map(|newest| content.delta_to(&newest, hidden));
        let back = match (&record, back) {
            (None, Some(back)) if back.is_empty() => None,
            // The delta from the newest version to the one before has a new starting point.
            (None, Some(_)) => self.previous.map(|previous| content.delta_to(&previous.content(), hidden)),
            (_, back) => back,
        };
        PendingEntry { content, record, back, secrets: read.clone() }
    }
}

impl PendingEntry {
    /// Sets the duration of the change, which is known only at the end.
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
    /// Creates a history with the first version, of a handle whose state is not saved.
    pub(crate) fn new(limits: Limits, record: Record, content: VersionContent) -> Self {
        let mut history = Self { limits, versions: VecDeque::new(), content: None };
        if limits.versions > 0 {
            let (record, secrets) = (Some(record), BTreeSet::new());
            let Evicted { .. } = history.push(PendingEntry { content, record, back: None, secrets });
        }
        history
    }

    /// Restores a history after a restart, oldest version first; `content` belongs to the last one.
    pub(crate) fn restored(limits: Limits, versions: Vec<Version>, content: VersionContent) -> Self {
        let remembers = limits.versions > 0 && !versions.is_empty();
        let versions: VecDeque<_> = if remembers { versions.into() } else { VecDeque::new() };
        let mut history = Self { limits, versions, content: remembers.then_some(content) };
        drop(history.evict());
        history
    }

    /// All versions, and the content of the newest one.
    pub(crate) fn entries(&self) -> (Vec<Version>, Option<VersionContent>) {
        (self.versions.iter().cloned().collect(), self.content.clone())
    }

    /// The contents before a commit, with which it is compared; `None` if no version is kept.
    pub(crate) fn baseline(&self, publishes: bool) -> Option<Baseline> {
        if self.limits.versions == 0 {
            return None;
        }
        let previous = self.versions.iter().rev().nth(1).filter(|_| !publishes);
        let previous = previous.map(|previous| previous.record.version);
        // With only one version there is no rollback.
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
                let secrets = entry.secrets;
                self.versions.push_back(Version { record, back: None, replaced: None, secrets });
            }
            None => {
                self.set_delta(1, entry.back);
                self.versions.iter_mut().next_back().into_iter().for_each(|version| {
                    version.secrets.extend(entry.secrets.iter().cloned());
                });
            }
        }
        Evicted { content, ..self.evict() }
    }

    /// Sets the delta of a version, counted backwards from the newest.
    fn set_delta(&mut self, before_newest: usize, back: Option<ReverseDelta>) {
        if let (Some(back), Some(version)) = (back, self.versions.iter_mut().rev().nth(before_newest)) {
            version.back = Some(Arc::new(back));
        }
    }

    /// # Errors
    /// The version is not in the history; the error names the versions that are.
    pub(crate) fn lookup(&self, version: u64) -> Result<VersionLookup, Error> {
        // There may be gaps, because a crash may have lost the last versions before it.
        let place = self.versions.binary_search_by_key(&version, |version| version.record.version).ok();
        let (Some(place), Some(newest)) = (place, &self.content) else {
            return Err(self.not_remembered(&format!("version {version} is not remembered")));
        };
        let deltas = self.versions.iter().skip(place).rev().filter_map(|version| version.back.clone());
        Ok(VersionLookup { newest: newest.clone(), deltas: deltas.collect() })
    }

    /// The error for a version that does not exist, or no longer exists.
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

    /// Removes versions beyond the limits of age and number. The current version is never too old.
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

/// One published version; from [`Handle::history`](crate::Handle::history).
///
/// `Display` prints it as text; it implements `Serialize` for programs. Never contains the value of a secret.
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// config.by("alice").set_rate_limit_max(500)?;
///
/// let record = &config.history()[1];
/// assert_eq!((record.version, record.by.as_deref()), (2, Some("alice")));
/// assert_eq!(record.changed, ["rate_limit.max"]);
/// assert_eq!(record.changes[0].to_string(), "rate_limit.max: 100 -> 500");
/// assert_eq!(record.to_string(), "version 2, set by alice\n  rate_limit.max: 100 -> 500");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The version.
    pub version: u64,
    /// When it was published, by the system clock; serialized as RFC 3339.
    #[serde(with = "crate::timestamp")]
    pub at: SystemTime,
    /// Why it was published.
    pub cause: Cause,
    /// The author, if the change was made through [`Handle::by`](crate::Handle::by).
    pub by: Option<String>,
    /// The dotted paths of the leaves that changed; empty for the first version.
    pub changed: Vec<String>,
    /// The changes inside those leaves, path by path: `servers[3].port`.
    pub changes: Vec<FieldChange>,
    /// The time to load, validate and publish it, including hooks but not the reading of sources; serialized in
    /// seconds.
    #[serde(serialize_with = "crate::timestamp::seconds", deserialize_with = "seconds")]
    pub duration: Duration,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(D::Error::custom)
}

impl Record {
    /// The record of a first version, with the duration of its load.
    pub(crate) fn first(version: u64, duration: Duration) -> Self {
        let (changed, changes) = (Vec::new(), Vec::new());
        Self { version, at: SystemTime::now(), cause: Cause::Start, by: None, changed, changes, duration }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, at, cause, by, changed, changes, duration } = self;
        let mut shown = f.debug_struct("Record");
        shown.field("version", version).field("at", at);
        shown.field("cause", &Escaped(cause)).field("by", &Escaped(by)).field("changed", &Escaped(changed));
        shown.field("changes", changes).field("duration", duration).finish()
    }
}

/// One line for the version, and one for each change.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            write!(f, "version {}, {}", self.version, self.cause)?;
            self.by.iter().try_for_each(|by| write!(f, " by {}", by.escape_debug()))?;
            self.changes.iter().try_for_each(|change| write!(f, "\n  {change}"))
        })
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
