//! Sources whose content is refused, for the status.

use std::collections::BTreeMap;

use super::collect::ENVIRONMENT;
use crate::{
    error::Error,
    issue::{Issue, Origin},
    snapshot::Cause,
};

/// By the name of the source, the first thing that is wrong with its content.
pub(crate) type RefusedSources = BTreeMap<String, String>;

/// The sources that a refusal names and that are not in force as they are; where it names none, as that of a hook, those
/// that changed. `before` are those that were refused already.
pub(super) fn sources(error: &Error, cause: &Cause, before: &RefusedSources) -> RefusedSources {
    let changed = changed(cause);
    let mut named = RefusedSources::new();
    for issue in error.issues() {
        for name in issue.origins().filter_map(source_of) {
            named.entry(name).or_insert_with(|| reason(issue));
        }
    }
    if let (true, Some(first)) = (named.is_empty(), error.issues().next()) {
        return changed.into_iter().map(|name| (name, reason(first))).collect();
    }
    // A check of a struct names a source too whose values were good before another source changed.
    let new = |name: &String| changed.contains(name) || before.contains_key(name);
    if named.keys().any(new) {
        named.retain(|name, _| new(name));
    }
    named
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

fn changed(cause: &Cause) -> Vec<String> {
    match cause {
        Cause::Files(paths) => paths.iter().map(|path| path.display().to_string()).collect(),
        Cause::Sources(names) => names.clone(),
        Cause::Environment => vec![ENVIRONMENT.to_owned()],
        _ => Vec::new(),
    }
}
