//! `one_of(..)`.

use std::{fmt::Debug, marker::PhantomData};

use super::{
    Findings, Literal, Requirement, Rule,
    subject::{Holds, Text, Way},
};

/// Requires one of several values.
#[doc(hidden)]
pub struct OneOf<C: 'static, M> {
    pub choices: &'static [C],
    pub way: Way<M>,
}

impl<C, M> OneOf<C, M> {
    /// The rule for some choices.
    pub const fn new(choices: &'static [C]) -> Self {
        Self { choices, way: PhantomData }
    }
}

/// A field that can be compared with choices of type `C`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the choices of `one_of` are `{C}`, but the field is a `{Self}`",
    label = "cannot be compared with the choices",
    note = "text takes literals as choices; any other type takes values of itself and needs `PartialEq` and `Debug`"
)]
pub trait Choice<C, M> {
    /// The message for a value that is not among the choices.
    fn refused(&self, choices: &[C], findings: &Findings) -> Option<String>;
    /// A choice as data.
    fn literal(choice: &C) -> Literal;
}

/// Compares the text of the field.
#[doc(hidden)]
pub struct AsText<M>(PhantomData<M>);

/// Compares with `PartialEq`.
#[doc(hidden)]
pub struct AsValue<M>(PhantomData<M>);

#[diagnostic::do_not_recommend]
impl<F: Text<M>, M> Choice<&'static str, AsText<M>> for F {
    fn refused(&self, choices: &[&'static str], findings: &Findings) -> Option<String> {
        let text = self.text().filter(|text| !choices.contains(text))?;
        let secret = findings.secret || self.is_secret();
        let refused = words(&text, choices, findings, secret);
        // A suggestion would reveal part of the value.
        let closest = closest(text, choices).filter(|_| !secret);
        Some(
            closest
                .map_or_else(|| refused.clone(), |closest| format!("{refused}; did you mean {closest:?}?")),
        )
    }

    fn literal(choice: &&'static str) -> Literal {
        Literal::new(choice)
    }
}

#[diagnostic::do_not_recommend]
impl<F: Holds<C, M>, C: PartialEq + Debug + 'static, M> Choice<C, AsValue<M>> for F {
    fn refused(&self, choices: &[C], findings: &Findings) -> Option<String> {
        let value = self.held().filter(|value| !choices.contains(value))?;
        Some(words(value, choices, findings, false))
    }

    fn literal(choice: &C) -> Literal {
        Literal::new(choice)
    }
}

fn words<V: Debug, C: Debug>(value: &V, choices: &[C], findings: &Findings, secret: bool) -> String {
    let listed: Vec<String> = choices.iter().map(|choice| format!("{choice:?}")).collect();
    format!("{} is not one of {}", findings.subject_unless(secret, value), listed.join(", "))
}

/// The choice that was probably meant: the one with the fewest edits, at most a third of its
/// characters.
fn closest(text: &str, choices: &[&'static str]) -> Option<&'static str> {
    let typed = text.to_lowercase();
    let distance = |choice: &str| strsim::damerau_levenshtein(&typed, &choice.to_lowercase());
    let near = choices.iter().map(|choice| (distance(choice), *choice));
    let near = near.filter(|(edits, choice)| *edits <= choice.chars().count().div_ceil(3));
    near.min_by_key(|(edits, _)| *edits).map(|(_, choice)| choice)
}

impl<F: Choice<C, M>, C: Sync, M> Rule<F> for OneOf<C, M> {
    fn check(&self, value: &F, findings: &mut Findings) {
        if let Some(refused) = value.refused(self.choices, findings) {
            findings.fail(refused);
        }
    }

    fn describe(&self) -> Requirement {
        Requirement::OneOf(self.choices.iter().map(F::literal).collect())
    }
}
