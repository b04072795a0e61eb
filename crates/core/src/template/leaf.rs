//! Trial reads of a leaf by its type, because only the type knows how it reads a value.

use std::cell::{Cell, RefCell};

use crate::{
    de::size,
    erased_config::ErasedConfig,
    issue::IssueKind,
    panics::{catch_panic, drop_quietly},
    problems::Problems,
    value::Value,
};

/// The maximum number of nodes that the type of one leaf reads to trace the sources of its value.
const WORK: usize = 1_000_000;

/// One leaf of a configuration, in a private copy.
pub(super) struct Leaf {
    copy: RefCell<Option<Box<dyn ErasedConfig>>>,
    slot: usize,
    work: Cell<usize>,
}

impl Leaf {
    /// The copy is created by the first read.
    pub(super) fn new(slot: usize) -> Self {
        Self { copy: RefCell::default(), slot, work: Cell::new(WORK) }
    }

    /// Whether the limit is reached.
    pub(super) fn is_spent(&self) -> bool {
        self.work.get() == 0
    }

    /// The encoded form after the type has read this value; `None` if it refuses the value, or if the limit is
    /// reached.
    pub(super) fn written(&self, root: &dyn ErasedConfig, value: &Value) -> Option<Value> {
        self.read(root, value, |copy| copy.encode(self.slot).ok())?
    }

    /// Whether the type reads the value at all.
    pub(super) fn fits(&self, root: &dyn ErasedConfig, value: &Value) -> bool {
        self.read(root, value, |_| ()).is_some()
    }

    /// Whether the type reads the value that the leaf has in `root`: one that is equal, or is written alike.
    pub(super) fn gives(&self, root: &dyn ErasedConfig, value: &Value) -> bool {
        let same = |copy: &dyn ErasedConfig| {
            let kept = root.clone_at(self.slot);
            kept.is_some_and(|kept| copy.equals_at(self.slot, &*kept))
                || matches!((copy.encode(self.slot), root.encode(self.slot)), (Ok(read), Ok(own)) if read == own)
        };
        self.read(root, value, same).unwrap_or(false)
    }

    /// A panic of a type counts as a refusal of the value.
    fn read<R>(
        &self,
        root: &dyn ErasedConfig,
        value: &Value,
        look: impl Fn(&dyn ErasedConfig) -> R,
    ) -> Option<R> {
        let work = self.work.get();
        self.work.set(work.saturating_sub(size(value)));
        if work == 0 {
            return None;
        }
        let mut copy = self.copy.borrow_mut();
        let found = catch_panic(|| {
            let copy = copy.get_or_insert_with(|| root.copy());
            let mut problems = Problems::default();
            copy.assign(self.slot, Some(value), &mut problems);
            let is_read = problems.into_issues().iter().all(|issue| issue.kind() == IssueKind::UnknownKey);
            is_read.then(|| look(&**copy))
        });
        found.flatten()
    }
}

impl Drop for Leaf {
    fn drop(&mut self) {
        drop_quietly(self.copy.take());
    }
}
