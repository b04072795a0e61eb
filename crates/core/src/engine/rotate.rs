//! Publishes secrets that changed in their stores, with the accepted layers and not the current content of
//! the sources.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use super::{
    Core, Request, State,
    propose::{Proposal, contained},
    refused::Retried,
    reload::ByHand,
};
use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{self, Input},
    secrets::{
        lookup::{SecretLookup, SecretSet},
        reference::SecretKey,
        table::CachedSecret,
    },
    snapshot::Cause,
};

impl Core {
    /// Publishes the newest secrets of the stores. A refused secret does not delay others. Unless a caller requested
    /// it, observers see each refusal once.
    ///
    /// # Errors
    /// A new secret is invalid, or the lease of an old one has ended.
    pub(super) fn rotate(&self, by_hand: Option<&ByHand>) -> Result<u64, Error> {
        let candidates = self.secret_manager.candidates();
        let outcome = match candidates.len() {
            0 | 1 => self.rotate_one(&candidates, by_hand),
            _ => self.rotate_these(&candidates, by_hand).or_else(|_| self.rotate_each(candidates, by_hand)),
        };
        match &outcome {
            Ok(_) => self.forgive_secrets(),
            Err(error) if self.secret_manager.has_refused() => {
                self.shared_status().refused_secrets = Some(error.clone())
            }
            Err(_) => {}
        }
        outcome
    }

    fn rotate_these(&self, candidates: &BTreeSet<SecretKey>, by_hand: Option<&ByHand>) -> Result<u64, Error> {
        let rotate = |secrets: &SecretLookup| contained(|| self.rotate_to(secrets, by_hand));
        self.secret_manager.resolve(self.secret_manager.accepted_with(candidates), rotate)
    }

    /// Publishes the secret at one location, or the secrets in force if `candidates` is empty.
    fn rotate_one(&self, candidates: &BTreeSet<SecretKey>, by_hand: Option<&ByHand>) -> Result<u64, Error> {
        let cause = Cause::Secrets(candidates.iter().map(ToString::to_string).collect());
        let author = by_hand.and_then(|by_hand| by_hand.author.as_ref());
        let is_known = Cell::new(false);
        let refused = |error: Error| {
            let (error, was_known) = self.refused(candidates, error);
            is_known.set(was_known && by_hand.is_none());
            error
        };
        let rotate = || self.rotate_these(candidates, by_hand).map_err(refused);
        self.attempt_unless(|_| is_known.get(), Instant::now(), &cause, author, rotate)
    }

    fn rotate_each(&self, candidates: BTreeSet<SecretKey>, by_hand: Option<&ByHand>) -> Result<u64, Error> {
        let mut issues = Vec::new();
        for place in candidates {
            let rotated = self.rotate_one(&BTreeSet::from([place]), by_hand);
            issues.extend(rotated.err().iter().flat_map(Error::issues).cloned());
        }
        if issues.is_empty() { Ok(self.current.version()) } else { Err(Error::new(issues)) }
    }

    fn rotate_to(&self, secrets: &SecretLookup, by_hand: Option<&ByHand>) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let author = by_hand.and_then(|by_hand| by_hand.author.clone());
        let request = Request { options: author, ..Request::new(Cause::Secrets(Vec::new())) };
        let basis = state.basis.clone();
        self.propose(state, Proposal::resolved(basis, secrets, &request))
    }

    /// Marks these secrets as refused, if the state in force is valid without them, and adds this to the report. Also
    /// returns whether the same secrets were refused before for the same reason.
    fn refused(&self, candidates: &BTreeSet<SecretKey>, error: Error) -> (Error, bool) {
        if candidates.is_empty() || !self.is_valid_in_force() {
            let is_known = self.is_known(Retried::Rotation, &error);
            return (error, is_known);
        }
        let mut issues: Vec<_> = error.issues().cloned().collect();
        let mut is_known = true;
        for place in candidates {
            is_known &= self.secret_manager.refuse(place, &error);
            let over = if self.secret_manager.is_over(place) { ", though its lease has ended" } else { "" };
            let message =
                format!("the new secret of `{place}` is refused; the previous one stays in force{over}");
            issues.push(
                Issue::new(IssueKind::Secret, Keys::root(), message)
                    .with_help("correct it in its store; the store is asked again soon"),
            );
        }
        (Error::new(issues), is_known)
    }

    /// Whether the accepted state would be accepted again, ignoring the end of leases.
    fn is_valid_in_force(&self) -> bool {
        let Ok(state) = self.writer.enter() else { return false };
        let variables = |name: &str| state.basis.variable(name);
        let secrets = self.secret_manager.secrets(state.basis.secrets.clone()).without_leases();
        !self.is_closed()
            && load::load(self.config_type, &accepted_input(&state, &variables, &secrets)).is_ok()
    }

    /// Clears refusals because of a missing secret, or of a secret that was replaced.
    pub(super) fn forgive_secrets(&self) {
        let mut shared_status = self.shared_status();
        shared_status.last_refusals.clear(Retried::Rotation);
        let refused = shared_status.refused_secrets.take().map(|error| error.to_string());
        shared_status.last_error.take_if(|(_, error)| {
            Some(error.to_string()) == refused
                || error.issues().all(|issue| issue.kind() == IssueKind::Secret)
        });
    }
}

/// The accepted state with these secrets.
fn accepted_input<'i>(
    state: &'i State,
    variables: &'i dyn Fn(&str) -> Option<String>,
    secrets: &'i SecretLookup,
) -> Input<'i> {
    let (layers, overrides, unread) = (&state.basis.layers, &state.basis.overrides, Vec::new());
    Input { layers, overrides, names: None, variables, unread, secrets }
}

/// The locations whose content changed.
pub(super) fn changed(before: &SecretSet, now: &SecretSet) -> Vec<String> {
    let good = |accepted: &SecretSet| -> BTreeMap<SecretKey, Arc<CachedSecret>> {
        let table = accepted.table.iter();
        table.filter_map(|(place, answer)| Some((place.clone(), Arc::clone(answer.as_ref().ok()?)))).collect()
    };
    let before = good(before);
    let other = |place: &SecretKey, kept: &Arc<CachedSecret>| {
        before.get(place).is_some_and(|old| !Arc::ptr_eq(old, kept))
    };
    good(now).iter().filter(|(place, kept)| other(place, kept)).map(|(place, _)| place.to_string()).collect()
}
