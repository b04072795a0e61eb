//! Finds secrets in old versions by the types of today, because the program may have been another one.

use std::collections::BTreeSet;

use super::saved::SavedHistory;
use crate::{
    history::content::VersionContent,
    keys::Keys,
    load::{self, ConfigType, place_at},
    value::Value,
};

impl SavedHistory {
    /// Adds to each version the unmarked secrets among `leaves` that its values contain.
    pub(super) fn add_read_secrets(&mut self, config_type: ConfigType, leaves: &BTreeSet<Keys>) {
        for place in 0..self.versions.len() {
            let unknown = leaves.difference(&self.versions[place].secrets);
            let unknown: Vec<Keys> = unknown.cloned().collect();
            if unknown.is_empty() {
                continue;
            }
            let deltas = self.versions[place..].iter().rev().filter_map(|version| version.back.as_deref());
            let content = self.content.apply_deltas(deltas);
            let read = unknown.into_iter().filter(|leaf| may_hold_secret(config_type, &content, leaf));
            self.versions[place].secrets.extend(read);
        }
    }
}

/// Whether the type of a leaf reads a secret from a value of the version, or does not read the value.
fn may_hold_secret(config_type: ConfigType, content: &VersionContent, leaf: &Keys) -> bool {
    let reads = |value: &Value| {
        let tree = place_at(&Value::empty(), leaf, Some(value));
        load::may_hold_secret(config_type, &tree, leaf)
    };
    let set =
        content.overrides.iter().flat_map(|(keys, entry)| entry.values().map(move |value| (keys, value)));
    let deferred = content.deferred.iter().filter_map(|(keys, value)| Some((keys, value.as_ref()?)));
    let is_secret = |(keys, value): (&Keys, &Value)| match leaf.starts_with(keys) {
        true => Keys(leaf.0[keys.0.len()..].to_vec()).find(value).is_some_and(reads),
        false => keys.starts_with(leaf),
    };
    content.layers.iter().filter_map(|layer| leaf.find(layer.tree())).any(reads)
        || set.chain(deferred).any(is_secret)
}
