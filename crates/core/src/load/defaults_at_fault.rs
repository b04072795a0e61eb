//! Finds checks that the defaults alone break, so that no source is blamed for other values.

use super::{ConfigType, Problems, place_at};
use crate::{
    de::Notes,
    issue::{Issue, Origin},
    panics,
    secret::tracking,
    value::Value,
};

/// The problems. A problem that also occurs without the sources gets the origin of a default. `tree` is the refused
/// tree, and `defaults` are the defaults that apply in it.
pub(super) fn attribute_to_defaults(
    config_type: ConfigType,
    mut found: Vec<Issue>,
    tree: &Value,
    defaults: &Value,
) -> Vec<Issue> {
    for issue in found.iter_mut().filter(|issue| issue.leaves().is_some()) {
        let Some(alone) = with_defaults(config_type, issue, tree, defaults) else { continue };
        // The check is code of the program, which may panic.
        let problems = panics::catch_panic(|| tracking::reads_any(|| problems(config_type, &alone)).0)
            .unwrap_or_default();
        let is_same = |other: &Issue| other.keys() == issue.keys() && other.message() == issue.message();
        if problems.iter().any(is_same) {
            *issue = issue.clone().at(Origin::Default);
        }
    }
    found
}

/// The tree with the default of each leaf of the struct; the default of a secret may be only a reference. `None` if a
/// source gives a leaf without a default, and so may be to blame.
fn with_defaults(config_type: ConfigType, issue: &Issue, tree: &Value, defaults: &Value) -> Option<Value> {
    let leaves = config_type.shape.leaves().into_iter();
    let leaves = leaves.filter(|leaf| issue.leaves().is_some_and(|leaves| leaves.contains(&leaf.keys)));
    let mut with_own = leaves.filter(|leaf| leaf.field().reference.is_none() && !leaf.field().flatten);
    with_own.try_fold(tree.clone(), |tree, leaf| match leaf.keys.find(defaults) {
        Some(default) => Some(place_at(&tree, &leaf.keys, Some(default))),
        None => leaf.keys.find(&tree).is_none_or(Value::is_null).then_some(tree),
    })
}

fn problems(config_type: ConfigType, tree: &Value) -> Vec<Issue> {
    let mut problems = Problems::default();
    if let Ok(root) = (config_type.decode)(tree, &Notes::default()) {
        root.validate(&mut problems);
    }
    problems.into_issues()
}
