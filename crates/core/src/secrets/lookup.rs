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
    /// Today's, even where an older version's count for everything else.
    pub(crate) variables: Arc<Variables>,
}

/// Provides secrets to loads, and records which ones they use and miss.
pub(crate) struct SecretLookup {
    providers: Arc<ProviderRegistry>,
    accepted: SecretSet,
    /// Leases are looked at as of this moment.
    now: Instant,
    used: RefCell<BTreeSet<SecretKey>>,
    wanted: RefCell<BTreeSet<SecretKey>>,
    /// The named parts of what was looked up, so that a text is parsed once for all keys.
    opened: RefCell<BTreeMap<SecretKey, Opened>>,
    /// A reference stands for itself where its secret is not known.
    lenient: bool,
    /// Whether the end of a lease counts.
    leases: bool,
    /// What is wrong with the defaults of fields.
    defaults: Diagnostics,
    /// Which sources may supply a secret.
    allowed: SecretSources,
}

/// Problems, and what becomes of each.
pub(crate) type Diagnostics = Arc<[(UnknownKeys, Issue)]>;

/// The result of resolving a reference.
pub(crate) enum Resolution {
    Value(Value),
    Failed(FetchError),
    /// Nobody has asked the store yet.
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

    /// The same, where only these sources may supply a secret.
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

    /// What supplies the secret that a reference leads to.
    pub(crate) fn source(&self, reference: &Reference) -> SecretSources {
        match self.providers.is_variable(&reference.secret_key.scheme) {
            true => SecretSources::ENVIRONMENT,
            false => SecretSources::STORES,
        }
    }

    /// The same, with what is wrong with the defaults of fields.
    pub(crate) fn with_diagnostics(self, defaults: Diagnostics) -> Self {
        Self { defaults, ..self }
    }

    /// What is wrong with the defaults of fields.
    pub(crate) fn diagnostics(&self) -> &[(UnknownKeys, Issue)] {
        &self.defaults
    }

    /// For loads of values that stand in no store, though references may be among them.
    pub(crate) fn none(known: &'static [KnownStore]) -> Self {
        Self::new(Arc::new(ProviderRegistry::new(known)), SecretSet::default(), Instant::now())
    }

    /// For a load of an old version, whose secrets may no longer exist.
    pub(crate) fn placeholder_for_missing(self) -> Self {
        Self { lenient: true, ..self }
    }

    /// For a look at what would be if no lease ever ended.
    pub(crate) fn without_leases(self) -> Self {
        Self { leases: false, ..self }
    }

    /// The reference that a text is, if it is one.
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

    /// What the reference picks from a payload, which is parsed once for all keys.
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

    /// What is wrong with the way in which a secret is kept.
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

    /// What was asked for and is not known, to be fetched.
    pub(crate) fn take_missing(&self) -> BTreeSet<SecretKey> {
        self.wanted.take()
    }

    /// With what was fetched.
    pub(crate) fn extend(&mut self, fetched: Table) {
        self.now = Instant::now();
        self.opened.get_mut().clear();
        Arc::make_mut(&mut self.accepted.table).extend(fetched);
    }

    /// Of all that is known what loads have used.
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
