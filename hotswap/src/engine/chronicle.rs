//! What a commit leaves in the history.

use std::time::{Duration, SystemTime};

use super::{Core, Request, State};
use crate::{
    history::{
        Record, Step,
        change::{self, Side},
    },
    keys::Keys,
    load::Loaded,
    snapshot::Published,
};

impl Core {
    /// What the history and observers say of the next version; `None` if no value changed, or nobody asks. Writes values by
    /// code of the program, which may panic.
    pub(super) fn record(
        &self,
        current: &Published,
        loaded: &Loaded,
        changed: &[usize],
        request: &Request,
    ) -> Option<Record> {
        if changed.is_empty() || !(self.policy.history.versions > 0 || self.observers.are_interested()) {
            return None;
        }
        let version = current.version.saturating_add(1);
        Some(record(version, current, loaded, changed, request, self.has_sources()))
    }

    /// What the history takes over once `next` is in force; `None` if it remembers nothing.
    pub(super) fn step(&self, next: &State, loaded: &Loaded, record: Option<Record>) -> Option<Step> {
        let before = self.board().history.before(record.is_some())?;
        let content = next.content(&loaded.root, &loaded.tree, self.has_sources());
        Some(before.step(content, record))
    }
}

/// What the history says of a version that is about to be published.
pub(crate) fn record(
    version: u64,
    current: &Published,
    loaded: &Loaded,
    changed: &[usize],
    request: &Request,
    loads: bool,
) -> Record {
    let shape = loaded.root.shape();
    let leaves: Vec<_> = changed.iter().copied().filter(|slot| shape.is_leaf(*slot)).collect();
    let old = Side { root: &*current.root, tree: &current.tree, loaded: loads };
    let new = Side { root: &*loaded.root, tree: &loaded.tree, loaded: loads };
    let hides = |leaf: &Keys| current.hides_at(leaf) || loaded.secrets.contains(leaf);
    let by = request.signature.as_ref().and_then(|signature| signature.by.as_deref());
    Record {
        version,
        at: SystemTime::now(),
        cause: request.cause.clone(),
        by: by.map(str::to_owned),
        changed: leaves.iter().map(|slot| shape.keys_of(*slot).to_string()).collect(),
        changes: change::between(old, new, &leaves, version, hides),
        duration: Duration::ZERO,
    }
}
