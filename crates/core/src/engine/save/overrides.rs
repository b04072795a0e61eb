//! Merges values set at run time into a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use super::{Document, SaveInput, has_no_hole};
use crate::{
    effective::{self, SecretDisplay, SecretTexts, Shared},
    engine::{Core, propose::contained},
    error::Error,
    issue::{Issue, IssueKind},
    keys::{Key, Keys},
    load::{self, Input, SharedLeaves},
    member::Share,
    overrides::{OverrideEntry, Overrides, lasting},
    shape::Leaf,
    snapshot::Published,
    template,
    value::Value,
    variables,
};

impl Core {
    /// Merges the overrides into a file.
    pub(crate) fn save_overrides(&self, path: &Path) -> Result<(), Error> {
        contained(|| self.try_save_overrides(path))
    }

    fn try_save_overrides(&self, path: &Path) -> Result<(), Error> {
        self.process.ensure_current()?;
        self.spare_state(path)?;
        let saving = self.begin_save(path)?;
        let mut input = self.save_input(path);
        let all = std::mem::take(&mut input.overrides);
        let overrides = lasting(&all);
        let lasting: Vec<_> = overrides.iter().collect();
        let is_shared = |keys: &Keys| {
            let flattened = |slot: usize| {
                self.config_type.is_flattened(slot) && self.config_type.shape.keys_of(slot) == *keys
            };
            self.config_type.is_shared_key(keys)
                || self.config_type.shape.leaves().iter().any(|leaf| flattened(leaf.slot))
        };
        let (set, lasting): (Vec<_>, Vec<_>) = lasting.into_iter().partition(|(keys, _)| is_shared(keys));
        if !set.is_empty() && self.has_sources() {
            input.published = self.after_restart(&input, &overrides)?;
        }
        let shared = self.shared(&input.published, &set, &input.texts);
        let published = &input.published;
        let leaf = |(keys, entry): (&Keys, &OverrideEntry)| match &entry.value {
            Some(value) => {
                let value = effective::of_override(published, keys, value, &input.texts)?;
                Some((keys.clone(), Some(value)))
            }
            None => Some((keys.clone(), None)),
        };
        let set: BTreeMap<_, _> = lasting.into_iter().filter_map(leaf).collect();
        let written = set.clone();
        let is_written = |keys: &Keys, leaf: &Leaf| match written.get(keys) {
            Some(value) => value.as_ref().is_none_or(|value| has_no_hole(leaf, keys, value)),
            None => false,
        };
        let passing: BTreeSet<Keys> =
            all.keys().filter(|keys| !overrides.contains_key(*keys)).cloned().collect();
        let given = load::merged(self.config_type.shape, &input.layers);
        let mut structs = load::unmentioned(self.config_type.shape, &given);
        structs.retain(|keys| set.iter().any(|(leaf, value)| value.is_some() && leaf.starts_with(keys)));
        let (leaves, filled) = completed(set, self.whole_structs(&input, &structs, &given, &passing));
        let is_left_out = |leaf: &Leaf| {
            structs.iter().any(|keys| leaf.keys.starts_with(keys))
                && !leaves.iter().any(|(keys, _)| *keys == leaf.keys)
        };
        let mut remarks = self.remarks(published, |leaf| {
            is_left_out(leaf)
                || overrides.iter().any(|(keys, entry)| {
                    let below = leaf.keys.0.get(keys.0.len()..).map(|below| Keys(below.to_vec()));
                    let holds =
                        |value: &Value| below.is_some_and(|below| below.find(value.inside()).is_some());
                    leaf.keys.starts_with(keys)
                        && !is_written(keys, leaf)
                        && (leaf.keys == *keys || entry.value.as_ref().is_some_and(holds))
                })
        });
        remarks.extend(passing.iter().map(|keys| format!("{keys} is set for a while and not written here")));
        self.write_file(path, saving, &input, &Document { leaves, shared, filled, remarks, whole: false })
    }

    /// The state in force after a restart: without values that expire, and with pending values. The keys of one
    /// flattened leaf may have different expiries.
    fn after_restart(&self, input: &SaveInput, overrides: &Overrides) -> Result<Arc<Published>, Error> {
        let variables = |name: &str| variables::find(&input.variables, name);
        let secrets = &self.secret_manager.secrets(input.secrets.clone());
        let (layers, unread) = (&input.layers, Vec::new());
        let next = Input { layers, overrides, names: None, variables: &variables, unread, secrets };
        let loaded = load::load(self.config_type, &next).map_err(|error| invalid_after_restart(&error))?;
        let current = &input.published;
        let next = Published::new(current.version, loaded.root, loaded.tree, current.cause.clone());
        let next = next.with_secrets(current.secrets_and(loaded.secrets));
        Ok(Arc::new(next.with_sealed(current.sealed_and(loaded.sealed))))
    }

    /// The flattened leaves that were set.
    fn shared(
        &self,
        published: &Published,
        set: &[(&Keys, &OverrideEntry)],
        texts: &SecretTexts,
    ) -> Vec<Shared> {
        let shares = self.config_type.shares(&published.tree);
        let encoded = |share: &Share| published.root.encode(share.slot).ok();
        let owns = |share: &Share, keys: &Keys| {
            let has = |name: &Arc<str>| {
                share.asked.contains(name)
                    || encoded(share)
                        .is_some_and(|value| value.as_table().is_some_and(|table| table.contains_key(name)))
            };
            keys.parent() == share.keys
                && !share.takes_all
                && matches!(keys.0.last(), Some(Key::Name(name)) if has(name))
        };
        let is_set = |share: &&Share| {
            set.iter().any(|(keys, _)| match self.config_type.is_shared_key(keys) {
                // A key that no leaf takes any more belonged to one of the leaves in the same table.
                true if !shares.iter().any(|share| owns(share, keys)) => keys.parent() == share.keys,
                true => owns(share, keys),
                false => {
                    **keys == share.keys
                        && (share.takes_all
                            || !shares.iter().any(|other| other.keys == share.keys && other.takes_all))
                }
            })
        };
        let (shape, found) = (published.root.shape(), SharedLeaves::new(&*published.root, [&published.tree]));
        let value = |share: &Share| {
            let value = match published.root.encode(share.slot) {
                Ok(value) => template::over(value, shape, &published.tree, share.slot),
                Err(_) => found.part(share.slot, &share.keys, share.keys.find(&published.tree)),
            };
            let value = effective::of_leaf(published, share.slot, &value, texts)?;
            Some((share.slot, share.keys.clone(), value))
        };
        shares.iter().filter(is_set).filter_map(value).collect()
    }

    /// Every leaf of structs that the merged layers `given` do not mention: the value in force, or the value after a
    /// restart for a leaf that needs a restart or expires.
    fn whole_structs(
        &self,
        input: &SaveInput,
        structs: &[Keys],
        given: &Value,
        passing: &BTreeSet<Keys>,
    ) -> Vec<(Keys, Value)> {
        if structs.is_empty() {
            return Vec::new();
        }
        let (shape, published) = (self.config_type.shape, &input.published);
        let defaults = load::below(shape, Some(given));
        let restart: BTreeSet<Keys> = shape
            .leaves()
            .iter()
            .filter(|leaf| self.has_sources() && leaf.restart_keys().is_some())
            .map(|leaf| shape.keys_of(leaf.slot))
            .collect();
        let after_restart = |(keys, value): (Keys, Value)| {
            let next = keys.find(&defaults).filter(|_| restart.contains(&keys) || passing.contains(&keys));
            let value = next
                .map_or(Some(value), |next| effective::of_override(published, &keys, next, &input.texts))?;
            Some((keys, value))
        };
        effective::leaves(published, SecretDisplay::Marked(&input.texts))
            .into_iter()
            .filter(|(keys, _)| structs.iter().any(|whole| keys.starts_with(whole)))
            .filter_map(after_restart)
            .collect()
    }
}

/// The refusal of a save whose overrides depend on values that expire.
fn invalid_after_restart(error: &Error) -> Error {
    let message = "the overrides are not saved: the configuration would be invalid after a restart, without the values that are set for a while";
    let issue = Issue::new(IssueKind::Write, Keys::root(), message);
    Error::new(std::iter::once(issue).chain(error.issues().cloned()).collect())
}

/// The overrides, together with the values that complete the structs around them; the second result contains
/// the paths of the latter.
fn completed(
    mut set: BTreeMap<Keys, Option<Value>>,
    whole: Vec<(Keys, Value)>,
) -> (Vec<(Keys, Option<Value>)>, BTreeSet<Keys>) {
    let (mut leaves, mut filled) = (Vec::new(), BTreeSet::new());
    for (keys, value) in whole {
        match set.remove(&keys) {
            Some(set) => leaves.push((keys, set.or(Some(value)))),
            None => {
                filled.insert(keys.clone());
                leaves.push((keys, Some(value)));
            }
        }
    }
    leaves.extend(set);
    (leaves, filled)
}
