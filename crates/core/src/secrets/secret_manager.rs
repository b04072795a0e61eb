//! Fetches, renews and revokes the secrets of one configuration.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use super::{
    FetchError, Lease, SecretProvider, SecretStatus,
    cache::{Changes, DueWork, RefreshPolicy, SecretCache},
    fetch::{Limit, Renewals, both, fetch, revoke},
    lookup::{Diagnostics, SecretLookup, SecretSet},
    reference::{SecretKey, scheme},
    refresher::RefreshEvent,
    registry::{KnownStore, ProviderRegistry},
    table::Table,
};
use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    secret::policy::SecretSources,
    sync::Monitor,
    worker::WorkerThread,
};

/// The maximum time that a requested reload waits for all stores together.
const BY_HAND: Duration = Duration::from_secs(10);

/// The settings for stores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The time limit of one fetch from all stores together.
    pub(crate) timeout: Duration,
    /// How often secrets without a lease are fetched again.
    pub(crate) refresh: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), refresh: Duration::from_secs(60) }
    }
}

/// Receives the events of the refresher.
type Listener = Box<dyn Fn(RefreshEvent) + Send + Sync>;

/// The providers of a configuration, and the cache of their secrets.
#[derive(Default)]
pub(crate) struct SecretManager {
    providers: Arc<ProviderRegistry>,
    pub(crate) settings: Settings,
    /// Whether changes are detected.
    pub(crate) follow: bool,
    /// Credentials in the defaults of fields.
    pub(crate) diagnostics: Diagnostics,
    /// Which sources may supply a secret.
    pub(crate) allowed: SecretSources,
    pub(super) cache: Monitor<State>,
    listener: OnceLock<Listener>,
    pub(super) thread: WorkerThread,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) cache: SecretCache,
    /// Whether the refresher was started.
    started: bool,
    pub(super) closed: bool,
    /// Whether leases were revoked.
    returned: bool,
}

impl State {
    fn statuses(&self) -> Vec<SecretStatus> {
        let now = Instant::now();
        self.cache
            .entries()
            .map(|(secret_key, entry)| {
                SecretStatus::new(secret_key, entry, self.cache.in_force(secret_key), now)
            })
            .collect()
    }
}

impl SecretManager {
    /// Creates a manager with the stores that the build knows.
    pub(crate) fn new(known: &'static [KnownStore]) -> Self {
        Self { providers: Arc::new(ProviderRegistry::new(known)), ..Self::default() }
    }

    pub(crate) fn providers(&self) -> &Arc<ProviderRegistry> {
        &self.providers
    }

    /// Registers a provider, and replaces any earlier one of the scheme. Must be called before any fetch.
    pub(crate) fn register(&mut self, scheme: &str, provider: Arc<dyn SecretProvider>) {
        if let Some(providers) = Arc::get_mut(&mut self.providers) {
            providers.register(scheme, provider);
        }
    }

    /// Fixes the directory of relative paths. Must be called before any fetch.
    pub(crate) fn fix_working_directory(&mut self) {
        if let Some(providers) = Arc::get_mut(&mut self.providers) {
            providers.fix_working_directory();
        }
    }

    /// The problems of registered schemes that no reference can have.
    pub(crate) fn mistakes(&self) -> Vec<Issue> {
        let malformed =
            self.providers.registered().filter(|name| scheme(&format!("{name}:x")) != Some(*name));
        let issue = |name: &str| {
            let message = format!("no reference can have the scheme {name:?}");
            Issue::new(IssueKind::Setup, Keys::root(), message)
                .with_help("write it with lower-case letters, digits and `-`, beginning with a letter")
        };
        malformed.map(issue).collect()
    }

    pub(super) fn policy(&self) -> RefreshPolicy {
        RefreshPolicy { refresh: self.settings.refresh, follow: self.follow }
    }

    /// The lookup for a load.
    pub(crate) fn secrets(&self, accepted: SecretSet) -> SecretLookup {
        SecretLookup::new(Arc::clone(&self.providers), accepted, Instant::now())
            .with_diagnostics(Arc::clone(&self.diagnostics))
            .only_from(self.allowed)
    }

    /// Runs `attempt` until it requests no secret that was not fetched. Must be called with no lock
    /// held, because stores may be slow.
    pub(crate) fn resolve<R>(
        &self,
        known: SecretSet,
        attempt: impl FnMut(&SecretLookup) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.attempt(known, None, attempt).0
    }

    /// The same for a load that is retried as soon as its missing secrets are available. A limit applies to all
    /// fetches together; without it, each fetch has its own timeout.
    pub(crate) fn resolve_or_await<R>(
        &self,
        known: SecretSet,
        limit: Option<Limit>,
        attempt: impl FnMut(&SecretLookup) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let (result, fetched) = self.attempt(known, limit, attempt);
        if result.is_err() && !fetched.is_empty() && self.listener.get().is_some() {
            self.cache.lock().cache.miss(&fetched, Instant::now(), self.policy());
            self.cache.notify_all();
        }
        result
    }

    fn attempt<R>(
        &self,
        known: SecretSet,
        limit: Option<Limit>,
        mut attempt: impl FnMut(&SecretLookup) -> Result<R, Error>,
    ) -> (Result<R, Error>, Table) {
        let mut secrets = self.secrets(known);
        let mut fetched = Table::new();
        loop {
            let result = attempt(&secrets);
            let wanted = secrets.take_missing();
            if wanted.is_empty() {
                return (result, fetched);
            }
            let limit = limit.unwrap_or_else(|| Limit::new(self.settings.timeout));
            let table = fetch(&self.providers, &wanted, limit);
            fetched.extend(table.clone());
            secrets.extend(table);
        }
    }

    /// The secrets of the current version.
    pub(crate) fn accepted(&self) -> SecretSet {
        self.cache.lock().cache.accepted.clone()
    }

    /// A version with these secrets was published.
    pub(crate) fn adopt(self: &Arc<Self>, accepted: &SecretSet) {
        let mut state = self.cache.lock();
        if accepted.table.is_empty() && state.cache.is_empty() {
            state.cache.accepted = accepted.clone();
            return;
        }
        state.cache.adopt(accepted, self.policy());
        drop(state);
        self.cache.notify_all();
        if let Err(error) = self.keep_fresh() {
            log::error!(target: "hotswap", "hotswap: cannot spawn the thread that keeps secrets fresh, trying again: {error}");
            self.listener.get().iter().for_each(|listener| listener(RefreshEvent::NoThread));
        }
    }

    /// Sets the listener for changes; without one no secret is fetched again.
    pub(crate) fn on_event(&self, listener: impl Fn(RefreshEvent) + Send + Sync + 'static) {
        // Set only once, because each manager belongs to one configuration.
        let _ = self.listener.set(Box::new(listener));
    }

    /// Whether a refresher is needed and none runs. If so, the caller must start one.
    pub(super) fn needs_refresher(&self) -> bool {
        let mut state = self.cache.lock();
        let needed =
            self.listener.get().is_some() && !state.started && !state.closed && !state.cache.is_empty();
        state.started |= needed;
        needed
    }

    /// The refresher could not be started.
    pub(super) fn refresher_failed(&self) {
        self.cache.lock().started = false;
    }

    pub(super) fn notify(&self, changes: Changes) {
        let told = [(changes.changed, RefreshEvent::Changed), (changes.found, RefreshEvent::Found)];
        for (_, told) in told.into_iter().filter(|(any, _)| *any) {
            self.listener.get().iter().for_each(|listener| listener(told));
        }
    }

    /// The provider of a scheme reported a possible change.
    pub(super) fn hint(&self, scheme: &str) {
        self.cache.lock().cache.hint(scheme, Instant::now());
        self.cache.notify_all();
    }

    /// Records the results of renewals, and returns the secrets that must be fetched instead.
    pub(super) fn note_renewals(&self, renewals: Renewals, asked: Instant) -> BTreeSet<SecretKey> {
        self.cache.lock().cache.record_renewals(renewals, asked, Instant::now(), self.policy())
    }

    /// The time limit of all stores together for a requested reload.
    pub(crate) fn limit_by_hand(&self) -> Limit {
        Limit::new(self.settings.timeout.min(BY_HAND))
    }

    /// Requests all secrets again, because a caller waits for them. Returns the failures.
    pub(crate) fn refresh(&self, limit: Limit) -> BTreeMap<SecretKey, FetchError> {
        let DueWork { fetch: secret_keys, renew: leases, .. } =
            self.cache.lock().cache.by_hand(Instant::now());
        let asked = Instant::now();
        let (table, renewals) = both(&self.providers, &secret_keys, &leases, limit);
        // A renewal that fails now is not an error: the lease stays valid and is renewed when it is due.
        let renewals: Renewals = renewals
            .into_iter()
            .filter(|(_, answer)| answer.as_ref().err().is_none_or(|error| error.kind().is_passing()))
            .collect();
        let failed =
            table.iter().filter_map(|(secret_key, answer)| Some((secret_key, answer.as_ref().err()?)));
        let not_renewed =
            renewals.iter().filter_map(|(secret_key, answer)| Some((secret_key, answer.as_ref().err()?)));
        let failed = failed
            .chain(not_renewed)
            .map(|(secret_key, error)| (secret_key.clone(), error.clone()))
            .collect();
        self.note_renewals(renewals, asked);
        self.note_fetched(table);
        self.cache.notify_all();
        failed
    }

    pub(crate) fn statuses(&self) -> Vec<SecretStatus> {
        self.cache.lock().statuses()
    }

    /// The same without waiting; `None` if the lock is held.
    pub(crate) fn try_statuses(&self) -> Option<Vec<SecretStatus>> {
        Some(self.cache.try_lock()?.statuses())
    }

    pub(crate) fn close(&self) {
        self.cache.lock().closed = true;
        self.cache.notify_all();
    }

    /// Revokes all leases, once.
    pub(crate) fn give_back(&self, bound: Duration) {
        let mut state = self.cache.lock();
        if std::mem::replace(&mut state.returned, true) {
            return;
        }
        let leases = state.cache.revocable(Instant::now());
        drop(state);
        self.revoke(leases, bound);
    }

    /// Revokes leases, and logs failures.
    pub(super) fn revoke(&self, leases: BTreeMap<Arc<str>, Vec<Lease>>, bound: Duration) {
        for (scheme, error) in revoke(&self.providers, leases, bound) {
            let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
            log::warn!(target: "hotswap", "hotswap: leases of `{scheme}` were not given back, and end later: {error}{help}");
        }
    }

    pub(crate) fn join(&self, bound: Duration) {
        self.thread.join(bound);
    }
}

impl fmt::Debug for SecretManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").field("given", &self.providers).field("settings", &self.settings).finish()
    }
}
