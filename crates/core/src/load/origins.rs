//! Locates each problem: only if there are problems, and in the text of that version.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet, HashSet},
};

use super::{ConfigType, Input, Plan, Trace, hidden_in};
use crate::{
    excerpt::Show,
    issue::{Issue, IssueKind, Origin},
    keys::{Key, Keys},
    resolve::interpolate,
    shape::{Leaf, Shape},
    source::{Layer, UnknownKeys, locate::SourceMap},
};

/// The rank of the source, the order among sources with the same rank, line and column.
type Order = (usize, usize, Option<usize>, Option<usize>);

/// Errors and warnings.
type Settled = (Vec<Issue>, Vec<Issue>);

/// Sets the position and order of every problem, and separates errors from warnings.
pub(super) fn locate_issues(
    found: Vec<Issue>,
    shape: &'static Shape,
    input: &Input<'_>,
    secrets: &BTreeSet<Keys>,
) -> Settled {
    let told = input.secrets.diagnostics();
    let flawless = told.is_empty() && input.layers.iter().all(|layer| layer.is_flawless());
    if found.is_empty() && input.unread.is_empty() && flawless {
        return Settled::default();
    }
    let map = OriginMap::new(input, shape, secrets);
    let incomplete = !input.unread.is_empty();
    let without_variables = input.unread.iter().any(Issue::withholds_variables);
    let (mut issues, mut warnings) = (input.unread.clone(), Vec::new());
    for (policy, issue) in told {
        sort_in(*policy, issue.clone(), &mut issues, &mut warnings);
    }
    for layer in input.layers {
        layer.diagnostics().for_each(|(policy, issue)| sort_in(policy, issue, &mut issues, &mut warnings));
    }
    for issue in found {
        match issue.kind() {
            // A source that could not be read may contain the missing value, or a value that satisfies the
            // rule.
            IssueKind::Missing | IssueKind::Rule if incomplete => {}
            IssueKind::Interpolation if without_variables && interpolate::is_unset(&issue) => {}
            IssueKind::UnknownKey => {
                let mut found = map.unknown(&issue);
                found.extend(map.uncertain(&issue, &found));
                found
                    .into_iter()
                    .for_each(|(policy, issue)| sort_in(policy, issue, &mut issues, &mut warnings));
            }
            // The position of the element with the missing value is known.
            IssueKind::Missing if map.is_inside(issue.keys()) => issues.push(map.placed(issue)),
            IssueKind::Missing => issues.push(map.advise(issue)),
            _ if issue.origin().is_some() => issues.push(issue),
            _ => issues.push(map.placed(issue)),
        }
    }
    let mut seen = HashSet::new();
    issues.retain(|issue| seen.insert(issue.to_string()));
    issues.sort_by_cached_key(|issue| map.order(issue));
    (issues, warnings)
}

/// Sets the position of each to that of the effective value.
pub(crate) fn placed(
    issues: Vec<Issue>,
    config_type: ConfigType,
    input: &Input<'_>,
    secrets: &BTreeSet<Keys>,
) -> Vec<Issue> {
    let hidden = hidden_in(config_type, &issues, secrets);
    let map = OriginMap::new(input, config_type.shape, &hidden);
    issues.into_iter().map(|issue| map.placed(issue)).collect()
}

fn sort_in(policy: UnknownKeys, issue: Issue, issues: &mut Vec<Issue>, warnings: &mut Vec<Issue>) {
    match policy {
        UnknownKeys::Deny => issues.push(issue),
        UnknownKeys::Warn => warnings.push(issue),
        UnknownKeys::Allow => {}
    }
}

/// The layers, each with the positions in its text, which are computed on first use.
struct OriginMap<'i> {
    input: &'i Input<'i>,
    layers: Vec<(&'i Layer, OnceCell<Option<SourceMap<'i>>>)>,
    plan: Option<Plan>,
    leaves: Vec<Leaf>,
    /// Leaves in which the decoder read a secret.
    secrets: &'i BTreeSet<Keys>,
}

impl<'i> OriginMap<'i> {
    fn new(input: &'i Input<'i>, shape: &'static Shape, secrets: &'i BTreeSet<Keys>) -> Self {
        let layers = input.layers.iter().map(|layer| (&**layer, OnceCell::new())).collect();
        Self { input, layers, plan: Plan::new(shape), leaves: shape.leaves(), secrets }
    }

    fn trace(&self, keys: &Keys, hiding: usize) -> Trace {
        let trees = self.layers.iter().map(|(layer, _)| layer.tree());
        Trace::new(self.plan.as_ref(), trees, keys, hiding)
    }

    fn layer(&self, number: usize) -> Option<(&'i Layer, Option<&SourceMap<'i>>)> {
        let (layer, text) = self.layers.get(number)?;
        Some((layer, text.get_or_init(|| layer.text_places()).as_ref()))
    }

    /// Whether the path is below a leaf that has a key of its own.
    fn is_inside(&self, keys: &Keys) -> bool {
        let around = |leaf: &Leaf| keys.starts_with(&leaf.keys) && *keys != leaf.keys;
        self.leaves.iter().any(|leaf| !leaf.field().flatten && around(leaf))
    }

    /// An unknown key that the decoder found inside a leaf is in one or more layers, each with its own
    /// policy. Keys on the level of fields were already checked layer by layer.
    fn unknown(&self, issue: &Issue) -> Vec<(UnknownKeys, Issue)> {
        let keys = issue.keys();
        let inside = self.leaves.iter().any(|leaf| keys.starts_with(&leaf.keys) && *keys != leaf.keys);
        let trace = self.trace(keys, keys.0.len().saturating_sub(1));
        let given = trace.given.iter().filter(|_| inside && trace.depth == keys.0.len());
        given
            .filter_map(|given| {
                let (layer, text) = self.layer(given.layer)?;
                Some((layer.unknown_keys(), layer.placed_at_key(issue.clone(), text, &given.keys)))
            })
            .collect()
    }

    /// For keys that are only counted, the layer is unknown; it may be one that denies them.
    fn uncertain(&self, issue: &Issue, found: &[(UnknownKeys, Issue)]) -> Option<(UnknownKeys, Issue)> {
        let denied = found.iter().any(|(policy, _)| *policy == UnknownKeys::Deny);
        let denies = self.layers.iter().any(|(layer, _)| layer.unknown_keys() == UnknownKeys::Deny);
        (issue.more() > 0 && !denied && denies).then(|| (UnknownKeys::Deny, issue.clone()))
    }

    /// Adds advice on where a missing value can be set.
    fn advise(&self, issue: Issue) -> Issue {
        let name = issue.keys().to_string();
        match self.input.names.and_then(|names| names.variable(issue.keys())) {
            Some(variable) => issue.with_help(format!("give `{name}` in a file, or set {variable}")),
            None => issue.with_help(format!("give `{name}` in a file")),
        }
    }

    /// Sets the position of the effective value, or of the nearest value around it.
    fn placed(&self, issue: Issue) -> Issue {
        let keys = issue.keys().clone();
        if self.input.overrides.keys().any(|entry| keys.starts_with(entry)) {
            return issue.at(Origin::Override);
        }
        let trace = self.trace(&keys, keys.0.len());
        let given = trace.given.last().filter(|_| trace.depth > 0);
        let whole = given.is_none_or(|given| given.value.as_table().is_some());
        if whole && issue.kind() != IssueKind::UnknownKey && self.is_struct(&keys) {
            return self.placed_in_struct(issue);
        }
        let Some(given) = given.filter(|_| !self.is_default(&keys, trace.depth)) else {
            return issue.at(Origin::Default);
        };
        let Some((layer, text)) = self.layer(given.layer) else { return issue };
        let issue = match issue.help() {
            None if issue.kind() == IssueKind::WrongType && given.value.is_null() => issue.with_help(NULL),
            _ => issue,
        };
        layer.placed(issue, text, &given.keys, showable(&self.leaves, self.secrets, &keys))
    }

    /// Whether the path is a struct with fields of its own, such as the root.
    fn is_struct(&self, keys: &Keys) -> bool {
        self.leaves.iter().any(|leaf| leaf.keys.starts_with(keys) && leaf.keys != *keys)
    }

    /// Whether no layer gives the field at or above `keys`, as far as layers were followed. The nearest value is then
    /// only a table around the field.
    fn is_default(&self, keys: &Keys, followed: usize) -> bool {
        let field = self.leaves.iter().find(|leaf| !leaf.field().flatten && keys.starts_with(&leaf.keys));
        field.is_some_and(|field| followed < field.keys.0.len())
    }

    /// For values that are invalid together: every source that gives one of them, the highest first.
    fn placed_in_struct(&self, issue: Issue) -> Issue {
        let is_part = |leaf: &Leaf| issue.leaves().is_none_or(|leaves| leaves.contains(&leaf.keys));
        let inside =
            |leaf: &&Leaf| leaf.keys.starts_with(issue.keys()) && !leaf.field().flatten && is_part(leaf);
        let inside = self.leaves.iter().filter(inside);
        let overridden = |leaf: &&Leaf| self.input.overrides.keys().any(|entry| leaf.keys.starts_with(entry));
        let (set, given): (Vec<_>, Vec<_>) = inside.partition(overridden);
        if !set.is_empty() && self.input.is_write() {
            return issue.at(Origin::Override);
        }
        let (mut sources, issue_keys) = (BTreeMap::<usize, Vec<Keys>>::new(), issue.keys().clone());
        for leaf in given {
            let trace = self.trace(&leaf.keys, leaf.keys.0.len());
            let reached = trace.given.into_iter().filter(|_| trace.depth == leaf.keys.0.len());
            reached.for_each(|given| sources.entry(given.layer).or_default().push(given.keys));
        }
        let set = (!set.is_empty()).then_some(Origin::Override);
        let given = sources.iter().rev().flat_map(|(layer, keys)| self.origins(*layer, &issue_keys, keys));
        let mut origins: Vec<_> = set.iter().cloned().chain(given).collect();
        origins.truncate(NAMED);
        if origins.is_empty() {
            return issue.at(Origin::Default);
        }
        let (issue, keys) = (issue.at_all(origins), issue_keys);
        // The line of the value if it is the only one, else the line of the table, if the file has one.
        match sources.last_key_value().filter(|_| set.is_none() && !keys.is_root()) {
            Some((highest, values)) => match self.layer(*highest).filter(|(layer, _)| layer.is_text()) {
                Some((layer, text)) => {
                    let keys = if let [only] = values.as_slice() { only } else { &keys };
                    layer.placed(issue, text, keys, Show::Key)
                }
                None => issue,
            },
            None => issue,
        }
    }

    /// The origins of `values`, which are in the struct at `keys`, in one layer: the value if there is only one, else
    /// their table, else the file. Variables are named individually.
    fn origins(&self, layer: usize, keys: &Keys, values: &[Keys]) -> Vec<Origin> {
        let Some((layer, text)) = self.layer(layer) else { return Vec::new() };
        let mut origins: Vec<_> = values.iter().map(|value| layer.origin(text, value)).collect();
        origins.dedup();
        let one_file = matches!(origins.first(), Some(Origin::File { .. })) && layer.is_text();
        match origins.len() {
            2.. if one_file && keys.is_root() => vec![origins[0].source()],
            2.. if one_file && !keys.is_root() => vec![layer.origin(text, keys)],
            _ => origins,
        }
    }

    /// Ordered by source, then by line; problems without a position come last.
    fn order(&self, issue: &Issue) -> Order {
        let Some(origin) = issue.origin() else { return (usize::MAX, 0, None, None) };
        let layer = self.layers.iter().position(|(layer, _)| layer.speaks_for(origin));
        let same = |unread: &Issue| unread.origin().is_some_and(|other| other.source() == origin.source());
        let unread = || self.input.unread.iter().position(same);
        let (place, turn) = match (layer, issue.rank()) {
            (Some(layer), _) => (layer + 1, 0),
            // A source without a layer comes after those that were read before it.
            (None, Some(layers)) => (layers, 1 + unread().unwrap_or(0)),
            (None, None) => (self.layers.len() + 1, 0),
        };
        match origin {
            Origin::File { line, column, .. } => (place, turn, *line, *column),
            _ => (place, turn, None, None),
        }
    }
}

/// How much of the value at `keys` may be shown: a leaf that is not secret, or an element of one. Deeper values
/// belong to an unknown type.
pub(super) fn showable(leaves: &[Leaf], secrets: &BTreeSet<Keys>, keys: &Keys) -> Show {
    let leaf = leaves.iter().find(|leaf| keys.starts_with(&leaf.keys) && !leaf.field().flatten);
    let open = leaf.is_some_and(|leaf| {
        let below = &keys.0[leaf.keys.0.len()..];
        let element = below.iter().all(|key| matches!(key, Key::Index(_)));
        element && !leaf.secret() && !secrets.contains(&leaf.keys)
    });
    if open { Show::Value } else { Show::Key }
}

/// The maximum number of sources that one problem names.
const NAMED: usize = 6;

const NULL: &str =
    "only an optional field can be unset with null; leave the key out to keep what lower layers say";
