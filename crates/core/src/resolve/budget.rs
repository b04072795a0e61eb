//! The limit for the expansion of variables in one source.

/// The bytes that variables may add to one source.
///
/// A variable that refers to another one twice doubles its size, so forty short lines could exhaust
/// any memory.
const EXPANDED: usize = 1 << 20;

/// The rest of the budget.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    spent: bool,
}

/// The budget is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded;

impl Budget {
    pub(crate) fn new() -> Self {
        Self { left: EXPANDED, spent: false }
    }

    /// # Errors
    /// Less than `bytes` is left. The budget is then exhausted.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), Exceeded> {
        let left = self.left.checked_sub(bytes);
        self.spent |= left.is_none();
        self.left = left.unwrap_or(0);
        left.map(drop).ok_or(Exceeded)
    }

    /// Whether the budget was exceeded.
    pub(crate) fn is_spent(&self) -> bool {
        self.spent
    }

    /// The message for a source that exceeds the budget.
    pub(crate) fn message() -> String {
        format!("the variables of this source expand to more than {} MiB", EXPANDED >> 20)
    }
}
