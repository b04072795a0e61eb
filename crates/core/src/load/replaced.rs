//! Values of layers that higher layers replace. No decoder reads them, and a secret in them is in the file all the same.

use super::{ConfigType, Input, merge, place_at, taken_beside};
use crate::{resolve::interpolate, shape::Leaf, value::Value};

/// Trees with what each layer gives, alone and over those below it, as far as that is not in force and
/// may hold a secret that no field is marked for.
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

/// The values of leaves that `merged` does not have, or that a value set at run time overrides.
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

/// A tree with these leaves only; `None` if it has none of them.
fn chosen<'l>(leaves: impl Iterator<Item = &'l Leaf>, tree: &Value) -> Option<Value> {
    let given =
        leaves.filter_map(|leaf| Some((&leaf.keys, leaf.keys.find(tree).filter(|value| !value.is_null())?)));
    // A flattened leaf has the table of its struct, in which others stand too.
    let mut given: Vec<_> = given.collect();
    given.sort_by_key(|(keys, _)| keys.0.len());
    let all = given.iter().fold(Value::empty(), |all, (keys, value)| place_at(&all, keys, Some(value)));
    (!given.is_empty()).then_some(all)
}

/// With the texts of variables, or nothing where one is not set: the value has no effect, so this is no problem.
fn filled_in(tree: Value, input: &Input<'_>) -> Value {
    let variables = |name: &str| (input.variables)(name).or_else(|| Some(String::new()));
    interpolate::resolve(&tree, &variables, &|_, _| 0).unwrap_or(tree)
}
