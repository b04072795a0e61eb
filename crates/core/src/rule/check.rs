//! `check = path`: a function over a whole struct.

use std::{borrow::Cow, error::Error};

use super::{
    Findings, Requirement, Rule,
    place::{parsed, placed},
};
use crate::shape::Shape;

/// The reason for which a `check` refuses a struct, and the fields at fault.
///
/// A check may return any type that converts into it: a `&str` or a `String` blames the struct as a whole.
///
/// ```
/// use hotswap::CheckError;
///
/// struct RateLimit {
///     max: u32,
///     burst: u32,
/// }
///
/// impl RateLimit {
///     fn burst_fits(&self) -> Result<(), CheckError> {
///         if self.burst <= self.max {
///             return Ok(());
///         }
///         Err(CheckError::new(format!("{} is more than max, which is {}", self.burst, self.max))
///             .field("burst")
///             .help("lower burst or raise max"))
///     }
/// }
///
/// let error = RateLimit { max: 10, burst: 20 }.burst_fits().unwrap_err();
/// assert_eq!(error.message(), "20 is more than max, which is 10");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckError {
    message: String,
    help: Option<String>,
    fields: Vec<String>,
}

impl CheckError {
    /// Creates an error with a message, preferably in lower case and without a final stop. The whole
    /// struct is at fault unless [`field`](Self::field) names a field.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, fields: Vec::new() }
    }

    /// Adds a field at fault, by its Rust name or its name in files. A nested value is given by a path:
    /// `pool.size`, `servers[3].port`. May be called more than once; the problem is reported for each
    /// field.
    #[must_use]
    pub fn field(mut self, path: impl Into<String>) -> Self {
        self.fields.push(path.into());
        self
    }

    /// Adds advice on how to fix the problem.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The fields at fault, as they were given.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str)
    }
}

impl std::fmt::Display for CheckError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for CheckError {}

macro_rules! check_error_from {
    ($($text:ty),*) => { $(
        impl From<$text> for CheckError {
            fn from(text: $text) -> Self {
                Self::new(text.to_string())
            }
        }
    )* };
}

check_error_from!(&str, String, Cow<'_, str>, Box<dyn Error>, Box<dyn Error + Send + Sync>);

/// The error type of a check.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the error of a `check` must convert into `hotswap::CheckError`, but `{Self}` does not",
    label = "returned by the check",
    note = "return `Result<(), CheckError>` or `Result<(), String>`, or implement `From<{Self}> for CheckError`"
)]
pub trait IntoCheckError {
    fn into_check_error(self) -> CheckError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<CheckError>> IntoCheckError for E {
    fn into_check_error(self) -> CheckError {
        self.into()
    }
}

/// Converts the error of a check.
///
/// # Errors
/// Returns the converted error.
#[doc(hidden)]
pub fn blaming<E: IntoCheckError>(result: Result<(), E>) -> Result<(), CheckError> {
    result.map_err(E::into_check_error)
}

/// A user function that checks a struct.
#[doc(hidden)]
pub struct Check<S> {
    /// The path of the function.
    pub name: &'static str,
    /// Wrapped as `|value| blaming(path(value))`; see [`Custom`](super::Custom).
    pub check: fn(&S) -> Result<(), CheckError>,
    /// The shape of `S`, which maps Rust names to names in files.
    pub shape: &'static Shape,
}

impl<S> Rule<S> for Check<S> {
    fn check(&self, value: &S, findings: &mut Findings) {
        let Err(CheckError { message, help, fields }) = (self.check)(value) else { return };
        let blamed = if fields.is_empty() { vec![String::new()] } else { fields };
        for field in blamed {
            let place = placed(Some(self.shape), &parsed(&field));
            findings.fail_as_told_at(place, &message, help.as_deref());
        }
    }

    fn describe(&self) -> Requirement {
        Requirement::Check(self.name)
    }
}
