//! The text that variables add to the values of one load, and detection of messages that repeat it.

use std::collections::BTreeSet;

use crate::{problems::interpolated::Interpolated, resolve::interpolate, source::dotenv, value::Value};

/// The values of a load after interpolation, with the texts of the variables in them.
pub(super) fn interpolated(tree: &Value, lookup: interpolate::Lookup<'_>) -> Interpolated {
    Interpolated::new(tree, names_in, lookup)
}

fn names_in(template: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    interpolate::variables(&Value::Template(template.into()), &mut names);
    // A template of a dotenv file; in others these are the same names.
    names.extend(dotenv::names(template).map(str::to_owned));
    names
}
