//! JSON Merge Patch (RFC 7396): its values replace existing ones, and `null` removes them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    OverridableFields, PatchInput, PatchOutput, Touched, fields::PatchTarget, limits::Budget, refusal,
};
use crate::{
    issue::{Issue, IssueKind, Issues},
    keys::Keys,
    unknown_keys::SUGGESTED,
};

pub(super) fn apply(mut input: PatchInput<'_>, patch: &Json) -> Result<PatchOutput, Vec<Issue>> {
    Budget::new()
        .spend(patch, input.base.0.len())
        .map_err(|message| vec![refusal(input.base.clone(), message)])?;
    let mut walk = Walk { fields: input.fields, touched: BTreeMap::new(), issues: Issues::default() };
    walk.visit(&input.base, patch);
    let issues = walk.issues.into_vec();
    if !issues.is_empty() {
        return Err(issues);
    }
    let touched = walk.touched;
    json_patch::merge(&mut input.document, patch);
    Ok(PatchOutput { document: input.document, marked: None, touched })
}

struct Walk<'u> {
    fields: &'u OverridableFields,
    touched: BTreeMap<usize, Touched>,
    issues: Issues,
}

impl Walk<'_> {
    fn visit(&mut self, keys: &Keys, patch: &Json) {
        let place = match self.fields.find(keys, self.issues.len() < SUGGESTED) {
            Ok(place) => place,
            Err(unknown) => {
                self.issues.push_with(|| Issue::new(IssueKind::UnknownKey, unknown.keys, unknown.message));
                return;
            }
        };
        match (&place, patch) {
            (PatchTarget::Above(_), Json::Object(entries)) => {
                entries.iter().for_each(|(key, patch)| self.visit(&keys.name(key), patch));
            }
            _ => {
                for field in place.fields() {
                    let within = field.secrets.iter().find(|secret| keys.starts_with(secret));
                    match within.filter(|secret| !(patch.is_null() && *secret == keys)) {
                        Some(keys) => self.issues.push_with(|| secret(keys.clone())),
                        None => {
                            let removed = patch.is_null() && field.keys.starts_with(keys);
                            self.touched.insert(field.slot, Touched { by: String::new(), removed });
                        }
                    }
                }
            }
        }
    }
}

fn secret(keys: Keys) -> Issue {
    refusal(keys, "a patch neither reads nor writes a secret").with_help("set it by the field's own setter")
}
