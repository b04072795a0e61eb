//! Checks the names of generated methods.

use std::collections::HashMap;

use proc_macro2::Ident;

use crate::{diagnostics::Diagnostics, model::Model, names};

pub(super) fn check(model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut taken: HashMap<String, Ident> = HashMap::new();
    for field in &mut model.fields {
        let methods = names::methods(&field.getter);
        if let Some(message) = methods.iter().find_map(|method| conflict(method, &taken)) {
            diagnostics.on(&field.ident, message);
            // Renamed to an unused name, so that nothing else is reported.
            field.getter = format!("__{}_{}", field.getter, field.index);
        } else {
            taken.extend(methods.map(|method| (method, field.ident.clone())));
        }
    }
}

fn conflict(method: &str, taken: &HashMap<String, Ident>) -> Option<String> {
    let remedy = "name the field's own with `#[hot(getter = \"..\")]`";
    if names::is_reserved(method) {
        return Some(format!("`{method}` is a method of every handle: {remedy}"));
    }
    let other = taken.get(method)?;
    Some(format!("`{other}` has a method `{method}` too: {remedy}"))
}
