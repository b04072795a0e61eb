//! Writes at run time: validated in full, published as one version and kept as overrides, or refused without any
//! effect.

use std::{any::Any, collections::BTreeSet, sync::Arc};

use super::{
    Core, State,
    lock::Writing,
    propose::{Proposal, contained},
};
use crate::{
    erased_config::ErasedConfig,
    error::Error,
    explain::made_with,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    load::{self, ConfigType, Loaded},
    observe::Summary,
    overrides::{Expected, OverrideEntry, Overrides, WriteOptions, with_write},
    problems::Problems,
    ser::EncodeError,
    shape::{Leaf, Shape},
    snapshot::{Cause, Published},
    template::Templates,
    value::{MAX_DEPTH, Value, too_deep},
};

/// The cause and the options of a write.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) cause: Cause,
    pub(crate) options: Option<Arc<WriteOptions>>,
}

impl Request {
    /// A request of the engine itself.
    pub(crate) fn new(cause: Cause) -> Self {
        Self { cause, options: None }
    }

    /// Refuses a write if the version or revision is not the expected one.
    pub(super) fn check_expected(&self, state: &State, keys: Keys) -> Result<(), Error> {
        let Some(expected) = self.options.as_ref().and_then(|options| options.expected) else {
            return Ok(());
        };
        let (revision, version) = (state.revision, state.revision.version());
        let refusal = |message: String| Issue::new(IssueKind::Write, keys.clone(), message);
        let stale = |message| refusal(message).with_help("read the configuration again, and retry");
        match (expected, &state.unpublished) {
            (Expected::Revision(expected), _) if expected != revision => {
                Err(stale(format!("expected revision {expected}, but revision {revision} is current")).into())
            }
            (Expected::Version(expected), _) if expected != version => {
                Err(stale(format!("expected version {expected}, but version {version} is current")).into())
            }
            (Expected::Version(_), Some(write)) => {
                let summary = Summary { cause: &write.cause, by: write.by.as_deref(), changed: &[] };
                let message = format!(
                    "a write was accepted after version {version} and changed no running value: {summary}"
                );
                let help = "use `current_revision` and `if_revision`, which count such writes too";
                Err(refusal(message).with_help(help).into())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn entry(&self, value: Option<Value>) -> OverrideEntry {
        OverrideEntry::new(value, self.options.as_deref())
    }

    /// Refuses unsupported calls before anything runs.
    pub(super) fn check_preconditions(&self, core: &Core, state: &State, base: usize) -> Result<(), Error> {
        let keys = || core.config_type.shape.keys_of(base);
        self.check_expected(state, keys())?;
        if !core.has_sources() && self.options.as_ref().is_some_and(|options| options.lasts.is_some()) {
            let message = "a handle without sources has nothing to go back to, so no value of it can expire";
            let help = "write without `for_duration`";
            return Err(Issue::new(IssueKind::Write, keys(), message).with_help(help).into());
        }
        Ok(())
    }
}

impl Core {
    /// Runs `change` once, on this thread and on a copy of the value at `base`, and publishes the result.
    ///
    /// # Errors
    /// A rule is broken, a changed leaf cannot or must not be written, or another version is expected.
    pub(crate) fn update<S: 'static>(
        &self,
        base: usize,
        request: &Request,
        change: impl FnOnce(&mut S),
    ) -> Result<u64, Error> {
        self.attempt(&request.cause, request.options.as_ref(), || self.try_update(base, request, change))
    }

    fn try_update<S: 'static>(
        &self,
        base: usize,
        request: &Request,
        change: impl FnOnce(&mut S),
    ) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let current = self.current.load_full();
        request.check_preconditions(self, &state, base)?;
        let before = contained(|| Ok(self.before_write(&state, &current, request)))?;
        let mut copy = before.copy();
        // A panic of the closure propagates to the caller; a panic of a type does not.
        change(self.at_mut(&mut *copy, base));
        contained(|| self.write_changes(state, &current, base, (&*before, copy), request))
    }

    /// The value that a write changes: the running one. A closure gets pending values instead of running ones, because
    /// otherwise it could not set a field back to its running value.
    fn before_write(&self, state: &State, current: &Published, request: &Request) -> Arc<dyn ErasedConfig> {
        let running = || Arc::clone(&current.root);
        if request.cause != Cause::Update || state.pending.is_empty() {
            return running();
        }
        self.loaded(state, &state.basis.overrides).map_or_else(|_| running(), |loaded| loaded.root)
    }

    /// Writes the leaves of `copy` that differ from `before`.
    fn write_changes(
        &self,
        state: Writing<'_, State>,
        current: &Arc<Published>,
        base: usize,
        (before, copy): (&dyn ErasedConfig, Box<dyn ErasedConfig>),
        request: &Request,
    ) -> Result<u64, Error> {
        let leaves = copy.changed_since(before).into_iter().filter(|slot| before.shape().is_leaf(*slot));
        let leaves: Vec<_> = leaves.collect();
        let mut templates = Templates::of(&*current.root, &current.tree);
        let all = state.with_waiting(&*current.root, &current.tree);
        let (mut edits, issues) =
            self.edits(current, &all, (before, &*copy), leaves.clone(), &mut templates, request);
        if !issues.is_empty() {
            return Err(self.with_other_problems(&state, current, copy, edits, issues));
        }
        if request.cause == Cause::Set {
            for (keys, entry) in self.set_again(&state, current, base, &*copy, &templates, request) {
                edits.entry(keys).or_insert(entry);
            }
        }
        if !self.has_sources() {
            return self.write(state, current, copy, edits, request);
        }
        let overrides = with_write(state.basis.overrides.clone(), edits);
        let secrets = self.secret_manager.secrets(state.basis.secrets.clone());
        let basis = state.basis.with_overrides(overrides);
        let leaves = with_shared(self.config_type, leaves);
        let proposal = Proposal::of_layers(basis, &secrets, request).expecting(&*copy, &leaves);
        self.propose(state, proposal)
    }

    fn at_mut<'r, S: 'static>(&self, root: &'r mut dyn ErasedConfig, base: usize) -> &'r mut S {
        // At number 0 the traversal would also return the root itself as `dyn Any`.
        root.get_mut(base)
            .and_then(<dyn Any>::downcast_mut)
            .expect("a handle is only made for the type that stands at its number")
    }

    /// The changed leaves in the form of a layer, and the problems of those that cannot or must not be written.
    fn edits(
        &self,
        current: &Published,
        all: &Value,
        (before, copy): (&dyn ErasedConfig, &dyn ErasedConfig),
        slots: Vec<usize>,
        templates: &mut Templates<'_>,
        request: &Request,
    ) -> (Overrides, Vec<Issue>) {
        let mut edits = Overrides::new();
        let mut issues = Vec::new();
        let written: Vec<_> = slots.into_iter().map(|slot| (slot, copy.encode(slot))).collect();
        written.iter().filter_map(|(_, now)| now.as_ref().ok()).for_each(|now| templates.add_secrets(now));
        for (slot, now) in written {
            let keys = current.root.shape().keys_of(slot);
            let before = before.encode(slot).ok();
            // A NaN differs from itself even if it was not changed.
            if now.as_ref().is_ok_and(|now| before.as_ref() == Some(now)) {
                continue;
            }
            issues.extend(readonly(self.config_type.shape, slot, before.as_ref(), now.as_ref().ok()));
            if is_too_deep(&keys, &now) {
                let issue = Issue::new(IssueKind::Write, keys, too_deep());
                issues.push(issue.with_help("give a value with fewer levels"));
                continue;
            }
            match now {
                Ok(value) => {
                    let value = match templates.kept(copy, slot, &value, value.clone()) {
                        Ok(value) => value,
                        Err(issue) => {
                            issues.push(*issue);
                            continue;
                        }
                    };
                    // A handle without sources keeps the value itself.
                    let places = match self.has_sources() {
                        true => load::spread(self.config_type, &[&current.tree, all], slot, Some(value)),
                        false => vec![(keys, Some(value))],
                    };
                    edits.extend(places.into_iter().map(|(keys, value)| (keys, request.entry(value))));
                }
                // Without sources the value is not decoded again, so it need not be encoded.
                Err(_) if !self.has_sources() => drop(edits.insert(keys, request.entry(None))),
                Err(error) => issues.push(
                    Issue::new(IssueKind::Write, keys, format!("the value cannot be written: {error}"))
                        .with_help("derive serde::Serialize for the type of the field"),
                ),
            }
        }
        (edits, issues)
    }

    /// Leaves that are set, possibly to the running value. A leaf that waits for a restart is then no longer pending,
    /// and an override gets the expiry of this request instead of the previous one.
    fn set_again(
        &self,
        state: &State,
        current: &Published,
        base: usize,
        copy: &dyn ErasedConfig,
        templates: &Templates<'_>,
        request: &Request,
    ) -> Overrides {
        let all = &state.with_waiting(&*current.root, &current.tree);
        let shape = self.config_type.shape;
        let set = shape.keys_of(base);
        let waits = |leaf: &Leaf| {
            leaf.restart_keys().is_some() && state.pending.iter().any(|field| field.slot == leaf.slot)
        };
        // A flattened leaf has the path of the table that it shares with other fields.
        let is_set = |leaf: &Leaf| match shape.is_leaf(base) {
            true => leaf.slot == base,
            false => leaf.keys.starts_with(&set),
        };
        let lasts = request.options.as_ref().is_some_and(|options| options.lasts.is_some());
        let expiring: Vec<_> = state
            .basis
            .overrides
            .iter()
            .filter(|(_, entry)| lasts || entry.until.is_some())
            .map(|(keys, _)| keys)
            .collect();
        let expires = |leaf: &Leaf| {
            let keys = shape.keys_of(leaf.slot);
            let is_of_leaf = |entry: &Keys| {
                *entry == keys || entry.parent() == keys && self.config_type.is_shared_key(entry)
            };
            expiring.iter().any(|entry| is_of_leaf(entry))
        };
        let leaves = shape.leaves().into_iter().filter(|leaf| is_set(leaf) && !leaf.readonly());
        let leaves = leaves.map(|leaf| (waits(&leaf), leaf)).filter(|(waits, leaf)| *waits || expires(leaf));
        leaves
            .filter_map(|(waits, leaf)| Some((waits, leaf.slot, copy.encode(leaf.slot).ok()?)))
            .filter_map(|(waits, slot, value)| {
                Some((waits, slot, templates.kept(copy, slot, &value, value.clone()).ok()?))
            })
            .flat_map(|(waits, slot, value)| {
                let places =
                    load::spread(self.config_type, &[&current.tree, all], slot, Some(value)).into_iter();
                places.filter(move |(keys, _)| waits || state.basis.overrides.contains_key(keys))
            })
            .map(|(keys, value)| (keys, request.entry(value)))
            .collect()
    }

    /// Publishes the value itself, for a handle without sources.
    pub(super) fn write(
        &self,
        state: Writing<'_, State>,
        current: &Arc<Published>,
        copy: Box<dyn ErasedConfig>,
        edits: Overrides,
        request: &Request,
    ) -> Result<u64, Error> {
        let overrides = with_write(state.basis.overrides.clone(), edits.clone());
        let loaded =
            fixed(self.config_type, copy, current, &edits).map_err(|issues| placed(issues, &overrides))?;
        let basis = state.basis.with_overrides(overrides);
        self.propose(state, Proposal::of_memory(basis, loaded, request))
    }

    /// Loads the last accepted layers with other overrides, and publishes the result.
    pub(super) fn with_overrides(
        &self,
        state: Writing<'_, State>,
        overrides: Overrides,
        request: &Request,
    ) -> Result<u64, Error> {
        let secrets = self.secret_manager.secrets(state.basis.secrets.clone());
        let basis = state.basis.with_overrides(overrides);
        self.propose(state, Proposal::of_layers(basis, &secrets, request))
    }
}

/// Whether a value has more levels than a file could have at this path.
fn is_too_deep(keys: &Keys, encoded: &Result<Value, EncodeError>) -> bool {
    match encoded {
        Ok(value) => value.is_deeper_than(MAX_DEPTH.saturating_sub(keys.0.len())),
        Err(error) => error.is_too_deep(),
    }
}

/// The leaves, and the leaves that share a table with a flattened leaf among them.
fn with_shared(config_type: ConfigType, mut slots: Vec<usize>) -> Vec<usize> {
    let shape = config_type.shape;
    let shared: BTreeSet<Keys> = slots
        .iter()
        .filter(|slot| config_type.is_flattened(**slot))
        .map(|slot| shape.keys_of(*slot))
        .collect();
    let leaves = shape.leaves().into_iter().filter(|leaf| leaf.restart_keys().is_none());
    let beside = leaves.map(|leaf| leaf.slot).filter(|slot| {
        config_type.is_flattened(*slot) && shared.contains(&shape.keys_of(*slot)) && !slots.contains(slot)
    });
    let beside: BTreeSet<usize> = beside.collect();
    slots.extend(beside);
    slots
}

/// A handle without sources uses the value itself; only the rules are checked.
pub(super) fn fixed(
    config_type: ConfigType,
    copy: Box<dyn ErasedConfig>,
    current: &Published,
    edits: &Overrides,
) -> Result<Loaded, Vec<Issue>> {
    let mut problems = Problems::default();
    copy.validate(&mut problems);
    let issues = problems.into_issues();
    // A value that cannot be encoded must still differ from the previous one.
    let differing = Value::Int(i128::from(current.version) + 1);
    let mut tree = edits.iter().fold(current.tree.clone(), |tree, (keys, entry)| {
        load::put(&tree, copy.shape(), keys, Some(entry.value.as_ref().unwrap_or(&differing)), None)
    });
    if !issues.is_empty() {
        let hidden = load::hidden_in(config_type, &issues, &BTreeSet::new());
        return Err(load::with_values(config_type, issues, &tree, &hidden));
    }
    let secrets = load::secrets_in(config_type, &tree);
    load::mark_secrets(&mut tree, copy.shape(), &secrets);
    let (sealed, references, warnings) = Default::default();
    Ok(Loaded { root: Arc::from(copy), tree, secrets, sealed, references, warnings })
}

/// The problems of a handle without sources: each value was set at run time, or is part of the initial value.
pub(super) fn placed(issues: Vec<Issue>, overrides: &Overrides) -> Error {
    let is_set = |issue: &Issue| match issue.leaves() {
        Some(leaves) => leaves.iter().any(|leaf| overrides.keys().any(|entry| leaf.starts_with(entry))),
        None => {
            overrides.keys().any(|entry| issue.keys().starts_with(entry) || entry.starts_with(issue.keys()))
        }
    };
    let placed = |issue: Issue| {
        let origin = if is_set(&issue) { Origin::Override } else { made_with() };
        if issue.origin().is_some() { issue } else { issue.at(origin) }
    };
    Error::new(issues.into_iter().map(placed).collect())
}

/// The leaves at `slot` that must not be written; leaves inside an `Option` of a struct only if they changed.
fn readonly(shape: &'static Shape, slot: usize, before: Option<&Value>, now: Option<&Value>) -> Vec<Issue> {
    let whole = shape.keys_of(slot);
    let leaves = shape.leaves().into_iter().filter(|leaf| leaf.slot == slot && leaf.readonly());
    let touched = leaves.filter(|leaf| {
        let below = Keys(leaf.keys.0[whole.0.len()..].to_vec());
        below.is_root() || before.and_then(|before| below.find(before)) != now.and_then(|now| below.find(now))
    });
    touched.map(|leaf| written_by_sources_only(leaf.keys)).collect()
}

pub(super) fn written_by_sources_only(keys: Keys) -> Issue {
    Issue::new(IssueKind::Write, keys, "the field is read-only at run time")
        .with_help("change it where its sources give it")
}
