//! Keeps secrets fresh, on a thread of its own: renews leases, fetches secrets again, and reports
//! changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, mpsc::channel},
    thread,
    time::Instant,
};

use super::{
    Location,
    cache::{Changes, DueWork},
    fetch::{Limit, fetch, renew},
    reference::SecretKey,
    secret_manager::SecretManager,
    table::Table,
};
use crate::{panics::catch_panic, source::Changed};

/// The events of the refresher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshEvent {
    /// Secrets in use changed, or may no longer be used.
    Changed,
    /// A secret was found because of which a load was refused.
    Found,
    /// The refresher's thread could not be spawned; [`SecretManager::keep_fresh`] must be called again.
    NoThread,
}

impl SecretManager {
    /// Starts the refresher, if it does not run and there are secrets in use.
    pub(crate) fn keep_fresh(self: &Arc<Self>) -> io::Result<()> {
        if !self.needs_refresher() {
            return Ok(());
        }
        let (end, ended) = channel::<()>();
        let secret_manager = Arc::clone(self);
        let run = move || {
            secret_manager.run();
            drop(secret_manager);
            drop(end);
        };
        let thread = thread::Builder::new().name("hotswap-secrets".into()).spawn(run);
        let thread = thread.inspect_err(|_| self.refresher_failed())?;
        self.thread.adopt(thread, ended);
        Ok(())
    }

    fn run(self: &Arc<Self>) {
        while let Some(work) = self.wait() {
            self.watch(&work.watch);
            let mut changes = Changes { changed: work.over, found: false };
            let mut secret_keys = work.fetch.clone();
            if !work.renew.is_empty() {
                let asked = Instant::now();
                let renewals = renew(self.providers(), &work.renew, Limit::new(self.settings.timeout));
                secret_keys.extend(self.note_renewals(renewals, asked));
            }
            changes = changes.and(self.fetch_again(&secret_keys));
            self.notify(changes);
            self.revoke_discarded();
        }
        let watched = self.cache.lock().cache.unwatch_all();
        self.watch(&watched);
    }

    /// Sleeps until a request is due; `None` at the end.
    fn wait(&self) -> Option<DueWork> {
        let mut state = self.cache.lock();
        loop {
            if state.closed {
                return None;
            }
            let now = Instant::now();
            let work = state.cache.due_work(now, self.policy());
            if !work.is_empty() {
                return Some(work);
            }
            let bound = state.cache.next(now).map(|at| at.saturating_duration_since(now));
            state = self.cache.wait(state, bound);
        }
    }

    /// Passes the locations to watch to providers, with no lock held because they may be code of the
    /// program.
    fn watch(self: &Arc<Self>, watch: &BTreeMap<Arc<str>, BTreeSet<Location>>) {
        for (scheme, locations) in watch {
            let Ok(provider) = self.providers().provider(scheme) else { continue };
            let (secret_manager, name) = (Arc::downgrade(self), Arc::clone(scheme));
            let changed = Changed::new(move || {
                secret_manager.upgrade().iter().for_each(|secret_manager| secret_manager.hint(&name));
            });
            let locations: Vec<_> = locations.iter().cloned().collect();
            if catch_panic(|| provider.watch(&locations, changed)).is_none() {
                log::error!(
                    target: "hotswap",
                    "hotswap: the provider of `{scheme}` panicked; its changes are found at intervals"
                );
            }
        }
    }

    /// Fetches these again, and records the responses.
    fn fetch_again(&self, secret_keys: &BTreeSet<SecretKey>) -> Changes {
        if secret_keys.is_empty() {
            return Changes::default();
        }
        self.note_fetched(fetch(self.providers(), secret_keys, Limit::new(self.settings.timeout)))
    }

    /// Records responses of stores, and logs failures.
    pub(super) fn note_fetched(&self, table: Table) -> Changes {
        let mut state = self.cache.lock();
        let failed =
            table.iter().filter_map(|(secret_key, answer)| Some((secret_key, answer.as_ref().err()?)));
        let failed = failed.filter(|(secret_key, error)| !state.cache.is_known(secret_key, error));
        let told: Vec<_> = failed
            .map(|(secret_key, error)| format!("cannot fetch secret `{secret_key}` again: {error}"))
            .collect();
        let changes = state.cache.record(table, Instant::now(), self.policy());
        drop(state);
        told.iter().for_each(|line| log::warn!(target: "hotswap", "hotswap: {line}"));
        changes
    }

    /// Revokes leases of secrets that were fetched, refused, and replaced without ever being used.
    fn revoke_discarded(&self) {
        let discarded = self.cache.lock().cache.take_discarded();
        if !discarded.is_empty() {
            self.revoke(discarded, self.settings.timeout);
        }
    }
}

impl Changes {
    pub(super) fn and(self, other: Self) -> Self {
        Self { changed: self.changed || other.changed, found: self.found || other.found }
    }
}
