//! Names of generated methods.

use std::collections::HashMap;

use proc_macro2::Ident;

use crate::{mistakes::Mistakes, model::Model, names};

pub(super) fn check(model: &Model, mistakes: &mut Mistakes) {
    let mut taken: HashMap<String, &Ident> = HashMap::new();
    for field in &model.fields {
        for method in names::methods(&field.getter) {
            if names::is_reserved(&method) {
                mistakes.on(&field.ident, reserved(&method));
            } else if let Some(other) = taken.insert(method.clone(), &field.ident) {
                mistakes.on(&field.ident, taken_by(&method, other));
            }
        }
    }
}

fn reserved(method: &str) -> String {
    format!("`{method}` is a method of every handle: name the field's own with `#[hot(getter = \"..\")]`")
}

fn taken_by(method: &str, other: &Ident) -> String {
    format!("`{other}` has a method `{method}` too: name the field's own with `#[hot(getter = \"..\")]`")
}
