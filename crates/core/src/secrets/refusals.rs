//! Rotated secrets that were refused: fetched, but invalid in this configuration, or refused by a hook.
//!
//! Until another secret is accepted, the previous one stays in force, even after the end of its lease. It may no
//! longer work then, but everything that does not depend on it must stay writable.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use super::{
    Lease,
    cache::{RefreshPolicy, SecretCache},
    lookup::SecretSet,
    reference::SecretKey,
    secret_manager::SecretManager,
    table::{CachedSecret, Table},
};
use crate::error::Error;

/// The newest known secrets, and which of them were refused.
pub(crate) struct Newest {
    pub(crate) table: Arc<Table>,
    /// The same, with the secrets in force instead of the candidates.
    pub(crate) in_force: Arc<Table>,
    /// Locations whose newest secret differs from the one in force.
    pub(crate) candidates: BTreeSet<SecretKey>,
    /// Whether all of these were refused before.
    pub(crate) refused_before: bool,
}

impl SecretCache {
    /// The secret of the current version at a location.
    pub(super) fn in_force(&self, secret_key: &SecretKey) -> Option<&Arc<CachedSecret>> {
        self.accepted.table.get(secret_key)?.as_ref().ok()
    }

    /// Locations whose store supplied another secret than the one in force, if that may still be used.
    pub(super) fn candidates(&self, now: Instant) -> BTreeSet<SecretKey> {
        let candidate = |secret_key: &SecretKey| {
            let newest = self.entries.get(secret_key)?.kept.as_ref().filter(|kept| !kept.is_over(now))?;
            Some(!Arc::ptr_eq(newest, self.in_force(secret_key)?))
        };
        self.entries.keys().filter(|secret_key| candidate(secret_key).unwrap_or_default()).cloned().collect()
    }

    pub(super) fn has_refused(&self) -> bool {
        self.entries.values().any(|entry| entry.refused.is_some())
    }

    /// The last response of the store was refused: the store is queried again soon. Returns whether the same
    /// was refused for the same reason before.
    pub(super) fn refuse(
        &mut self,
        secret_key: &SecretKey,
        why: &str,
        now: Instant,
        policy: RefreshPolicy,
    ) -> bool {
        if let Some(kept) = self.in_force(secret_key) {
            kept.outlast_lease();
        }
        self.entries.get_mut(secret_key).is_some_and(|entry| entry.refuse(why, now, policy))
    }

    /// Leases of refused secrets that were replaced and never used.
    pub(super) fn take_discarded(&mut self) -> BTreeMap<Arc<str>, Vec<Lease>> {
        std::mem::take(&mut self.discarded)
    }
}

impl SecretManager {
    /// The secrets for a new load, which requests missing ones itself.
    pub(crate) fn newest(&self) -> Newest {
        let mut state = self.cache.lock();
        let candidates = state.cache.candidates(Instant::now());
        let (newest, mut in_force) = (state.cache.known(), state.cache.known());
        for (secret_key, answer) in &mut in_force {
            if let Some(kept) = state.cache.in_force(secret_key) {
                *answer = Ok(Arc::clone(kept));
            }
        }
        let mut table = in_force.clone();
        table.extend(newest.into_iter().filter(|(secret_key, _)| candidates.contains(secret_key)));
        let refused =
            |secret_key| state.cache.entries.get(secret_key).is_some_and(|entry| entry.refused.is_some());
        let refused_before = candidates.iter().all(refused);
        state.cache.forget_missing();
        Newest { table: Arc::new(table), in_force: Arc::new(in_force), candidates, refused_before }
    }

    /// Locations whose newest secret differs from the one in force.
    pub(crate) fn candidates(&self) -> BTreeSet<SecretKey> {
        self.cache.lock().cache.candidates(Instant::now())
    }

    /// The secrets of the current version, with the newest secrets of these locations.
    pub(crate) fn accepted_with(&self, candidates: &BTreeSet<SecretKey>) -> SecretSet {
        let state = self.cache.lock();
        let mut accepted = state.cache.accepted.clone();
        let newest =
            state.cache.known().into_iter().filter(|(secret_key, _)| candidates.contains(secret_key));
        // A secret that was missing before is not a candidate, and is used as soon as it is available.
        let missing = |secret_key: &SecretKey| accepted.table.get(secret_key).is_some_and(Result::is_err);
        let found: Table =
            state.cache.known().into_iter().filter(|(secret_key, _)| missing(secret_key)).collect();
        Arc::make_mut(&mut accepted.table).extend(newest.chain(found));
        accepted
    }

    pub(crate) fn has_refused(&self) -> bool {
        self.cache.lock().cache.has_refused()
    }

    /// A version with the newest secret of this location was refused. Returns whether it was refused before for the
    /// same reason.
    pub(crate) fn refuse(&self, secret_key: &SecretKey, error: &Error) -> bool {
        let why: Vec<_> = error.issues().map(|issue| first_line(&issue.to_string())).collect();
        let is_known =
            self.cache.lock().cache.refuse(secret_key, &why.join("; "), Instant::now(), self.policy());
        self.cache.notify_all();
        is_known
    }

    /// Whether the lease of the secret in force at a location has ended.
    pub(crate) fn is_over(&self, secret_key: &SecretKey) -> bool {
        self.cache.lock().cache.in_force(secret_key).is_some_and(|kept| kept.is_over(Instant::now()))
    }
}

/// The message without the position, which the status does not repeat.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
