//! `custom = path`.

use std::{fmt::Display, marker::PhantomData};

use super::{
    Findings, Requirement, Rule,
    subject::{Holds, Way},
};

/// A user function that checks a value.
///
/// The derive wraps it as `|value| in_words(path(value))`: its error may then borrow from the value, as every
/// `impl Display` does from edition 2024 on.
#[doc(hidden)]
pub struct Custom<T: ?Sized, M> {
    /// The path of the function.
    pub name: &'static str,
    pub check: fn(&T) -> Result<(), String>,
    pub way: Way<M>,
}

/// Converts the error of a custom rule to text.
///
/// # Errors
/// Returns the error as text.
#[doc(hidden)]
pub fn in_words<E: Display>(result: Result<(), E>) -> Result<(), String> {
    result.map_err(|error| error.to_string())
}

impl<T: ?Sized, M> Custom<T, M> {
    /// The rule for a function.
    pub const fn new(name: &'static str, check: fn(&T) -> Result<(), String>) -> Self {
        Self { name, check, way: PhantomData }
    }
}

impl<F: Holds<T, M>, T: ?Sized, M> Rule<F> for Custom<T, M> {
    fn check(&self, value: &F, findings: &mut Findings) {
        if let Some(Err(words)) = value.held().map(self.check) {
            findings.fail_as_told(words);
        }
    }

    fn describe(&self) -> Requirement {
        Requirement::Custom(self.name)
    }
}
