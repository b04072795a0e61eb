//! Names that two fields would share: keys in files, and variables.

use std::collections::HashMap;

use proc_macro2::Ident;

use crate::{
    claims::{Claim, EnvNames, full_name, profile_message, rival_message, selects_profile},
    diagnostics::Diagnostics,
    model::{Field, Model},
};

/// Two fields that serde reads by one key: it would fill the first and never the second.
pub(super) fn check_keys(model: &Model, diagnostics: &mut Diagnostics) {
    let mut taken: HashMap<&String, &Ident> = HashMap::new();
    for field in model.fields.iter().filter(|field| !field.flatten) {
        for key in field.keys() {
            let other = taken.insert(key, &field.ident).filter(|other| **other != field.ident);
            if let Some(other) = other {
                let message = format!("`{other}` is read from the key `{key}` too: rename one of them");
                diagnostics.on(&field.ident, message);
            }
        }
    }
}

/// Checks the struct's own leaves; those inside nested structs are known only after the macros of
/// these structs have run.
pub(super) fn check_variables(model: &Model, diagnostics: &mut Diagnostics) {
    let mut env_names = EnvNames::default();
    for field in &model.fields {
        let conflict = field.claims().iter().find_map(|claim| conflict(model, &mut env_names, field, claim));
        if let Some(message) = conflict {
            diagnostics.on(&field.ident, message);
        }
    }
}

fn conflict(model: &Model, env_names: &mut EnvNames, field: &Field, claim: &Claim) -> Option<String> {
    let prefix = model.env.as_deref();
    let name = full_name(prefix, claim)?;
    if selects_profile(prefix, claim) {
        return Some(profile_message(&name));
    }
    let rival = env_names.take(prefix, claim, field.index)?;
    Some(rival_message(&model.fields[rival].ident.to_string(), &name))
}
