//! Secrets that changed in their stores: a new version of what is accepted, whatever its sources say by now.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Core, Request, State, propose::Proposal};
use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{self, Input},
    secrets::{
        known::{Accepted, Secrets},
        reference::Place,
        table::Kept,
    },
    snapshot::Cause,
};

impl Core {
    /// Publishes what is in the stores now. A secret that is refused holds up no other.
    ///
    /// # Errors
    /// A new secret is not valid, or the lease of an old one has ended.
    pub(super) fn rotate(&self) -> Result<u64, Error> {
        let candidates = self.stores.candidates();
        let outcome = match candidates.len() {
            0 | 1 => self.rotate_one(&candidates),
            _ => self.rotate_these(&candidates).or_else(|_| self.rotate_each(candidates)),
        };
        match &outcome {
            Ok(_) => self.forgive_secrets(),
            Err(error) if self.stores.has_refused() => self.board().refused_secrets = Some(error.clone()),
            Err(_) => {}
        }
        outcome
    }

    fn rotate_these(&self, candidates: &BTreeSet<Place>) -> Result<u64, Error> {
        self.stores.resolve(self.stores.accepted_with(candidates), |secrets| self.rotate_to(secrets))
    }

    /// The secret at one place, or the secrets in force if `candidates` is empty.
    fn rotate_one(&self, candidates: &BTreeSet<Place>) -> Result<u64, Error> {
        let cause = Cause::Secrets(candidates.iter().map(ToString::to_string).collect());
        let rotate = || self.rotate_these(candidates).map_err(|error| self.refused(candidates, error));
        self.attempt(&cause, None, rotate)
    }

    fn rotate_each(&self, candidates: BTreeSet<Place>) -> Result<u64, Error> {
        let mut issues = Vec::new();
        for place in candidates {
            let rotated = self.rotate_one(&BTreeSet::from([place]));
            issues.extend(rotated.err().iter().flat_map(Error::issues).cloned());
        }
        if issues.is_empty() { Ok(self.current.version()) } else { Err(Error::new(issues)) }
    }

    fn rotate_to(&self, secrets: &Secrets) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let request = Request::new(Cause::Secrets(Vec::new()));
        let basis = state.basis.clone();
        self.propose(state, Proposal::resolved(basis, secrets, &request))
    }

    /// Notes that these are refused, if what is in force is valid without them, and adds that to the report.
    fn refused(&self, candidates: &BTreeSet<Place>, error: Error) -> Error {
        if candidates.is_empty() || !self.is_valid_in_force() {
            return error;
        }
        let mut issues: Vec<_> = error.issues().cloned().collect();
        for place in candidates {
            self.stores.refuse(place, &error);
            let over = if self.stores.is_over(place) { ", though its lease has ended" } else { "" };
            let message =
                format!("the new secret of `{place}` is refused; the previous one stays in force{over}");
            issues.push(
                Issue::new(IssueKind::Secret, Keys::root(), message)
                    .with_help("correct it in its store; the store is asked again soon"),
            );
        }
        Error::new(issues)
    }

    /// Whether what is accepted would be accepted again, if no lease ever ended.
    fn is_valid_in_force(&self) -> bool {
        let Ok(state) = self.writer.enter() else { return false };
        let variables = |name: &str| state.basis.variable(name);
        let secrets = self.stores.secrets(state.basis.secrets.clone()).without_leases();
        !self.is_closed() && load::load(self.model, &accepted_input(&state, &variables, &secrets)).is_ok()
    }

    /// What was refused for want of a secret, or with one that another took the place of, is not refused any more.
    pub(super) fn forgive_secrets(&self) {
        let mut board = self.board();
        let refused = board.refused_secrets.take().map(|error| error.to_string());
        board.last_error.take_if(|(_, error)| {
            Some(error.to_string()) == refused
                || error.issues().all(|issue| issue.kind() == IssueKind::Secret)
        });
    }
}

/// Everything that is accepted, with these secrets.
fn accepted_input<'i>(
    state: &'i State,
    variables: &'i dyn Fn(&str) -> Option<String>,
    secrets: &'i Secrets,
) -> Input<'i> {
    let (layers, pins, unread) = (&state.basis.layers, &state.basis.pins, Vec::new());
    Input { layers, pins, names: None, variables, unread, secrets }
}

/// The locations that hold something else now.
pub(super) fn changed(before: &Accepted, now: &Accepted) -> Vec<String> {
    let good = |accepted: &Accepted| -> BTreeMap<Place, Arc<Kept>> {
        let table = accepted.table.iter();
        table.filter_map(|(place, answer)| Some((place.clone(), Arc::clone(answer.as_ref().ok()?)))).collect()
    };
    let before = good(before);
    let other =
        |place: &Place, kept: &Arc<Kept>| before.get(place).is_some_and(|old| !Arc::ptr_eq(old, kept));
    good(now).iter().filter(|(place, kept)| other(place, kept)).map(|(place, _)| place.to_string()).collect()
}
