//! Reads, compares and publishes old versions.

use std::{
    collections::BTreeSet,
    sync::{Arc, MutexGuard},
    time::Instant,
};

use super::{
    Core, Request, SharedStatus, State,
    basis::Basis,
    lock::Writing,
    propose::{Proposal, contained},
};
use crate::{
    effective::{exposes_secret, holds_secret},
    error::Error,
    history::{
        History, Record, VersionLookup,
        change::{self, Side},
        content::{InMemoryValue, VersionContent},
    },
    keys::Keys,
    load::{self, ConfigType, Input, Loaded},
    overrides::{WriteOptions, without_expired},
    panics::drop_quietly,
    problems::Problems,
    secrets::lookup::SecretLookup,
    snapshot::{Cause, Published},
    subscribe::FieldChange,
    suppressions::EffectiveSources,
    value::Value,
    variables,
};

/// The target of a rollback.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// A number of versions before the current one.
    Steps(u64),
    /// This version.
    Version(u64),
}

impl Core {
    /// Publishes the content of an older version. Sources that changed since then are suppressed. `permitted` is the refusal
    /// of a handle that does not support rollbacks.
    ///
    /// # Errors
    /// The version is not in the history, or its content is no longer valid; nothing is changed.
    pub(crate) fn roll_back(
        &self,
        permitted: Result<(), Error>,
        target: Target,
        options: Option<Arc<WriteOptions>>,
    ) -> Result<u64, Error> {
        let current = self.current.version();
        let cause = Cause::Rollback(match target {
            Target::Version(version) => version,
            // No version has the number 0.
            Target::Steps(steps) => current.saturating_sub(steps).max(1),
        });
        let work = || {
            permitted?;
            // Before any lock is taken.
            self.process.ensure_current()?;
            contained(|| self.try_roll_back(target, options.clone()))
        };
        self.attempt(&cause, options.as_ref(), work)
    }

    fn try_roll_back(&self, target: Target, options: Option<Arc<WriteOptions>>) -> Result<u64, Error> {
        self.secret_manager.resolve(self.secret_manager.accepted(), |secrets| {
            let state = self.writer.enter()?;
            self.open()?;
            let version = self.target(target, self.current.version())?;
            let options = options.clone();
            let request = Request { cause: Cause::Rollback(version), options };
            request.check_expected(&state, Keys::root())?;
            self.go_back(state, version, &request, secrets)
        })
    }

    pub(super) fn go_back(
        &self,
        state: Writing<'_, State>,
        version: u64,
        request: &Request,
        secrets: &SecretLookup,
    ) -> Result<u64, Error> {
        let mut content = self.lookup(version)?.content();
        let now = Instant::now();
        content.overrides = without_expired(content.overrides, now);
        if let Some(value) = &content.value {
            let basis = state.basis.with_overrides(content.overrides.clone());
            let value = value.with_secrets_of(&self.current.load_full())?;
            return self
                .propose(state, Proposal::of_memory(basis, validated(self.config_type, value)?, request));
        }
        let EffectiveSources { layers, variables, suppressions } = state.basis.suppressions.roll_back_to(
            &state.basis.layers,
            &state.basis.variables,
            &content,
            version,
        );
        let basis =
            Basis { layers, variables, overrides: content.overrides, suppressions, ..state.basis.clone() };
        self.propose(state, Proposal::resolved(basis, secrets, request))
    }

    /// The changes from one version to another.
    ///
    /// # Errors
    /// One of them is not in the history, or no longer loads; or this is a fork of the process.
    pub(crate) fn compare(&self, from: u64, to: u64) -> Result<Vec<FieldChange>, Error> {
        self.process.ensure_current()?;
        let (old, new) = (self.version(from)?, self.version(to)?);
        let loaded = self.has_sources();
        let (old, new) = (old.side(loaded), new.side(loaded));
        // The current version knows all secrets that were read before.
        let current = self.current.load_full();
        let changes = change::between(old, new, &change::leaves(old, new), to, |leaf| current.hides_at(leaf));
        let between = from.min(to) + 1..=from.max(to);
        let records = self.records().into_iter().filter(|record| between.contains(&record.version));
        Ok(change::with_secrets(
            self.config_type.shape,
            changes,
            records.flat_map(|record| record.changes),
            to,
        ))
    }

    /// A version as it was in force.
    ///
    /// # Errors
    /// It is not in the history, or no longer loads; or this is a fork of the process and the version is not current.
    pub(crate) fn version(&self, version: u64) -> Result<InMemoryValue, Error> {
        let current = self.current.load_full();
        if current.version == version {
            return Ok(InMemoryValue { root: Arc::clone(&current.root), tree: current.tree.clone() });
        }
        // Loading it takes locks, and runs code of the program that may take others.
        self.process.ensure_current()?;
        let content = self.lookup(version)?.content();
        let overrides = content.running_overrides();
        let VersionContent { layers, variables, value, .. } = content;
        if let Some(value) = value {
            return Ok(value);
        }
        let known = |name: &str| variables::find(&variables, name);
        let secrets = &self.secret_manager.secrets(self.secret_manager.accepted()).placeholder_for_missing();
        let unread = Vec::new();
        let input =
            Input { layers: &layers, overrides: &overrides, names: None, variables: &known, unread, secrets };
        let Loaded { root, tree, .. } = load::load(self.config_type, &input)?;
        Ok(InMemoryValue { root, tree })
    }

    fn lookup(&self, version: u64) -> Result<VersionLookup, Error> {
        self.with_history(|history| history.lookup(version))
    }

    /// The last versions, oldest first.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.readable_shared_status()
            .map_or_else(Vec::new, |shared_status| look_back(shared_status, History::records))
    }

    /// The history without versions that have become too old.
    fn with_history<R>(&self, look: impl FnOnce(&History) -> R) -> R {
        look_back(self.shared_status(), look)
    }

    fn target(&self, target: Target, current: u64) -> Result<u64, Error> {
        match target {
            Target::Version(version) => Ok(version),
            Target::Steps(steps) => {
                let message = || match steps {
                    1 => "no version is 1 step back".to_owned(),
                    steps => format!("no version is {steps} steps back"),
                };
                let version = current.checked_sub(steps).filter(|version| *version > 0);
                version.ok_or_else(|| self.with_history(|history| history.not_remembered(&message())))
            }
        }
    }
}

fn look_back<R>(mut shared_status: MutexGuard<'_, SharedStatus>, look: impl FnOnce(&History) -> R) -> R {
    let forgotten = shared_status.history.evict();
    let found = look(&shared_status.history);
    drop(shared_status);
    drop_quietly(forgotten);
    found
}

impl InMemoryValue {
    /// Replaces secrets with the current ones, because old secrets are never restored. A leaf that contains a
    /// secret is replaced as a whole.
    ///
    /// # Errors
    /// The type of a leaf does not read the form in which it writes a secret.
    fn with_secrets_of(&self, current: &Published) -> Result<Self, Error> {
        let (mut root, mut tree) = (self.root.copy(), self.tree.clone());
        let (shape, mut problems) = (root.shape(), Problems::default());
        let is_secret =
            |slot: usize, today: &Value| holds_secret(today) || exposes_secret(current, slot, today);
        for slot in shape.leaves().into_iter().map(|leaf| leaf.slot).collect::<BTreeSet<_>>() {
            if let Some(today) = current.root.encode(slot).ok().filter(|today| is_secret(slot, today)) {
                root.assign(slot, Some(&today), &mut problems);
                tree = load::put(&tree, shape, &shape.keys_of(slot), Some(&today), None);
            }
        }
        let issues = problems.into_issues();
        if issues.is_empty() { Ok(Self { root: Arc::from(root), tree }) } else { Err(Error::new(issues)) }
    }

    fn side(&self, loaded: bool) -> Side<'_> {
        Side { root: &*self.root, tree: &self.tree, loaded }
    }
}

/// Validates a value that no load has checked.
fn validated(
    config_type: ConfigType,
    InMemoryValue { root, mut tree }: InMemoryValue,
) -> Result<Loaded, Error> {
    let mut problems = Problems::default();
    root.validate(&mut problems);
    let issues = problems.into_issues();
    if !issues.is_empty() {
        return Err(Error::new(issues));
    }
    let secrets = load::secrets_in(config_type, &tree);
    load::mark_secrets(&mut tree, config_type.shape, &secrets);
    let (sealed, references, warnings) = Default::default();
    Ok(Loaded { root, tree, secrets, sealed, references, warnings })
}
