//! Finds out where each problem stands: only when there are problems, and from the text of that version.

use std::collections::HashSet;

use super::Input;
use crate::{
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    shape::Shape,
    source::{Layer, UnknownKeys},
};

/// Gives every problem its place and order, and tells what refuses the load from what only warns.
pub(super) fn settle(
    found: Vec<Issue>,
    shape: &'static Shape,
    input: &Input<'_>,
) -> (Vec<Issue>, Vec<Issue>) {
    let incomplete = !input.unread.is_empty();
    let mut issues = input.unread.clone();
    let mut warnings = Vec::new();
    for layer in input.layers {
        layer.complaints().for_each(|(policy, issue)| sort_in(policy, issue, &mut issues, &mut warnings));
    }
    for issue in found {
        // A source that gave nothing may have held what is missing, or what would have satisfied the rule.
        if incomplete && matches!(issue.kind(), IssueKind::Missing | IssueKind::Rule) {
            continue;
        }
        match issue.kind() {
            IssueKind::UnknownKey => {
                for (policy, issue) in unknown_in_layers(&issue, shape, input) {
                    sort_in(policy, issue, &mut issues, &mut warnings);
                }
            }
            _ => issues.push(place(issue, input)),
        }
    }
    let mut seen = HashSet::new();
    issues.retain(|issue| {
        seen.insert((issue.path(), issue.origin().map(ToString::to_string), issue.message().to_owned()))
    });
    issues.sort_by_cached_key(|issue| order(issue, input));
    (issues, warnings)
}

fn sort_in(policy: UnknownKeys, issue: Issue, issues: &mut Vec<Issue>, warnings: &mut Vec<Issue>) {
    match policy {
        UnknownKeys::Deny => issues.push(issue),
        UnknownKeys::Warn => warnings.push(issue),
        UnknownKeys::Allow => {}
    }
}

/// A key that the decoder met inside a leaf stands in one or more layers, each with its own policy.
/// What the fields describe was already checked layer by layer.
fn unknown_in_layers<'i>(
    issue: &'i Issue,
    shape: &'static Shape,
    input: &'i Input<'_>,
) -> impl Iterator<Item = (UnknownKeys, Issue)> + 'i {
    let inside_leaf =
        shape.leaves().iter().any(|leaf| issue.keys().starts_with(&leaf.keys) && issue.keys() != &leaf.keys);
    input.layers.iter().filter(move |_| inside_leaf).filter_map(|layer| {
        let (depth, found) = nearest(layer, issue.keys())?;
        let exact = depth == issue.keys().0.len() || layer.holds_text(&found);
        exact.then(|| (layer.unknown_keys(), issue.clone().at(layer.origin_of_key(&found))))
    })
}

fn place(issue: Issue, input: &Input<'_>) -> Issue {
    if issue.origin().is_some() {
        return issue;
    }
    if issue.kind() == IssueKind::Missing {
        return advise(issue, input);
    }
    let origin = origin_of(issue.keys(), input);
    issue.at(origin)
}

/// A value that stands nowhere: where it could be given.
fn advise(issue: Issue, input: &Input<'_>) -> Issue {
    let name = issue.keys().to_string();
    let variable = input.names.and_then(|names| names.variable(issue.keys()));
    match variable {
        Some(variable) => issue.with_help(format!("give `{name}` in a file, or set {variable}")),
        None => issue.with_help(format!("give `{name}` in a file")),
    }
}

/// The place of the value that won at `keys`, or of the nearest value around it.
fn origin_of(keys: &Keys, input: &Input<'_>) -> Origin {
    if input.pins.keys().any(|pin| keys.starts_with(pin)) {
        return Origin::Override;
    }
    let mut best: Option<(usize, &Layer, Keys)> = None;
    for layer in input.layers {
        if let Some((depth, found)) = nearest(layer, keys)
            && best.as_ref().is_none_or(|(deepest, ..)| depth >= *deepest)
        {
            best = Some((depth, layer, found));
        }
    }
    match best {
        Some((depth, layer, found)) if depth > 0 => layer.origin(&found),
        _ => Origin::Default,
    }
}

/// The longest part of `keys` that a layer has a value for.
fn nearest(layer: &Layer, keys: &Keys) -> Option<(usize, Keys)> {
    (0..=keys.0.len())
        .rev()
        .map(|depth| (depth, Keys(keys.0[..depth].to_vec())))
        .find(|(_, part)| part.find(layer.tree()).is_some())
}

/// Sources in their order, then lines; what stands nowhere comes last.
fn order(issue: &Issue, input: &Input<'_>) -> (usize, Option<usize>, Option<usize>) {
    let Some(origin) = issue.origin() else { return (usize::MAX, None, None) };
    let source = input.layers.iter().position(|layer| layer.speaks_for(origin)).unwrap_or(input.layers.len());
    match origin {
        Origin::File { line, column, .. } => (source, *line, *column),
        _ => (source, None, None),
    }
}
