//! What a commit leaves in the history.

use std::time::SystemTime;

use super::{Core, Request, State, lock::Writing};
use crate::{
    history::{
        Record, Step,
        change::{self, Side},
    },
    load::Loaded,
    snapshot::Published,
};

impl Core {
    /// What the history takes over once `next` is in force. Writes values by code of the program, which may panic.
    pub(super) fn step(
        &self,
        state: &Writing<'_, State>,
        next: &State,
        current: &Published,
        loaded: &Loaded,
        changed: &[usize],
        request: &Request,
    ) -> Option<Step> {
        let before = self.board().history.before(!changed.is_empty())?;
        let content = next.content(&loaded.root, &loaded.tree, self.has_sources());
        let record = (!changed.is_empty()).then(|| {
            let leaves: Vec<_> =
                changed.iter().copied().filter(|slot| self.model.shape.is_leaf(*slot)).collect();
            let version = current.version + 1;
            let old = Side { root: &*current.root, tree: &current.tree };
            let new = Side { root: &*loaded.root, tree: &loaded.tree };
            Record {
                version,
                at: SystemTime::now(),
                cause: request.cause.clone(),
                by: request
                    .signature
                    .as_ref()
                    .and_then(|signature| signature.by.as_deref().map(str::to_owned)),
                changed: leaves.iter().map(|slot| self.model.shape.keys_of(*slot).to_string()).collect(),
                changes: change::between(old, new, &leaves, version),
                duration: state.since().elapsed(),
            }
        });
        Some(before.step(content, record))
    }
}
