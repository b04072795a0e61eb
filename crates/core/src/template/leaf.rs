//! Trial reads of a leaf by its type, because only the type knows how it reads a value.

use std::cell::{Cell, RefCell};

use super::disguise::disguises;
use crate::{
    erased_config::ErasedConfig,
    issue::IssueKind,
    panics::{catch_panic, drop_quietly},
    problems::Problems,
    value::Value,
};

/// How much the type of one leaf reads to find out what gave its values: each value counts, and its text by length.
const WORK: usize = 100_000;

/// How many bytes of text count as much as a value.
const BYTES: usize = 1024;

/// One leaf of a configuration, in a private copy.
pub(super) struct Leaf {
    copy: RefCell<Option<Box<dyn ErasedConfig>>>,
    slot: usize,
    work: Cell<usize>,
    has_panicked: Cell<bool>,
}

impl Leaf {
    /// The copy is created by the first read.
    pub(super) fn new(slot: usize) -> Self {
        Self { copy: RefCell::default(), slot, work: Cell::new(WORK), has_panicked: Cell::new(false) }
    }

    /// Whether it reads nothing on trial any more.
    pub(super) fn is_spent(&self) -> bool {
        self.work.get() == 0
    }

    /// What the type writes after it has read this value on trial; `None` if it refuses the value, or after too much work.
    ///
    /// The value has never been a whole configuration, so the type may panic, and the message of a panic is printed by the
    /// program. Therefore the type reads other texts first, and no more values after a panic.
    pub(super) fn written(&self, root: &dyn ErasedConfig, value: &Value) -> Option<Value> {
        if self.has_panicked.get() || !self.spend(value) {
            return None;
        }
        if !self.endures(root, value, 1) {
            return None;
        }
        self.read(root, value, |copy| copy.encode(self.slot).ok())?
    }

    /// The same as [`Leaf::gives`], on trial; false after too much work or a panic. `shown` is the value with a template
    /// wherever it has interpolated text.
    pub(super) fn gives_on_trial(&self, root: &dyn ErasedConfig, value: &Value, shown: &Value) -> bool {
        !self.has_panicked.get()
            && self.spend(value)
            && self.endures(root, shown, 0)
            && self.gives(root, value)
    }

    /// Whether the type reads values of the same form without a panic. All but the `free` first ones count as trials.
    fn endures(&self, root: &dyn ErasedConfig, value: &Value, free: usize) -> bool {
        disguises(value).enumerate().all(|(index, disguised)| {
            let is_paid = index < free || self.spend(&disguised);
            if is_paid {
                self.read(root, &disguised, |_| ());
            }
            is_paid && !self.has_panicked.get()
        })
    }

    /// Counts a trial; false after too much work.
    fn spend(&self, value: &Value) -> bool {
        let work = self.work.get();
        self.work.set(work.saturating_sub(weight(value)));
        work > 0
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
        let mut copy = self.copy.borrow_mut();
        let found = catch_panic(|| {
            let copy = copy.get_or_insert_with(|| root.copy());
            let mut problems = Problems::default();
            copy.assign(self.slot, Some(value), &mut problems);
            let issues = problems.into_issues();
            // A panic inside the buffer of serde is an issue.
            let has_panicked = issues.iter().any(|issue| issue.kind() == IssueKind::Setup);
            let is_read = issues.iter().all(|issue| issue.kind() == IssueKind::UnknownKey);
            (has_panicked, is_read.then(|| look(&**copy)))
        });
        let (has_panicked, found) = found.unwrap_or((true, None));
        self.has_panicked.set(self.has_panicked.get() || has_panicked);
        found
    }
}

impl Drop for Leaf {
    fn drop(&mut self) {
        drop_quietly(self.copy.take());
    }
}

fn weight(value: &Value) -> usize {
    match value.inside() {
        Value::List(items) => items.iter().map(weight).sum::<usize>() + 1,
        Value::Table(table) => {
            table.iter().map(|(name, value)| weight(value) + name.len() / BYTES).sum::<usize>() + 1
        }
        Value::Bytes(bytes) => bytes.len() / BYTES + 1,
        scalar => scalar.as_text().map_or(0, str::len) / BYTES + 1,
    }
}
