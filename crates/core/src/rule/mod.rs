//! What a value must satisfy beyond its type.
//!
//! A rule is data: the derive writes it as a constant, and its fields say all that it knows.

use crate::keys::Keys;

mod check;
mod custom;
mod each;
mod findings;
mod format;
mod length;
mod one_of;
mod pattern;
mod place;
mod range;
mod requirement;
mod subject;
mod validate;

pub use self::{
    check::{Check, CheckError, IntoCheckError, blaming},
    custom::{Custom, in_words},
    each::{Each, ElementKey, Elements},
    findings::Findings,
    format::{Email, Ip, Url},
    length::{Length, Measured, NonEmpty},
    one_of::{Choice, OneOf},
    pattern::{Contains, Pattern, Regex, Searched},
    range::{Ordered, Range},
    requirement::{Literal, Requirement},
    subject::{Holds, Text, Within},
    validate::{Checked, Validate},
};

/// One rule on values of type `F`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this rule does not fit the type of the field",
    label = "the field is a `{F}`"
)]
pub trait Rule<F: ?Sized>: Sync {
    /// Reports what is wrong with `value`, if anything.
    fn check(&self, value: &F, findings: &mut Findings);

    /// Says what it asks for.
    fn describe(&self) -> Requirement;
}

/// One failed rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// Below the value that was checked.
    pub(crate) keys: Keys,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// What is said instead of the message if that is in words of user code, which may repeat a value.
    pub(crate) discreet: Option<&'static str>,
    /// The rule, as data.
    pub(crate) constraint: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests;
