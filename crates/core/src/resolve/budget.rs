//! What variables may make of the text of one source.

/// The bytes that variables may add to one source.
///
/// A variable that names another one twice doubles it, so forty short lines would fill any memory.
const EXPANDED: usize = 1 << 20;

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    spent: bool,
}

/// More than the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded;

impl Budget {
    pub(crate) fn new() -> Self {
        Self { left: EXPANDED, spent: false }
    }

    /// # Errors
    /// Less than that is left. From then on nothing is.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), Exceeded> {
        let left = self.left.checked_sub(bytes);
        self.spent |= left.is_none();
        self.left = left.unwrap_or(0);
        left.map(drop).ok_or(Exceeded)
    }

    /// Whether it was not enough.
    pub(crate) fn is_spent(&self) -> bool {
        self.spent
    }

    /// What reports say of a source that needs more.
    pub(crate) fn message() -> String {
        format!("the variables of this source expand to more than {} MiB", EXPANDED >> 20)
    }
}
