//! `validate`: a type that derives `validator::Validate`.

use std::marker::PhantomData;

use serde_json::Value;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use super::{
    Findings, Requirement, Rule,
    place::placed,
    subject::{Itself, Way, Within},
};
use crate::{keys::Key, shape::Shape};

/// The type's own `validator::Validate`.
#[doc(hidden)]
pub struct Validate<M> {
    /// The shape of the type, if it derives `HotConfig` too; it maps Rust names to names in files.
    pub shape: Option<&'static Shape>,
    pub way: Way<M>,
}

impl<M> Validate<M> {
    /// For a type without a shape.
    pub const RULE: Self = Self { shape: None, way: PhantomData };
}

/// A field whose type validates itself.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`validate` needs a type that implements `validator::Validate`, but the field is a `{Self}`",
    label = "does not implement `validator::Validate`",
    note = "derive it, or use `each(validate)` for the values of a map"
)]
pub trait Checked<M> {
    fn checked(&self) -> Result<(), ValidationErrors>;
}

#[diagnostic::do_not_recommend]
impl<F: validator::Validate> Checked<Itself> for F {
    fn checked(&self) -> Result<(), ValidationErrors> {
        self.validate()
    }
}

#[diagnostic::do_not_recommend]
impl<F: Checked<M>, M> Checked<Within<M>> for Option<F> {
    fn checked(&self) -> Result<(), ValidationErrors> {
        self.as_ref().map_or(Ok(()), F::checked)
    }
}

impl<F: Checked<M>, M> Rule<F> for Validate<M> {
    fn check(&self, value: &F, findings: &mut Findings) {
        if let Err(errors) = value.checked() {
            Report { shape: self.shape, findings }.all(&errors, &[]);
        }
    }

    fn describe(&self) -> Requirement {
        Requirement::Validate
    }
}

/// Turns `validator`'s tree of errors into findings.
struct Report<'f> {
    shape: Option<&'static Shape>,
    findings: &'f mut Findings,
}

impl Report<'_> {
    fn all(&mut self, errors: &ValidationErrors, path: &[Key]) {
        let mut fields: Vec<_> = errors.errors().iter().collect();
        fields.sort_by_key(|(name, _)| *name);
        for (name, kind) in fields {
            match name.as_ref() {
                // The names that `validator` uses for the whole struct and for a whole list.
                "__all__" | "_tmp_validator" => self.kind(kind, path),
                name => self.kind(kind, &[path, &[Key::Name(name.into())]].concat()),
            }
        }
    }

    fn kind(&mut self, kind: &ValidationErrorsKind, path: &[Key]) {
        match kind {
            ValidationErrorsKind::Struct(errors) => self.all(errors, path),
            ValidationErrorsKind::List(items) => items
                .iter()
                .for_each(|(index, errors)| self.all(errors, &[path, &[Key::Index(*index)]].concat())),
            ValidationErrorsKind::Field(errors) => errors.iter().for_each(|error| self.one(error, path)),
        }
    }

    fn one(&mut self, error: &ValidationError, path: &[Key]) {
        let keys = placed(self.shape, path);
        match &error.message {
            Some(message) => self.findings.fail_as_told_at(keys, message, None),
            None => drop(self.findings.fail_at(keys, words(error))),
        }
    }
}

/// Never shows the parameter `value`, nor `other`, which is the value of another field.
fn words(error: &ValidationError) -> String {
    match error.code.as_ref() {
        "length" => bounds("the length", error),
        "range" => bounds("the value", error),
        "email" => "the value is not an email address".to_owned(),
        "url" => "the value is not a URL".to_owned(),
        "regex" => "the value does not match its pattern".to_owned(),
        "required" => "the value is missing".to_owned(),
        "must_match" => "the value differs from the field that it must match".to_owned(),
        "credit_card" => "the value is not a card number".to_owned(),
        "non_control_character" => "the value contains control characters".to_owned(),
        "contains" => format!("the value does not contain {}", needle(error)),
        "does_not_contain" => format!("the value contains {}", needle(error)),
        code => format!("the value fails the rule `{code}`"),
    }
}

fn needle(error: &ValidationError) -> String {
    error.params.get("needle").map_or_else(|| "what it must".to_owned(), Value::to_string)
}

fn bounds(subject: &str, error: &ValidationError) -> String {
    let wanted = [
        ("equal", "equal to"),
        ("min", "at least"),
        ("exclusive_min", "greater than"),
        ("max", "at most"),
        ("exclusive_max", "less than"),
    ];
    let wanted: Vec<String> = wanted
        .iter()
        .filter_map(|(name, words)| error.params.get(*name).map(|bound| format!("{words} {bound}")))
        .collect();
    if wanted.is_empty() {
        return format!("{subject} is out of bounds");
    }
    format!("{subject} is not {}", wanted.join(" and "))
}
