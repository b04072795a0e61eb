//! Values of layers that higher layers replace. They are never decoded, but a secret in them is still in the file.

use super::{ConfigType, Input, merge, place_at, taken_beside};
use crate::{resolve::interpolate, shape::Leaf, value::Value};

/// Trees with the values of each layer, alone and merged over those below it, as far as they are not
/// in force and may contain an unmarked secret.
pub(super) fn replaced(config_type: ConfigType, input: &Input<'_>, merged: &Value) -> Vec<Value> {
    let leaves: Vec<Leaf> = config_type.shape.leaves().into_iter().filter(|leaf| !leaf.secret()).collect();
    let mut below: Option<Value> = None;
    let mut found: Vec<Value> = Vec::new();
    for layer in input.layers {
        let tree = layer.tree();
        let together = below.take().map(|below| merge(below, tree));
        found.extend(
            [Some(tree), together.as_ref()]
                .into_iter()
                .flatten()
                .filter_map(|tree| differing(config_type, input, &leaves, tree, merged)),
        );
        below = Some(together.unwrap_or_else(|| tree.clone()));
    }
    if found.is_empty() {
        return found;
    }
    let guarded = (config_type.guarded)();
    found.dedup();
    let guarded = |tree| chosen(leaves.iter().filter(|leaf| guarded.contains(&leaf.keys)), tree);
    found.iter().filter_map(guarded).map(|tree| filled_in(tree, input)).collect()
}

/// The values of leaves that differ from `merged`, or that an override replaces.
fn differing(
    config_type: ConfigType,
    input: &Input<'_>,
    leaves: &[Leaf],
    tree: &Value,
    merged: &Value,
) -> Option<Value> {
    let is_set = |leaf: &Leaf| input.overrides.contains_key(&config_type.shape.keys_of(leaf.slot));
    let differs = |leaf: &&Leaf| {
        is_set(leaf)
            || match leaf.field().flatten {
                true => {
                    let taken = taken_beside(config_type.shape, &leaf.keys);
                    let rest = |tree| leaf.keys.find(tree).and_then(Value::as_table).into_iter().flatten();
                    let rest =
                        |tree| rest(tree).filter(|(name, _)| !taken.contains(*name)).collect::<Vec<_>>();
                    rest(tree) != rest(merged)
                }
                false => leaf.keys.find(tree) != leaf.keys.find(merged),
            }
    };
    chosen(leaves.iter().filter(differs), tree)
}

/// A tree with only these leaves; `None` if it has none of them.
fn chosen<'l>(leaves: impl Iterator<Item = &'l Leaf>, tree: &Value) -> Option<Value> {
    let given =
        leaves.filter_map(|leaf| Some((&leaf.keys, leaf.keys.find(tree).filter(|value| !value.is_null())?)));
    // A flattened leaf has the table of its struct, which it shares with others.
    let mut given: Vec<_> = given.collect();
    given.sort_by_key(|(keys, _)| keys.0.len());
    let all = given.iter().fold(Value::empty(), |all, (keys, value)| place_at(&all, keys, Some(value)));
    (!given.is_empty()).then_some(all)
}

/// Expands variables. A text with a variable that is not set is removed; this is not a problem because the value
/// has no effect.
fn filled_in(tree: Value, input: &Input<'_>) -> Value {
    let variables = |name: &str| (input.variables)(name).or_else(|| Some(String::new()));
    interpolate::resolve(&tree, &variables, &|_, _| 0).unwrap_or(tree)
}
