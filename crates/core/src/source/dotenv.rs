//! Variables from a `.env` file, by the rules of `docker compose`. The process's environment is not changed.
//!
//! The only difference: a variable that is not set is an error, whereas compose warns and uses an empty
//! text.

mod expand;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::format::text::{Flaw, Flaws, without_mark};
use crate::{resolve::budget::Budget, secret::Private};
use expand::{Expanded, Expansion};
use statement::{Body, Broken, Statement, Statements};

/// A variable of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// Quotes and escapes resolved, and variables replaced.
    pub(crate) value: Private,
    /// The line at which it starts, counted from 1.
    pub(crate) line: usize,
    /// Whether the value contains no other variable, whose value may be a secret.
    pub(crate) verbatim: bool,
    /// The text before variables were expanded, unless it is verbatim or belongs to a secret.
    pub(crate) raw: Option<Raw>,
}

/// A value as written, with variables in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) text: Private,
    /// Whether no text comes from variables.
    pub(crate) literal: bool,
}

/// The context of the file.
pub(crate) trait Outside {
    /// A variable of the process, which overrides a line above in the file.
    fn of_process(&self, name: &str) -> Option<Private>;

    /// A variable of a dotenv file that is read before this one.
    fn of_files(&self, name: &str) -> Option<Private>;

    /// Whether a file that is read before this one gives no variables because of an error.
    fn is_incomplete(&self) -> bool;

    /// Whether a field that is known to be secret reads the variable.
    fn is_secret(&self, name: &str) -> bool;

    /// Whether a field that is known to contain no secret reads the variable.
    fn is_open(&self, name: &str) -> bool;
}

/// Reads a whole file.
///
/// # Errors
/// Every malformed statement, and every variable that is not set. A message never contains a value.
pub(crate) fn parse(text: &str, outside: &dyn Outside) -> Result<Vec<Variable>, Vec<Flaw>> {
    let mut reader = Reader {
        outside,
        variables: Vec::new(),
        known: BTreeMap::new(),
        broken: BTreeSet::new(),
        budget: Budget::new(),
        flaws: Flaws::default(),
    };
    for statement in Statements::new(without_mark(text)) {
        match statement {
            Ok(statement) => reader.read(&statement),
            Err(Broken { name, flaw }) => {
                reader.flaws.push(flaw);
                reader.broken.insert(name.to_owned());
            }
        }
    }
    let flaws = reader.flaws.into_vec();
    if flaws.is_empty() { Ok(reader.variables) } else { Err(flaws) }
}

/// The names of all variables in a value as written.
pub(crate) fn names(raw: &str) -> impl Iterator<Item = &str> {
    expand::names(raw).into_iter()
}

struct Reader<'o> {
    outside: &'o dyn Outside,
    variables: Vec<Variable>,
    /// The effective value of each name so far.
    known: BTreeMap<String, Private>,
    /// The names that malformed statements set. A reference to them is not reported as another mistake.
    broken: BTreeSet<String>,
    budget: Budget,
    flaws: Flaws,
}

impl Reader<'_> {
    fn read(&mut self, statement: &Statement<'_>) {
        let name = statement.name.to_owned();
        let Some(Expanded { text, verbatim, literal }) = self.value(statement) else {
            self.broken.insert(name);
            return;
        };
        self.broken.remove(&name);
        let value = private(text);
        self.known.insert(name.clone(), value.clone());
        let raw = match &statement.body {
            Body::Text { raw, .. } if !verbatim && !self.outside.is_secret(statement.name) => {
                Some(Raw { text: Private::from(*raw), literal })
            }
            _ => None,
        };
        self.variables.push(Variable { name, value, line: statement.place.0, verbatim, raw });
    }

    /// `None` if there is no value or an error.
    fn value(&mut self, statement: &Statement<'_>) -> Option<Expanded> {
        match &statement.body {
            Body::Literal(text) => Some(Expanded { text: text.clone(), verbatim: true, literal: true }),
            Body::Inherited => {
                // Fields and `${..}` read it from the environment anyway.
                if self.outside.of_process(statement.name).is_none() {
                    self.flaws.push(Flaw::new(INHERITED, statement.place));
                }
                None
            }
            Body::Text { raw, escapes, place } => {
                let (outside, known, broken) = (self.outside, &self.known, &self.broken);
                let is_broken = |name: &str| {
                    let withheld = || {
                        outside.is_incomplete()
                            && !known.contains_key(name)
                            && outside.of_files(name).is_none()
                    };
                    outside.of_process(name).is_none() && (broken.contains(name) || withheld())
                };
                let lookup = |name: &str| {
                    let own = || known.get(name).cloned();
                    outside.of_process(name).or_else(own).or_else(|| outside.of_files(name))
                };
                let expansion = Expansion {
                    raw,
                    escapes: *escapes,
                    lookup: &lookup,
                    is_broken: &is_broken,
                    is_open: &|| outside.is_open(statement.name),
                    start: *place,
                };
                expansion.run(&mut self.budget, &mut self.flaws)
            }
        }
    }
}

fn private(mut text: Zeroizing<String>) -> Private {
    std::ffi::OsString::from(std::mem::take(&mut *text)).into()
}

const INHERITED: &str =
    "expected `NAME=value`; a name alone stands for a variable of the environment, which is not set";

#[cfg(test)]
mod tests;
