//! Sources whose content is refused, for the status.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use super::collect::ENVIRONMENT;
use crate::{
    error::Error,
    issue::{Issue, Origin, gist},
};

/// The kinds of refused changes that the engine retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Retried {
    /// A load of the sources.
    Reload,
    /// A version with rotated secrets.
    Rotation,
    /// The removal of expired overrides.
    Expiry,
}

/// The last refusal of each kind, without counters and similar text, so that the same refusal is reported once.
/// Origins are left out, because the same problem may occur with other values.
#[derive(Debug, Default)]
pub(crate) struct LastRefusals(BTreeMap<Retried, LastRefusal>);

#[derive(Debug)]
struct LastRefusal {
    at: Instant,
    error: Error,
    problems: Vec<String>,
    /// Whether the same content was refused for another reason before this.
    varies: bool,
}

impl LastRefusals {
    /// `is_new` if the content was not refused before.
    pub(super) fn put(&mut self, what: Retried, error: &Error, is_new: bool) {
        let varies = !is_new && self.has(what) && !self.is_known(what, error);
        let (at, error, problems) = (Instant::now(), error.clone(), problems(error));
        self.0.insert(what, LastRefusal { at, error, problems, varies });
    }

    /// The last refusal of all kinds.
    pub(super) fn last(&self) -> Option<(Instant, Error)> {
        let last = self.0.values().max_by_key(|refusal| refusal.at)?;
        Some((last.at, last.error.clone()))
    }

    /// Whether the last retry was refused for another reason than the one before. A callback that reacts to each report with a
    /// write would then cause the next retry, and the next report, without end.
    pub(super) fn varies(&self, what: Retried) -> bool {
        self.0.get(&what).is_some_and(|refusal| refusal.varies)
    }

    /// Records that a change of this kind was accepted.
    pub(super) fn clear(&mut self, what: Retried) {
        self.0.remove(&what);
    }

    pub(super) fn has(&self, what: Retried) -> bool {
        self.0.contains_key(&what)
    }

    pub(super) fn is_known(&self, what: Retried, error: &Error) -> bool {
        self.0.get(&what).is_some_and(|last| last.problems == problems(error))
    }
}

fn problems(error: &Error) -> Vec<String> {
    error.issues().map(|issue| format!("{}: {}", issue.keys(), gist(issue.message()))).collect()
}

/// The first problem of each refused source, by the name of the source.
pub(crate) type RefusedSources = BTreeMap<String, String>;

/// The sources that a refusal names and whose content is not in force; if it names no source, as a refusal by a hook,
/// all sources that changed. `before` contains the sources that were already refused.
pub(super) fn sources(error: &Error, changed: &BTreeSet<String>, before: &RefusedSources) -> RefusedSources {
    let new = |name: &String| changed.contains(name) || before.contains_key(name);
    let mut refused = RefusedSources::new();
    for issue in error.issues() {
        let mut named: BTreeSet<_> = issue.origins().filter_map(source_of).collect();
        // A check of a struct also names sources whose values were valid before another source changed.
        if named.iter().any(new) {
            named.retain(new);
        }
        for name in named {
            refused.entry(name).or_insert_with(|| reason(issue));
        }
    }
    if let (true, Some(first)) = (refused.is_empty(), error.issues().next()) {
        let waiting = changed.iter().chain(before.keys());
        return waiting.map(|name| (name.clone(), reason(first))).collect();
    }
    refused
}

fn reason(issue: &Issue) -> String {
    if issue.keys().is_root() {
        return issue.message().to_owned();
    }
    format!("{}: {}", issue.keys(), issue.message())
}

fn source_of(origin: &Origin) -> Option<String> {
    match origin {
        Origin::File { path, .. } => Some(path.display().to_string()),
        Origin::Env { .. } => Some(ENVIRONMENT.to_owned()),
        Origin::Source { name } => Some(name.clone()),
        _ => None,
    }
}
