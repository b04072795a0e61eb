//! The first version, from the sources and the saved state.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use super::LastGood;
use crate::{
    engine::{
        Basis, Policy, Request, State, changed, collect::ReadResult, load_resolving_conflicts, record,
        whole_leaves,
    },
    error::Error,
    history::{History, Record, SecretLeaves, content::VersionContent},
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{self, ConfigType, Input, Loaded, ReferencePaths},
    overrides::{OverrideEntry, Overrides},
    panics::{catch_panic, drop_quietly},
    secret::marker::SecretMarker,
    secrets::{lookup::SecretLookup, secret_manager::SecretManager},
    shape::Leaf,
    snapshot::{Cause, Published},
    source::Layer,
    state::{Saved, SavedHistory, secret_override, touches},
};

/// The initial state of a configuration.
pub(super) struct Start {
    pub(super) first: Published,
    /// The record for observers.
    pub(super) record: Record,
    pub(super) state: State,
    pub(super) history: History,
    /// The references of secrets.
    pub(super) references: ReferencePaths,
    pub(super) warnings: Vec<Issue>,
    /// Overrides that were not restored.
    pub(super) dropped: Vec<Issue>,
    /// The reason for which the sources were refused.
    pub(super) refused: Option<Error>,
}

/// The inputs that are known before the load.
pub(super) struct StartInputs<'g> {
    pub(super) config_type: ConfigType,
    pub(super) collected: &'g ReadResult,
    pub(super) saved: Saved,
    pub(super) policy: &'g Policy,
    pub(super) last_good: LastGood,
    pub(super) secret_manager: &'g Arc<SecretManager>,
}

/// A loaded configuration and its basis.
struct LoadedStart {
    loaded: Loaded,
    state: State,
    cause: Cause,
    refused: Option<Error>,
}

impl StartInputs<'_> {
    /// # Errors
    /// Every problem of the sources. If the last good configuration may be used, only if it is no longer
    /// valid either.
    pub(super) fn start(mut self, issues: Vec<Issue>, began: Instant) -> Result<Start, Error> {
        let mut chosen = self.choose(issues.clone())?;
        let dropped = self.drop_secrets(&chosen.loaded);
        if !dropped.is_empty() {
            chosen = self.choose(issues)?;
        }
        self.forget_secrets(&chosen.loaded);
        Ok(Start { dropped, ..self.number(chosen, began.elapsed()) })
    }

    fn choose(&self, issues: Vec<Issue>) -> Result<LoadedStart, Error> {
        match self.choose_sources(issues) {
            Err(error) if self.last_good == LastGood::OnFailure => self.choose_last_good(error),
            outcome => outcome,
        }
    }

    /// Drops overrides of fields that are not marked as secret and in which the decoder found a secret.
    fn drop_secrets(&mut self, loaded: &Loaded) -> Vec<Issue> {
        let is_secret = |(keys, entry): &(&Keys, &OverrideEntry)| {
            let below = entry.below.iter().map(|below| below.value.as_ref());
            let mut values = below.chain([entry.value.as_ref()]);
            values.any(|value| loaded.secrets.iter().any(|secret| touches(keys, value, secret)))
        };
        let places: Vec<Keys> =
            self.saved.overrides.iter().filter(is_secret).map(|(keys, _)| keys.clone()).collect();
        self.saved.overrides.retain(|keys, _| !places.contains(keys));
        places.iter().map(secret_override).collect()
    }

    /// Drops old values of fields that have become secret: the program may have been another one.
    fn forget_secrets(&mut self, loaded: &Loaded) {
        let Some(history) = &mut self.saved.history else { return };
        let marked = self.config_type.shape.leaves().into_iter().filter(Leaf::secret).map(|leaf| leaf.keys);
        let secrets: BTreeSet<Keys> = marked.chain(loaded.secrets.iter().cloned()).collect();
        if !secrets.is_empty() {
            let providers = self.secret_manager.providers();
            history.forget(&secrets, &self.collected.layers, self.config_type, providers);
        }
    }

    fn choose_sources(&self, issues: Vec<Issue>) -> Result<LoadedStart, Error> {
        let collected = self.collected;
        let suppressions =
            self.saved.history.as_ref().map(|history| history.suppressions.clone()).unwrap_or_default();
        let effective = suppressions.apply(&collected.layers, &collected.variables);
        let unread: Vec<_> = issues.into_iter().chain(collected.unread.iter().cloned()).collect();
        let settled = self.secret_manager.resolve(collected.accepted(), |secrets| {
            let input = Input {
                layers: &effective.layers,
                overrides: &self.saved.overrides,
                names: Some(&collected.names),
                variables: &|name: &str| collected.variable(name),
                unread: unread.clone(),
                secrets,
            };
            let settled = load_resolving_conflicts(self.config_type, self.policy.conflict, &input);
            settled.map(|(loaded, overrides)| (loaded, overrides, secrets.accepted()))
        });
        let (loaded, overrides, accepted) = settled.map_err(|error| with_a_way_out(&error))?;
        let (layers, variables, suppressions) =
            (effective.layers, effective.variables, effective.suppressions);
        let state = State::new(Basis { layers, variables, overrides, suppressions, secrets: accepted });
        Ok(LoadedStart { loaded, state, cause: Cause::Start, refused: None })
    }

    /// The configuration before the restart, with the latest overrides.
    fn choose_last_good(&self, error: Error) -> Result<LoadedStart, Error> {
        let Some(history) = &self.saved.history else { return Err(error) };
        let (layers, overrides) = (&history.content.layers, &self.saved.overrides);
        let loaded = self.secret_manager.resolve(self.collected.accepted(), |secrets| {
            self.load(layers, overrides, secrets).map(|loaded| (loaded, secrets.accepted()))
        });
        match loaded {
            Ok((loaded, accepted)) => {
                let state = State::new(Basis {
                    layers: layers.clone(),
                    variables: Arc::clone(&self.collected.variables),
                    overrides: overrides.clone(),
                    suppressions: history.suppressions.clone(),
                    secrets: accepted,
                });
                Ok(LoadedStart { loaded, state, cause: Cause::LastGood, refused: Some(error) })
            }
            Err(worse) => {
                let message = "what was in force before the restart cannot be taken instead";
                let help = "a secret that the sources gave as plain text is not kept";
                let issue = Issue::new(IssueKind::State, Keys::root(), message).with_help(help);
                Err(Error::new(
                    error.issues().cloned().chain([issue]).chain(worse.issues().cloned()).collect(),
                ))
            }
        }
    }

    fn load(
        &self,
        layers: &[Arc<Layer>],
        overrides: &Overrides,
        secrets: &SecretLookup,
    ) -> Result<Loaded, Error> {
        let variables = |name: &str| self.collected.variable(name);
        let unread = Vec::new();
        load::load(
            self.config_type,
            &Input { layers, overrides, names: None, variables: &variables, unread, secrets },
        )
    }

    /// Assigns the version: the last one if the configuration is the same, else the next one.
    fn number(self, chosen: LoadedStart, duration: Duration) -> Start {
        let mut chosen = chosen;
        let (shape, providers) = (self.config_type.shape, Some(&**self.secret_manager.providers()));
        chosen.state.mark_secret(SecretMarker { shape, hidden: &chosen.loaded.secrets, providers });
        let LoadedStart { loaded, state, cause, refused } = chosen;
        // Both calls run code of the program that may panic, and a start can do without their results.
        let before = catch_panic(|| self.before(&loaded, &state)).flatten();
        let request = Request::new(cause.clone());
        let goes_on = cause == Cause::Start
            && before.as_ref().is_some_and(|(current, changed)| {
                changed.is_empty() && current.version == self.saved.version
            });
        let version = self.saved.version.saturating_add(u64::from(!goes_on));
        let first = || Record { cause: cause.clone(), ..Record::first(version, duration) };
        let record = match &before {
            Some((current, changed)) if !goes_on => {
                let record = catch_panic(|| record(version, current, &loaded, changed, &request, true));
                record.map_or_else(first, |record| Record { duration, ..record })
            }
            _ => first(),
        };
        let content = state.content(&loaded.root, &loaded.tree, true);
        let hidden = whole_leaves(shape, &loaded.secrets);
        let leaves = SecretLeaves { read: &loaded.secrets, hidden: &hidden };
        let entry = (content, (!goes_on).then(|| record.clone()));
        let history = history(self.policy, self.saved.history, entry, leaves);
        let first = Published::new(version, loaded.root, loaded.tree, cause)
            .with_secrets(loaded.secrets)
            .with_sealed(loaded.sealed);
        let (references, warnings) = (loaded.references, loaded.warnings);
        Start { first, record, state, history, references, warnings, dropped: Vec::new(), refused }
    }

    /// The last saved version, if it still loads, and the differences from it.
    fn before(&self, loaded: &Loaded, state: &State) -> Option<(Published, Vec<usize>)> {
        let history = self.saved.history.as_ref()?;
        let last = history.versions.last()?;
        let secrets = self.secret_manager.secrets(state.basis.secrets.clone()).placeholder_for_missing();
        let old = self.load(&history.content.layers, &history.content.running_overrides(), &secrets).ok()?;
        let old = Published::new(last.record.version, old.root, old.tree, last.record.cause.clone())
            .with_secrets(old.secrets);
        let changed = changed(&old, loaded);
        Some((old, changed))
    }
}

/// Adds advice on how to clear an override, because there is no handle yet.
fn with_a_way_out(error: &Error) -> Error {
    let issue = || {
        let message = "overrides from before the restart do not fit what the sources say now";
        Issue::new(IssueKind::State, Keys::root(), message)
            .with_help("start once with `OverrideConflict::Drop`, or change the sources")
    };
    let way_out = error.has(IssueKind::Override).then(issue);
    Error::new(error.issues().cloned().chain(way_out).collect())
}

/// The saved history, and the new version, if there is one.
fn history(
    policy: &Policy,
    saved: Option<SavedHistory>,
    (content, record): (VersionContent, Option<Record>),
    leaves: SecretLeaves<'_>,
) -> History {
    let mut history = match saved {
        Some(saved) => History::restored(policy.history, saved.versions, saved.content),
        None => History::restored(policy.history, Vec::new(), content.clone()),
    };
    if let Some(before) = history.baseline(record.is_some()) {
        let forgotten = history.push(before.entry(content, record, leaves));
        drop_quietly(forgotten);
    }
    history
}
