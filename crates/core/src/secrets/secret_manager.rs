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

/// The longest that a reload by hand waits for all stores together.
const BY_HAND: Duration = Duration::from_secs(10);

/// What the program chose about its stores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// For all stores together, each time.
    pub(crate) timeout: Duration,
    /// How often what has no lease is fetched again.
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
    /// Whether changes are noticed.
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
    /// Whether leases were given back.
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
    /// With the stores that the build knows.
    pub(crate) fn new(known: &'static [KnownStore]) -> Self {
        Self { providers: Arc::new(ProviderRegistry::new(known)), ..Self::default() }
    }

    pub(crate) fn providers(&self) -> &Arc<ProviderRegistry> {
        &self.providers
    }

    /// Puts a provider in the place of whoever had the scheme. Before anything is fetched.
    pub(crate) fn register(&mut self, scheme: &str, provider: Arc<dyn SecretProvider>) {
        if let Some(providers) = Arc::get_mut(&mut self.providers) {
            providers.register(scheme, provider);
        }
    }

    /// Schemes that no reference can have.
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

    /// What a load looks secrets up in.
    pub(crate) fn secrets(&self, accepted: SecretSet) -> SecretLookup {
        SecretLookup::new(Arc::clone(&self.providers), accepted, Instant::now())
            .with_diagnostics(Arc::clone(&self.diagnostics))
            .only_from(self.allowed)
    }

    /// Runs `attempt` until it asks for nothing that was not fetched. To be called without a lock, since
    /// stores may be
    /// slow.
    pub(crate) fn resolve<R>(
        &self,
        known: SecretSet,
        attempt: impl FnMut(&SecretLookup) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.attempt(known, None, attempt).0
    }

    /// The same for what is tried again as soon as what it could not have is there. Under a limit, all that is fetched is bounded
    /// together, and otherwise each time.
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

    /// What the current version stands on.
    pub(crate) fn accepted(&self) -> SecretSet {
        self.cache.lock().cache.accepted.clone()
    }

    /// A version that stands on these was published.
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

    /// Who is told of what changes; without one nothing is fetched again.
    pub(crate) fn on_event(&self, listener: impl Fn(RefreshEvent) + Send + Sync + 'static) {
        // There is one configuration for each of these.
        let _ = self.listener.set(Box::new(listener));
    }

    /// Whether there is something to keep fresh and nobody does; from then on the caller does.
    pub(super) fn needs_refresher(&self) -> bool {
        let mut state = self.cache.lock();
        let needed =
            self.listener.get().is_some() && !state.started && !state.closed && !state.cache.is_empty();
        state.started |= needed;
        needed
    }

    /// It did not start after all.
    pub(super) fn refresher_failed(&self) {
        self.cache.lock().started = false;
    }

    pub(super) fn notify(&self, changes: Changes) {
        let told = [(changes.changed, RefreshEvent::Changed), (changes.found, RefreshEvent::Found)];
        for (_, told) in told.into_iter().filter(|(any, _)| *any) {
            self.listener.get().iter().for_each(|listener| listener(told));
        }
    }

    /// The provider of a scheme may have something else.
    pub(super) fn hint(&self, scheme: &str) {
        self.cache.lock().cache.hint(scheme, Instant::now());
        self.cache.notify_all();
    }

    /// Takes what came of renewals, and says what is to be fetched instead.
    pub(super) fn note_renewals(&self, renewals: Renewals, asked: Instant) -> BTreeSet<SecretKey> {
        self.cache.lock().cache.record_renewals(renewals, asked, Instant::now(), self.policy())
    }

    /// How long stores may take together when somebody waits for them.
    pub(crate) fn limit_by_hand(&self) -> Limit {
        Limit::new(self.settings.timeout.min(BY_HAND))
    }

    /// Asks for everything that can be asked for again, because somebody waits for it. Returns what could not be had.
    pub(crate) fn refresh(&self, limit: Limit) -> BTreeMap<SecretKey, FetchError> {
        let DueWork { fetch: secret_keys, renew: leases, .. } =
            self.cache.lock().cache.by_hand(Instant::now());
        let asked = Instant::now();
        let (table, renewals) = both(&self.providers, &secret_keys, &leases, limit);
        // A store that does not renew now is no failure: the lease goes on until it is due.
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

    /// The same without waiting; `None` while somebody else holds the lock.
    pub(crate) fn try_statuses(&self) -> Option<Vec<SecretStatus>> {
        Some(self.cache.try_lock()?.statuses())
    }

    pub(crate) fn close(&self) {
        self.cache.lock().closed = true;
        self.cache.notify_all();
    }

    /// Gives leases back that nobody needs any more, once.
    pub(crate) fn give_back(&self, bound: Duration) {
        let mut state = self.cache.lock();
        if std::mem::replace(&mut state.returned, true) {
            return;
        }
        let leases = state.cache.revocable(Instant::now());
        drop(state);
        self.revoke(leases, bound);
    }

    /// Gives leases back, and logs those that their stores did not take.
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
