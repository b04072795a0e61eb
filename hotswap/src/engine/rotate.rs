//! Secrets that changed in their stores: a new version of what is accepted, whatever its sources say by now.

use std::{collections::BTreeMap, sync::Arc};

use super::{Core, Request, State, commit::lookup};
use crate::{
    error::Error,
    issue::IssueKind,
    load::{self, Input},
    secrets::{
        known::{Accepted, Secrets},
        reference::Place,
        table::Kept,
    },
    snapshot::Cause,
};

impl Core {
    /// Publishes what stands in the stores now.
    ///
    /// # Errors
    /// A new secret is not valid, or the lease of an old one has ended.
    pub(super) fn rotate(&self) -> Result<u64, Error> {
        self.stores.resolve(self.stores.renewed(), |secrets| self.rotate_to(secrets))
    }

    fn rotate_to(&self, secrets: &Secrets) -> Result<u64, Error> {
        let state = self.writer.enter()?;
        self.open()?;
        let known = Arc::clone(&state.variables);
        let variables = |name: &str| lookup(&known, name);
        let (layers, pins, unread) = (&state.layers, &state.pins, Vec::new());
        let input = Input { layers, pins, names: None, variables: &variables, unread, secrets };
        let loaded = load::load(self.model, &input)?;
        let (live, pending) = self.hold_back(loaded, &input)?;
        let accepted = secrets.accepted();
        let cause = Cause::Secrets(changed(&state.secrets, &accepted));
        let next = State { pending, secrets: accepted, ..state.clone() };
        let version = self.commit(state, next, live, &Request { cause, expected: None, signature: None })?;
        self.forgive_secrets();
        Ok(version)
    }

    /// What was refused for want of a secret is not refused any more.
    fn forgive_secrets(&self) {
        let mut board = self.board();
        board.last_error.take_if(|(_, error)| error.issues().all(|issue| issue.kind() == IssueKind::Secret));
    }
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
