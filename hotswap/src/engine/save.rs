//! What the running program writes into files.

mod reader;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, MutexGuard, PoisonError},
};

use super::{Basis, Core, State, lock::Writing};
use reader::{Others, Reader};

use crate::{
    effective::{self, Secrets, Shared},
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::{Key, Keys},
    load::{self, Places, unknown::normalise},
    member::Share,
    pins::{Pin, Pins},
    save::{
        Target,
        change::{Change, add},
        leaf::{Leaves, Made},
    },
    shape::Leaf,
    snapshot::Published,
    source::{Layer, format::Format},
    template::{self, as_written, holds_display_only},
    value::Value,
    variables::{self, Variables},
};

/// What is in force while a file is written.
struct Stand {
    published: Arc<Published>,
    layers: Vec<Arc<Layer>>,
    variables: Arc<Variables>,
    pins: Pins,
    references: Places,
    is_held: bool,
}

/// The locks of one save. Dropped in the order of the fields.
struct Saving<'c> {
    _alone: MutexGuard<'c, ()>,
    /// Of a file whose content is suppressed: a reload between the rename and the bookkeeping would take the write for a
    /// change by somebody else.
    state: Option<Writing<'c, State>>,
}

/// What a file is to say.
struct Document {
    /// In order; `None` removes a leaf.
    leaves: Vec<(Keys, Option<Value>)>,
    /// Flattened leaves.
    shared: Vec<Shared>,
    /// Those among the leaves that nobody set: a value that the file has already stays.
    filled: BTreeSet<Keys>,
    remarks: Vec<String>,
    /// Whether the file is to be loaded on its own.
    whole: bool,
}

impl Core {
    /// Writes the effective configuration.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        self.process.ensure_current()?;
        self.spare_state(path)?;
        let saving = self.begin_save(path)?;
        let stand = self.stand(path);
        let (leaves, shared) = effective::for_file(&stand.published, Secrets::Marked(&stand.references));
        let written = |leaf: &Leaf| {
            leaves.iter().any(|(keys, value)| match value {
                Value::Null => leaf.keys.starts_with(keys),
                value => *keys == leaf.keys && !effective::holds_secret(value),
            })
        };
        let remarks = self.remarks(&stand.published, |leaf| !written(leaf));
        let leaves = leaves.into_iter().map(|(keys, value)| (keys, Some(value))).collect();
        let filled = BTreeSet::new();
        self.write_file(path, saving, &stand, &Document { leaves, shared, filled, remarks, whole: true })
    }

    /// Merges what was set at run time into a file.
    pub(crate) fn save_overrides(&self, path: &Path) -> Result<(), Error> {
        self.process.ensure_current()?;
        self.spare_state(path)?;
        let saving = self.begin_save(path)?;
        let stand = self.stand(path);
        let published = &stand.published;
        let (lasting, passing): (Vec<_>, Vec<_>) =
            stand.pins.iter().partition(|(_, pin)| pin.until.is_none());
        let (shared, lasting) = self.shared(&stand, lasting);
        let leaf = |(keys, pin): (&Keys, &Pin)| match &pin.value {
            Some(value) => {
                let value = effective::of_override(published, keys, &as_written(value))?;
                Some((keys.clone(), Some(value)))
            }
            None => Some((keys.clone(), None)),
        };
        let set: BTreeMap<_, _> = lasting.into_iter().filter_map(leaf).collect();
        let is_complete = |value: &Option<Value>| !value.as_ref().is_some_and(effective::holds_secret);
        let complete: BTreeSet<Keys> =
            set.iter().filter(|(_, value)| is_complete(value)).map(|(keys, _)| keys.clone()).collect();
        let passing: BTreeSet<Keys> = passing.into_iter().map(|(keys, _)| keys.clone()).collect();
        let given = load::merged(self.model.shape, &stand.layers);
        let mut structs = load::unmentioned(self.model.shape, &given);
        structs.retain(|keys| set.iter().any(|(leaf, value)| value.is_some() && leaf.starts_with(keys)));
        let (leaves, filled) = completed(set, self.whole_structs(&stand, &structs, &given, &passing));
        let is_left_out = |leaf: &Leaf| {
            structs.iter().any(|keys| leaf.keys.starts_with(keys))
                && !leaves.iter().any(|(keys, _)| *keys == leaf.keys)
        };
        let mut remarks = self.remarks(published, |leaf| {
            is_left_out(leaf)
                || stand.pins.iter().any(|(keys, pin)| {
                    let below = leaf.keys.0.get(keys.0.len()..).map(|below| Keys(below.to_vec()));
                    let holds =
                        |value: &Value| below.is_some_and(|below| below.find(value.inside()).is_some());
                    leaf.keys.starts_with(keys)
                        && !complete.contains(keys)
                        && (leaf.keys == *keys || pin.value.as_ref().is_some_and(holds))
                })
        });
        remarks.extend(passing.iter().map(|keys| format!("{keys} is set for a while and not written here")));
        self.write_file(path, saving, &stand, &Document { leaves, shared, filled, remarks, whole: false })
    }

    /// The flattened leaves that were set, and the other overrides.
    fn shared<'p>(
        &self,
        stand: &Stand,
        pins: Vec<(&'p Keys, &'p Pin)>,
    ) -> (Vec<Shared>, Vec<(&'p Keys, &'p Pin)>) {
        let published = &stand.published;
        let shares = self.model.shares(&published.tree);
        let (set, others): (Vec<_>, Vec<_>) = pins.into_iter().partition(|(keys, _)| {
            self.model.is_shared_key(keys) || shares.iter().any(|share| share.keys == **keys)
        });
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
            set.iter().any(|(keys, _)| match self.model.is_shared_key(keys) {
                // A key that nothing takes any more was one of some leaf beside it.
                true if !shares.iter().any(|share| owns(share, keys)) => keys.parent() == share.keys,
                true => owns(share, keys),
                false => {
                    **keys == share.keys
                        && (share.takes_all
                            || !shares.iter().any(|other| other.keys == share.keys && other.takes_all))
                }
            })
        };
        let value = |share: &Share| {
            let value = published.root.encode(share.slot).ok()?;
            let shape = published.root.shape();
            let value = as_written(&template::over(value, shape, &published.tree, share.slot));
            Some((share.slot, share.keys.clone(), effective::of_leaf(published, share.slot, &value)?))
        };
        (shares.iter().filter(is_set).filter_map(value).collect(), others)
    }

    /// Every leaf of structs that the layers, which say `given`, do not mention: as it is in force, and one that needs a
    /// restart, or is set for a while, as it is after a restart.
    fn whole_structs(
        &self,
        stand: &Stand,
        structs: &[Keys],
        given: &Value,
        passing: &BTreeSet<Keys>,
    ) -> Vec<(Keys, Value)> {
        if structs.is_empty() {
            return Vec::new();
        }
        let (shape, published) = (self.model.shape, &stand.published);
        let defaults = load::below(shape, Some(given));
        let restart: BTreeSet<Keys> = shape
            .leaves()
            .iter()
            .filter(|leaf| self.has_sources() && leaf.restart_keys().is_some())
            .map(|leaf| shape.keys_of(leaf.slot))
            .collect();
        let after_restart = |(keys, value): (Keys, Value)| {
            let next = keys.find(&defaults).filter(|_| restart.contains(&keys) || passing.contains(&keys));
            let value = next.map_or(Some(value), |next| effective::of_override(published, &keys, next))?;
            Some((keys, value))
        };
        effective::leaves(published, Secrets::Marked(&stand.references))
            .into_iter()
            .filter(|(keys, _)| structs.iter().any(|whole| keys.starts_with(whole)))
            .filter_map(after_restart)
            .collect()
    }

    fn stand(&self, path: &Path) -> Stand {
        let published = self.current.load_full();
        let references = self.board().references.clone();
        let state = self.in_force();
        let Basis { layers, variables, pins, holds, .. } = &state.basis;
        Stand {
            published,
            layers: layers.clone(),
            variables: Arc::clone(variables),
            pins: pins.clone(),
            references,
            is_held: holds.holds_file(path),
        }
    }

    /// Waits for other saves. What they wrote is read after that, so no save undoes another one.
    fn begin_save(&self, path: &Path) -> Result<Saving<'_>, Error> {
        loop {
            let is_suppressed = || self.in_force().basis.holds.holds_file(path);
            let state = if is_suppressed() { Some(self.writer.enter()?) } else { None };
            let alone = self.saves.lock().unwrap_or_else(PoisonError::into_inner);
            // A rollback may have suppressed the file meanwhile.
            if state.is_some() || !is_suppressed() {
                return Ok(Saving { _alone: alone, state });
            }
        }
    }

    fn write_file(
        &self,
        path: &Path,
        mut saving: Saving<'_>,
        stand: &Stand,
        document: &Document,
    ) -> Result<(), Error> {
        let target = Target::read(path, self.policy.max_file_size)?;
        let made = self.changes(path, stand, document, &target)?;
        let remarks: Vec<_> = document.remarks.iter().chain(&made.remarks).cloned().collect();
        let (tree, mut warnings) = target.write(&made, &remarks)?;
        if target.format() == Format::Json {
            // JSON has no comments.
            let left_out = |remark| Issue::new(IssueKind::Write, Keys::root(), remark).at(Origin::file(path));
            warnings.extend(remarks.into_iter().map(left_out));
        }
        if let Some(state) = &mut saving.state {
            let shared = document.shared.iter().map(|(_, keys, _)| keys);
            let saved: Vec<_> = document.leaves.iter().map(|(keys, _)| keys).chain(shared).collect();
            let own = |tree: &Value| normalise(tree, self.model.shape).tree;
            state.basis.holds.saved(path, self.model.shape, &own(&tree), &saved);
            self.show(state);
            // The next look at the state that is kept writes it down.
            if let Some(keeper) = &self.keeper {
                keeper.note();
            }
        }
        drop(saving);
        if !warnings.is_empty() {
            self.tell(Error::warnings(warnings));
        }
        Ok(())
    }

    fn changes(
        &self,
        path: &Path,
        stand: &Stand,
        document: &Document,
        target: &Target<'_>,
    ) -> Result<Made, Error> {
        let shape = self.model.shape;
        let lookup = |name: &str| variables::find(&stand.variables, name);
        let own = normalise(target.tree(), shape);
        let others = Others::of(path, &stand.layers, document.whole, &self.board().sources);
        let reader = Reader::new(self.model, &stand.published, &lookup, others, &own.tree);
        let leaves = Leaves {
            shape,
            format: target.format(),
            tree: target.tree(),
            own: &own.tree,
            renamed: &own.renamed,
            variables: &lookup,
            reading: &reader,
            whole: document.whole,
        };
        let mut made = Made::default();
        let stays =
            |keys: &Keys| !stand.is_held && document.filled.contains(keys) && keys.find(&own.tree).is_some();
        let wanted = document.leaves.iter().filter(|(keys, _)| !stays(keys));
        let changes = wanted.map(|(keys, value)| leaves.change(keys, value.as_ref(), &mut made));
        let mut problems: Vec<_> = changes.filter_map(Result::err).collect();
        for (slot, keys, value) in &document.shared {
            problems.extend(leaves.shared(*slot, keys, value, &mut made).err());
        }
        let issue = |why| Issue::new(IssueKind::Write, Keys::root(), why).at(Origin::file(path));
        let issues: Vec<_> = problems.into_iter().map(issue).collect();
        if !issues.is_empty() {
            return Err(Error::new(issues));
        }
        self.keep_mentioned(stand, document, &leaves, &mut made);
        Ok(made)
    }

    /// Keeps a table, even an empty one, for each struct that would get its serde default back without it.
    fn keep_mentioned(&self, stand: &Stand, document: &Document, leaves: &Leaves<'_>, made: &mut Made) {
        let structs = load::with_serde_default(self.model.shape);
        if structs.is_empty() {
            return;
        }
        let given = load::merged(self.model.shape, &stand.layers);
        for keys in structs {
            let own = document.leaves.iter().map(|(leaf, value)| (leaf, value.is_some()));
            let shared = document.shared.iter().map(|(_, level, value)| (level, !value.is_null()));
            let mut below = own.chain(shared).filter(|(leaf, _)| leaf.starts_with(&keys)).peekable();
            let is_touched = below.peek().is_some();
            let has_value = below.any(|(_, has_value)| has_value);
            if !has_value && (!is_touched || keys.find(&given).is_none()) {
                continue;
            }
            let path = leaves.written(&keys);
            made.hollow.retain(|hollow| *hollow != path.0);
            let after = Change::Inside(made.changes.clone()).apply(Some(leaves.tree));
            if has_value && after.is_none_or(|after| path.find(&after).is_none()) {
                add(&mut made.changes, &path.0, Change::Put(Value::empty()));
            }
        }
    }

    /// A file of the state directory has a form of its own; written over, it would be damaged at the next start.
    fn spare_state(&self, path: &Path) -> Result<(), Error> {
        if !self.keeper.as_ref().is_some_and(|keeper| keeper.claims(path)) {
            return Ok(());
        }
        let message = "the file belongs to the state directory, and is written by hotswap alone";
        let issue = Issue::new(IssueKind::Write, Keys::root(), message).at(Origin::file(path));
        Err(issue.with_help("choose another file").into())
    }

    /// A line for each secret that is left out, and for each value that holds text whose template no file can have.
    fn remarks(&self, published: &Published, wanted: impl Fn(&Leaf) -> bool) -> Vec<String> {
        let variable = |keys: &Keys| self.names.as_ref().and_then(|names| names.variable(keys));
        let remark = |leaf: Leaf| {
            let why = match published.hides(&leaf) {
                true => "is secret and not",
                false if leaf.keys.find(&published.tree).is_some_and(holds_display_only) => {
                    "holds text from variables that a file cannot name and is not"
                }
                false => return None,
            };
            let advice = variable(&leaf.keys).map(|variable| format!(": set {variable}"));
            Some(format!("{} {why} written here{}", leaf.keys, advice.unwrap_or_default()))
        };
        self.model.shape.leaves().into_iter().filter(wanted).filter_map(remark).collect()
    }
}

/// What was set, and beside it the values that complete the structs around it; the second says which those are.
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
