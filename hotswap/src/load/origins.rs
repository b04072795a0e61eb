//! Finds out where each problem stands: only when there are problems, and from the text of that version.

use std::{cell::OnceCell, collections::HashSet};

use super::Input;
use crate::{
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    shape::Shape,
    source::{Layer, UnknownKeys, locate::Places},
};

/// Problems that refuse the load, and those that only warn.
type Settled = (Vec<Issue>, Vec<Issue>);

/// Gives every problem its place and order, and tells what refuses the load from what only warns.
pub(super) fn settle(found: Vec<Issue>, shape: &'static Shape, input: &Input<'_>) -> Settled {
    let map = Map::of(input);
    let incomplete = !input.unread.is_empty();
    let (mut issues, mut warnings) = (input.unread.clone(), Vec::new());
    for layer in input.layers {
        layer.complaints().for_each(|(policy, issue)| sort_in(policy, issue, &mut issues, &mut warnings));
    }
    for issue in found {
        match issue.kind() {
            // A source that gave nothing may have held what is missing, or what would have satisfied the rule.
            IssueKind::Missing | IssueKind::Rule if incomplete => {}
            IssueKind::UnknownKey => map
                .unknown(&issue, shape)
                .for_each(|(policy, issue)| sort_in(policy, issue, &mut issues, &mut warnings)),
            IssueKind::Missing => issues.push(map.advise(issue)),
            _ if issue.origin().is_some() => issues.push(issue),
            _ => {
                let origin = map.origin_of(issue.keys());
                issues.push(issue.at(origin));
            }
        }
    }
    let mut seen = HashSet::new();
    issues.retain(|issue| seen.insert(issue.to_string()));
    issues.sort_by_cached_key(|issue| map.order(issue));
    (issues, warnings)
}

/// Where the values that won stand.
pub(crate) fn origins<'k>(input: &Input<'_>, places: impl IntoIterator<Item = &'k Keys>) -> Vec<Origin> {
    let map = Map::of(input);
    places.into_iter().map(|keys| map.origin_of(keys)).collect()
}

fn sort_in(policy: UnknownKeys, issue: Issue, issues: &mut Vec<Issue>, warnings: &mut Vec<Issue>) {
    match policy {
        UnknownKeys::Deny => issues.push(issue),
        UnknownKeys::Warn => warnings.push(issue),
        UnknownKeys::Allow => {}
    }
}

/// The layers, each with the places of its text once somebody asks.
struct Map<'i> {
    input: &'i Input<'i>,
    layers: Vec<(&'i Layer, OnceCell<Option<Places<'i>>>)>,
}

impl<'i> Map<'i> {
    fn of(input: &'i Input<'i>) -> Self {
        Self { input, layers: input.layers.iter().map(|layer| (&**layer, OnceCell::new())).collect() }
    }

    /// A key that the decoder met inside a leaf stands in one or more layers, each with its own policy.
    /// What the fields describe was already checked layer by layer.
    fn unknown(&self, issue: &Issue, shape: &'static Shape) -> impl Iterator<Item = (UnknownKeys, Issue)> {
        let keys = issue.keys().clone();
        let inside = shape.leaves().iter().any(|leaf| keys.starts_with(&leaf.keys) && keys != leaf.keys);
        self.layers.iter().filter(move |_| inside).filter_map(move |(layer, text)| {
            let (depth, found) = nearest(layer, &keys);
            let holds = depth == keys.0.len() || layer.holds_text(&found);
            let text = text.get_or_init(|| layer.text_places()).as_ref();
            holds.then(|| (layer.unknown_keys(), issue.clone().at(layer.origin_of_key(text, &found))))
        })
    }

    /// A value that stands nowhere: where it could be given.
    fn advise(&self, issue: Issue) -> Issue {
        let name = issue.keys().to_string();
        match self.input.names.and_then(|names| names.variable(issue.keys())) {
            Some(variable) => issue.with_help(format!("give `{name}` in a file, or set {variable}")),
            None => issue.with_help(format!("give `{name}` in a file")),
        }
    }

    /// The place of the value that won at `keys`, or of the nearest value around it.
    fn origin_of(&self, keys: &Keys) -> Origin {
        if self.input.pins.keys().any(|pin| keys.starts_with(pin)) {
            return Origin::Override;
        }
        let found = self.layers.iter().map(|(layer, text)| (nearest(layer, keys), layer, text));
        // Of the deepest ones the last, which has the highest precedence.
        match found.max_by_key(|((depth, _), ..)| *depth) {
            Some(((depth, found), layer, text)) if depth > 0 => {
                layer.origin(text.get_or_init(|| layer.text_places()).as_ref(), &found)
            }
            _ => Origin::Default,
        }
    }

    /// Sources in their order, then lines; what stands nowhere comes last.
    fn order(&self, issue: &Issue) -> (usize, Option<usize>, Option<usize>) {
        let Some(origin) = issue.origin() else { return (usize::MAX, None, None) };
        let source = self.layers.iter().position(|(layer, _)| layer.speaks_for(origin));
        let source = source.unwrap_or(self.layers.len());
        match origin {
            Origin::File { line, column, .. } => (source, *line, *column),
            _ => (source, None, None),
        }
    }
}

/// The longest part of `keys` that a layer has a value for.
fn nearest(layer: &Layer, keys: &Keys) -> (usize, Keys) {
    let depth =
        (1..=keys.0.len()).take_while(|depth| Keys(keys.0[..*depth].to_vec()).find(layer.tree()).is_some());
    let depth = depth.last().unwrap_or(0);
    (depth, Keys(keys.0[..depth].to_vec()))
}
