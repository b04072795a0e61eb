//! JSON Merge Patch (RFC 7396): its values replace existing ones, and `null` removes them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    OverridableField, OverridableFields, PatchInput, PatchOutput, Touched, fields::PatchTarget,
    limits::Budget, refusal,
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
    // The rest is applied too, so that its problems are reported together.
    if let Some(patch) = walk.permitted(&input.base, patch) {
        json_patch::merge(&mut input.document, &patch);
    }
    let Walk { touched, issues, .. } = walk;
    Ok(PatchOutput { document: input.document, marked: None, touched, refused: issues.into_vec() })
}

struct Walk<'u> {
    fields: &'u OverridableFields,
    touched: BTreeMap<usize, Touched>,
    issues: Issues,
}

impl Walk<'_> {
    /// The patch without the parts that are refused.
    fn permitted(&mut self, keys: &Keys, patch: &Json) -> Option<Json> {
        let place = match self.fields.find(keys, self.issues.len() < SUGGESTED) {
            Ok(place) => place,
            Err(unknown) => {
                self.issues.push_with(|| Issue::new(IssueKind::UnknownKey, unknown.keys, unknown.message));
                return None;
            }
        };
        match (&place, patch) {
            (PatchTarget::Above(_), Json::Object(entries)) => {
                let permitted = entries
                    .iter()
                    .filter_map(|(key, patch)| Some((key.clone(), self.permitted(&keys.name(key), patch)?)));
                Some(Json::Object(permitted.collect()))
            }
            _ => {
                let refused =
                    place.fields().into_iter().filter(|field| !self.touch(field, keys, patch)).count();
                (refused == 0).then(|| patch.clone())
            }
        }
    }

    /// Records a change of a leaf. Returns whether it is permitted.
    fn touch(&mut self, field: &OverridableField, keys: &Keys, patch: &Json) -> bool {
        let within = field.secrets.iter().find(|secret| keys.starts_with(secret));
        if let Some(keys) = within.filter(|secret| !(patch.is_null() && *secret == keys)) {
            self.issues.push_with(|| secret(keys.clone()));
            return false;
        }
        let removed = patch.is_null() && field.keys.starts_with(keys);
        self.touched.insert(field.slot, Touched { by: String::new(), removed });
        true
    }
}

fn secret(keys: Keys) -> Issue {
    refusal(keys, "a patch neither reads nor writes a secret").with_help("set it by the field's own setter")
}
