//! JSON Merge Patch (RFC 7396): what it names is replaced, `null` takes away.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Outcome, Scene, Touch, Units, budget::Budget, refusal, units::Place};
use crate::{
    issue::{Issue, IssueKind, Issues},
    keys::Keys,
    load::unknown::SUGGESTED,
};

pub(super) fn apply(mut scene: Scene<'_>, patch: &Json) -> Result<Outcome, Vec<Issue>> {
    Budget::new()
        .spend(patch, scene.base.0.len())
        .map_err(|message| vec![refusal(scene.base.clone(), message)])?;
    let mut walk = Walk { units: scene.units, touched: BTreeMap::new(), issues: Issues::default() };
    walk.visit(&scene.base, patch);
    let issues = walk.issues.into_vec();
    if !issues.is_empty() {
        return Err(issues);
    }
    let touched = walk.touched;
    json_patch::merge(&mut scene.document, patch);
    Ok(Outcome { document: scene.document, marked: None, touched })
}

struct Walk<'u> {
    units: &'u Units,
    touched: BTreeMap<usize, Touch>,
    issues: Issues,
}

impl Walk<'_> {
    fn visit(&mut self, keys: &Keys, patch: &Json) {
        let place = match self.units.at(keys, self.issues.len() < SUGGESTED) {
            Ok(place) => place,
            Err(unknown) => {
                self.issues.push_with(|| Issue::new(IssueKind::UnknownKey, unknown.keys, unknown.message));
                return;
            }
        };
        match (&place, patch) {
            (Place::Above(_), Json::Object(entries)) => {
                entries.iter().for_each(|(key, patch)| self.visit(&keys.name(key), patch));
            }
            _ => {
                for unit in place.units() {
                    let within = unit.secrets.iter().find(|secret| keys.starts_with(secret));
                    match within.filter(|secret| !(patch.is_null() && *secret == keys)) {
                        Some(keys) => self.issues.push_with(|| secret(keys.clone())),
                        None => {
                            let removed = patch.is_null() && unit.keys.starts_with(keys);
                            self.touched.insert(unit.slot, Touch { by: String::new(), removed });
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
