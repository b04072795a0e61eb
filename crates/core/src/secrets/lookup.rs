//! Provides secrets to a load, and records the missing ones.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    ffi::OsStr,
    sync::Arc,
    time::Instant,
};

use super::{
    FetchError, Payload,
    payload::Opened,
    reference::{Reference, SecretKey},
    registry::{KnownStore, ProviderRegistry},
    table::Table,
};
use crate::{
    issue::Issue, secret::policy::SecretSources, source::UnknownKeys, value::Value, variables::Variables,
};

/// The secrets that a version uses.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretSet {
    pub(crate) table: Arc<Table>,
    /// Today's variables, even if those of an older version apply to everything else.
    pub(crate) variables: Arc<Variables>,
}

/// Provides secrets to loads, and records which ones they use and miss.
pub(crate) struct SecretLookup {
    providers: Arc<ProviderRegistry>,
    accepted: SecretSet,
    /// The time at which leases are checked.
    now: Instant,
    used: RefCell<BTreeSet<SecretKey>>,
    wanted: RefCell<BTreeSet<SecretKey>>,
    /// The parsed parts of secrets, so that a text is parsed once for all keys.
    opened: RefCell<BTreeMap<SecretKey, Opened>>,
    /// Whether an unknown secret is replaced by its reference.
    lenient: bool,
    /// Whether ended leases are refused.
    leases: bool,
    /// The problems of the defaults of fields.
    defaults: Diagnostics,
    /// Which sources may supply a secret.
    allowed: SecretSources,
}

/// Problems, and the policy for each.
pub(crate) type Diagnostics = Arc<[(UnknownKeys, Issue)]>;

/// The result of resolving a reference.
pub(crate) enum Resolution {
    Value(Value),
    Failed(FetchError),
    /// The store was not queried yet.
    Unknown,
}

impl SecretLookup {
    pub(crate) fn new(providers: Arc<ProviderRegistry>, accepted: SecretSet, now: Instant) -> Self {
        let (used, wanted, opened) = Default::default();
        let (defaults, allowed) = Default::default();
        Self {
            providers,
            accepted,
            now,
            used,
            wanted,
            opened,
            lenient: false,
            leases: true,
            defaults,
            allowed,
        }
    }

    /// The same, but only these sources may supply a secret.
    pub(crate) fn only_from(self, allowed: SecretSources) -> Self {
        Self { allowed, ..self }
    }

    pub(crate) fn allowed(&self) -> SecretSources {
        self.allowed
    }

    pub(crate) fn providers(&self) -> &ProviderRegistry {
        &self.providers
    }

    pub(crate) fn has_placeholders(&self) -> bool {
        self.lenient
    }

    /// The kind of source that supplies the secret of a reference.
    pub(crate) fn source(&self, reference: &Reference) -> SecretSources {
        match self.providers.is_variable(&reference.secret_key.scheme) {
            true => SecretSources::ENVIRONMENT,
            false => SecretSources::STORES,
        }
    }

    /// The same, with the problems of the defaults of fields.
    pub(crate) fn with_diagnostics(self, defaults: Diagnostics) -> Self {
        Self { defaults, ..self }
    }

    /// The problems of the defaults of fields.
    pub(crate) fn diagnostics(&self) -> &[(UnknownKeys, Issue)] {
        &self.defaults
    }

    /// For loads without secrets from stores, although there may be references among the values.
    pub(crate) fn none(known: &'static [KnownStore]) -> Self {
        Self::new(Arc::new(ProviderRegistry::new(known)), SecretSet::default(), Instant::now())
    }

    /// For a load of an old version, whose secrets may no longer exist.
    pub(crate) fn placeholder_for_missing(self) -> Self {
        Self { lenient: true, ..self }
    }

    /// Ignores the end of leases.
    pub(crate) fn without_leases(self) -> Self {
        Self { leases: false, ..self }
    }

    /// Parses a text as a reference, if it is one.
    pub(crate) fn reference(&self, text: &str) -> Option<Reference> {
        Reference::parse(text, |scheme| self.providers.contains(scheme))
    }

    pub(crate) fn find(&self, reference: &Reference) -> Resolution {
        match self.look_up(reference) {
            Resolution::Failed(_) | Resolution::Unknown if self.lenient => {
                Resolution::Value(Value::secret(Value::text(&reference.to_string())))
            }
            found => found,
        }
    }

    fn look_up(&self, reference: &Reference) -> Resolution {
        let secret_key = &reference.secret_key;
        if self.providers.is_variable(&secret_key.scheme) {
            return self.part(reference, || self.variable(secret_key.location.as_str()));
        }
        match self.accepted.table.get(secret_key) {
            None => {
                self.wanted.borrow_mut().insert(secret_key.clone());
                Resolution::Unknown
            }
            Some(answer) => {
                self.used.borrow_mut().insert(secret_key.clone());
                match answer {
                    Err(error) => Resolution::Failed(error.clone()),
                    Ok(kept) if self.leases && !kept.is_usable(self.now) => Resolution::Failed(over()),
                    Ok(kept) => self.part(reference, || Ok(kept.payload.clone())),
                }
            }
        }
    }

    /// The part of a payload that the reference selects. The payload is parsed once for all keys.
    fn part(
        &self,
        reference: &Reference,
        payload: impl FnOnce() -> Result<Payload, FetchError>,
    ) -> Resolution {
        let part = match &reference.key {
            None => payload().and_then(|payload| payload.part(None)),
            Some(key) => match self.opened.borrow_mut().entry(reference.secret_key.clone()) {
                Entry::Occupied(opened) => opened.get().part(key),
                Entry::Vacant(free) => payload().and_then(|payload| free.insert(payload.opened()).part(key)),
            },
        };
        part.map_or_else(Resolution::Failed, Resolution::Value)
    }

    /// Warnings about how a secret is stored.
    pub(crate) fn warnings(&self, reference: &Reference) -> Vec<String> {
        let kept = self.accepted.table.get(&reference.secret_key).and_then(|answer| answer.as_ref().ok());
        kept.map(|kept| kept.term().warnings).unwrap_or_default()
    }

    fn variable(&self, name: &str) -> Result<Payload, FetchError> {
        let value = self.accepted.variables.get(OsStr::new(name));
        let unset = || {
            FetchError::not_found(format!("the variable {name} is not set")).with_help(format!("set {name}"))
        };
        let text = value.ok_or_else(unset)?.to_str();
        let text = text.ok_or_else(|| FetchError::invalid(format!("the variable {name} is not UTF-8")))?;
        Ok(Payload::text(text.to_owned()))
    }

    /// The requested secrets that are unknown and must be fetched.
    pub(crate) fn take_missing(&self) -> BTreeSet<SecretKey> {
        self.wanted.take()
    }

    /// Adds fetched secrets.
    pub(crate) fn extend(&mut self, fetched: Table) {
        self.now = Instant::now();
        self.opened.get_mut().clear();
        Arc::make_mut(&mut self.accepted.table).extend(fetched);
    }

    /// The known secrets that loads have used.
    pub(crate) fn accepted(&self) -> SecretSet {
        let used = self.used.borrow();
        let table = self.accepted.table.iter().filter(|(secret_key, _)| used.contains(secret_key));
        let table =
            Arc::new(table.map(|(secret_key, answer)| (secret_key.clone(), answer.clone())).collect());
        SecretSet { table, variables: Arc::clone(&self.accepted.variables) }
    }
}

fn over() -> FetchError {
    FetchError::new(super::FetchErrorKind::Denied, "its lease has ended, and the store gave no other since")
        .with_help("let the store be reached; the secret is fetched again as soon as it answers")
}
