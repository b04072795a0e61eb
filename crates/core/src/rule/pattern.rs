//! `regex = ".."` and `contains = ".."`.

use std::{
    collections::{BTreeMap, HashMap},
    hash::BuildHasher,
    marker::PhantomData,
    sync::OnceLock,
};

use validator::ValidateRegex;

use super::{
    Findings, Requirement, Rule,
    subject::{Exposed, Itself, Text, Way, Within},
};
use crate::{
    secret::{Secret, SecretValue},
    sync::init,
};

/// Requires that a pattern matches somewhere in a text.
#[doc(hidden)]
pub struct Regex<M> {
    /// In a `static`, because the pattern of a constant would be compiled again at each use.
    pub pattern: &'static Pattern,
    pub way: Way<M>,
}

/// A regular expression, compiled when it is first used.
#[doc(hidden)]
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Result<regex::Regex, String>>,
}

impl Pattern {
    /// Does not compile the pattern yet.
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    fn compiled(&self) -> Result<&regex::Regex, &str> {
        let compile = || regex::Regex::new(self.text).map_err(|error| reason(&error));
        init(&self.compiled, compile).as_ref().map_err(String::as_str)
    }
}

/// The last line of regex's message; the lines above it show the pattern.
fn reason(error: &regex::Error) -> String {
    let report = error.to_string();
    let last = report.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

impl<M> Regex<M> {
    /// The rule for a pattern.
    pub const fn new(pattern: &'static Pattern) -> Self {
        Self { pattern, way: PhantomData }
    }
}

impl<F: Text<M>, M> Rule<F> for Regex<M> {
    fn check(&self, value: &F, findings: &mut Findings) {
        let Some(text) = value.text() else { return };
        let pattern = self.pattern.text;
        match self.pattern.compiled() {
            Ok(regex) if text.validate_regex(regex) => {}
            Ok(_) => {
                let subject = findings.subject_unless(value.is_secret(), text);
                findings.fail(format!("{subject} does not match the pattern `{pattern}`"));
            }
            Err(reason) => findings
                .fail(format!("the rule's pattern `{pattern}` is not a regular expression: {reason}"))
                .with_help("correct `regex = ..` at the field in the program"),
        }
    }

    fn describe(&self) -> Requirement {
        Requirement::Regex(self.pattern.text)
    }
}

/// Requires that a text contains another one, a list an element, or a map a key.
#[doc(hidden)]
pub struct Contains<M> {
    pub needle: &'static str,
    pub way: Way<M>,
}

/// A field that can be searched.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`contains` is for text, maps and lists of text, but the field is a `{Self}`",
    label = "nothing to search in",
    note = "a type of your own counts as text if it implements `AsRef<str>`; `custom = ..` takes any type"
)]
pub trait Searched<M> {
    /// `None` passes.
    fn has(&self, needle: &str) -> Option<bool>;

    /// The value, if it is text.
    fn shown(&self) -> Option<&str> {
        None
    }
}

/// The keys of a map.
#[doc(hidden)]
pub struct Keyed;

/// The elements of a list.
#[doc(hidden)]
pub struct Listed;

#[diagnostic::do_not_recommend]
impl<F: AsRef<str>> Searched<Itself> for F {
    fn has(&self, needle: &str) -> Option<bool> {
        Some(self.as_ref().contains(needle))
    }

    fn shown(&self) -> Option<&str> {
        Some(self.as_ref())
    }
}

#[diagnostic::do_not_recommend]
impl<V, S: BuildHasher> Searched<Keyed> for HashMap<String, V, S> {
    fn has(&self, needle: &str) -> Option<bool> {
        Some(self.contains_key(needle))
    }
}

#[diagnostic::do_not_recommend]
impl<V> Searched<Keyed> for BTreeMap<String, V> {
    fn has(&self, needle: &str) -> Option<bool> {
        Some(self.contains_key(needle))
    }
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str>> Searched<Listed> for Vec<T> {
    fn has(&self, needle: &str) -> Option<bool> {
        Some(self.iter().any(|element| element.as_ref() == needle))
    }
}

#[diagnostic::do_not_recommend]
impl<F: Searched<M>, M> Searched<Within<M>> for Option<F> {
    fn has(&self, needle: &str) -> Option<bool> {
        self.as_ref().and_then(|value| value.has(needle))
    }

    fn shown(&self) -> Option<&str> {
        self.as_ref().and_then(F::shown)
    }
}

#[diagnostic::do_not_recommend]
impl<F: SecretValue + Searched<M>, M> Searched<Exposed<M>> for Secret<F> {
    fn has(&self, needle: &str) -> Option<bool> {
        self.expose().has(needle)
    }
}

impl<M> Contains<M> {
    /// The rule for a text.
    pub const fn new(needle: &'static str) -> Self {
        Self { needle, way: PhantomData }
    }
}

impl<F: Searched<M>, M> Rule<F> for Contains<M> {
    fn check(&self, value: &F, findings: &mut Findings) {
        if value.has(self.needle) == Some(false) {
            let subject = value.shown().map_or_else(|| "the value".to_owned(), |text| findings.subject(text));
            findings.fail(format!("{subject} does not contain {:?}", self.needle));
        }
    }

    fn describe(&self) -> Requirement {
        Requirement::Contains(self.needle)
    }
}
