//! Templates in a new value that its type reads as that value.
//!
//! The same text may be another value at another place: a field of any type takes `8080` from a template for text, a set takes
//! two items for one. So each template is tried. Where it gives another value, the value stays, and the template is only shown.

use std::sync::Arc;

use super::{arrange::first_template, holds_template, leaf::Leaf};
use crate::{
    erased_config::ErasedConfig,
    keys::Keys,
    value::{Value, place_at},
};

/// The new value with the templates of `kept` wherever they give what `plain` has; `None` if the type of the leaf reads it
/// in no form that can be stored. `root` has the new value.
pub(super) fn settled(root: &dyn ErasedConfig, slot: usize, plain: &Value, kept: Value) -> Option<Value> {
    let leaf = Leaf::new(slot);
    // A type that does not read what it writes is refused elsewhere, with its reason.
    if leaf.gives(root, &kept) || !leaf.gives(root, plain) {
        return Some(kept);
    }
    let mut templates = Vec::new();
    find(plain, &kept, &Keys::root(), &mut templates);
    let trial = |keys: &Keys, template: &Value| leaf.gives(root, &place_at(plain, keys, Some(template)));
    let settled = templates.into_iter().fold(kept, |settled, (keys, plain, template)| {
        if trial(&keys, &template) {
            settled
        } else {
            place_at(&settled, &keys, Some(&shown_only(plain, &template)))
        }
    });
    Leaf::new(slot).gives(root, &settled).then_some(settled)
}

/// The value itself, displayed as the template.
fn shown_only(plain: &Value, template: &Value) -> Value {
    first_template(template).map_or_else(|| plain.clone(), |untyped| untyped.part(plain))
}

/// The paths at which there is a template now.
fn find<'p>(plain: &'p Value, kept: &Value, at: &Keys, found: &mut Vec<(Keys, &'p Value, Value)>) {
    match (plain, kept) {
        _ if !holds_template(kept) => {}
        (Value::List(plain), Value::List(kept)) if plain.len() == kept.len() => {
            let pairs = plain.iter().zip(kept.iter()).enumerate();
            pairs.for_each(|(index, (plain, kept))| find(plain, kept, &at.index(index), found));
        }
        (Value::Table(plain), Value::Table(kept)) if plain.keys().eq(kept.keys()) => {
            let entry = |((name, plain), kept): ((&Arc<str>, &'p Value), &Value)| {
                find(plain, kept, &at.name(name), found);
            };
            plain.iter().zip(kept.values()).for_each(entry);
        }
        _ => found.push((at.clone(), plain, kept.clone())),
    }
}
