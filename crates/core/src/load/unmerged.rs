//! Finds fields whose value is invalid only because the tables of several layers were merged, such as those of two
//! variants of an enum.

use std::collections::BTreeMap;

use super::{ConfigType, Input, Problems, place_at};
use crate::{
    issue::Issue,
    keys::Keys,
    panics::catch_panic,
    resolve::interpolate,
    secret::tracking,
    shape::{Leaf, Merge},
    value::Value,
};

const HELP: &str = "the tables of several sources are merged here, and the last one alone is valid: if it is to replace \
                    the others, as another variant of an enum does, write `#[hot(merge = \"replace\")]` on the field";

/// The problems, with advice for those that the merge caused. `tree` is the refused tree, and `defaults` are the
/// defaults that apply in it.
pub(super) fn advise(
    config_type: ConfigType,
    found: Vec<Issue>,
    input: &Input<'_>,
    tree: &Value,
    defaults: &Value,
) -> Vec<Issue> {
    let leaves = if found.is_empty() { Vec::new() } else { config_type.shape.leaves() };
    let mut known: BTreeMap<Keys, bool> = BTreeMap::new();
    let mut is_caused = |issue: &Issue| {
        let leaf = leaves.iter().find(|leaf| is_merged(leaf) && issue.keys().starts_with(&leaf.keys));
        leaf.is_some_and(|leaf| {
            let examine = || is_valid_alone(config_type, &leaf.keys, input, tree, defaults);
            *known.entry(leaf.keys.clone()).or_insert_with(examine)
        })
    };
    let advised = |issue: Issue| if is_caused(&issue) { issue.with_help(HELP) } else { issue };
    found.into_iter().map(advised).collect()
}

/// A flattened leaf has the table of its struct, which is always merged.
fn is_merged(leaf: &Leaf) -> bool {
    leaf.field().merge == Merge::Deep && !leaf.trail.iter().any(|field| field.flatten)
}

/// Whether several tables were merged at the path, and the highest one alone is valid.
fn is_valid_alone(
    config_type: ConfigType,
    leaf: &Keys,
    input: &Input<'_>,
    tree: &Value,
    defaults: &Value,
) -> bool {
    if input.overrides.keys().any(|keys| leaf.starts_with(keys)) {
        return false;
    }
    let trees = [defaults].into_iter().chain(input.layers.iter().map(|layer| layer.tree()));
    let given: Vec<&Value> = trees.filter_map(|tree| leaf.find(tree)).collect();
    let [.., below, highest] = given[..] else { return false };
    if below.as_table().is_none() || highest.as_table().is_none() {
        return false;
    }
    let Ok(alone) = interpolate::resolve(highest, input.variables, &|_, _| 0) else { return false };
    let is_valid = || tracking::reads_any(|| reads(config_type, &place_at(tree, leaf, Some(&alone)), leaf)).0;
    catch_panic(is_valid).unwrap_or(false)
}

/// Whether the type of a leaf reads its value, and all keys in it.
fn reads(config_type: ConfigType, tree: &Value, leaf: &Keys) -> bool {
    let mut problems = Problems::default();
    let (strays, asked) = (config_type.strays)(tree);
    problems.set_asked(asked);
    (config_type.probe)(tree, &Keys::root(), &mut problems);
    problems.noted(strays, &Keys::root());
    !problems.into_issues().iter().any(|issue| issue.keys().starts_with(leaf))
}
