//! What a value must satisfy beyond its type.

use crate::keys::Keys;

/// One rule on values of type `F`.
#[doc(hidden)]
pub trait Rule<F: ?Sized>: Sync {
    /// Reports what is wrong with `value`, if anything.
    fn check(&self, value: &F, findings: &mut Findings);
}

/// What the rules of one value found.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Findings {
    /// The value must not be shown.
    pub(crate) secret: bool,
    pub(crate) found: Vec<Finding>,
}

/// One failed rule.
#[derive(Debug)]
pub(crate) struct Finding {
    /// Below the value that was checked.
    pub(crate) keys: Keys,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}
