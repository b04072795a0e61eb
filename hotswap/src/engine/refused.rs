//! Sources whose content is refused, for the status.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::ENVIRONMENT;
use crate::{
    error::Error,
    issue::{Issue, Origin},
};

/// By the name of the source, the first thing that is wrong with its content.
pub(crate) type RefusedSources = BTreeMap<String, String>;

/// The sources that a refusal names and that are not in force as they are; where it names none, as that of a hook, those
/// that changed. `before` are those that were refused already.
pub(super) fn sources(error: &Error, changed: &BTreeSet<String>, before: &RefusedSources) -> RefusedSources {
    let new = |name: &String| changed.contains(name) || before.contains_key(name);
    let mut refused = RefusedSources::new();
    for issue in error.issues() {
        let mut named: BTreeSet<_> = issue.origins().filter_map(source_of).collect();
        // A check of a struct names a source too whose values were good before another source changed.
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
