//! Rules that a value must satisfy in addition to its type.
//!
//! A rule is data: the derive emits it as a constant, and its fields contain all of its parameters.

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
    /// Reports the problems of `value`, if any.
    fn check(&self, value: &F, findings: &mut Findings);

    /// Describes the requirement.
    fn describe(&self) -> Requirement;
}

/// One failed rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// The path below the checked value.
    pub(crate) keys: Keys,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// The replacement for a message of user code, which may contain a value.
    pub(crate) discreet: Option<&'static str>,
    /// The rule, as data.
    pub(crate) constraint: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests;
