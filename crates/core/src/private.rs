//! Items that generated code refers to. Not a stable interface.

pub use crate::{__methods as methods, __paths as paths};
pub use crate::{
    cell::Scalar,
    de::{DecodeError, Decoder, decode},
    member::{Leaf, Member, Nested, NoEncode, NotOption, Optional, Probe, bits, encode_with},
    rule::*,
    schema::{ByValue, FieldOf, FileSetup, Loadable, PathKind, Schema, Setup},
    ser::{EncodeError, Encoder},
    shape::{FieldShape, Kind, Merge, Shape},
    value::Value,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    erased_config,
    error::Error,
    issue::{Issue, IssueKind},
    load::{self, ConfigType, Input},
    overrides::Overrides,
    secret::Redacted,
    secrets::lookup::SecretLookup,
};

/// The bounds of leaves, for values of a type parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand for a type parameter of a configuration",
    label = "lacks what the type of a field needs",
    note = "derive `Deserialize`, `Clone` and `PartialEq` for it, and use only what is `Send` and `Sync` inside"
)]
pub trait Parameter: DeserializeOwned + PartialEq + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + PartialEq + Clone + Send + Sync + 'static> Parameter for T {}

impl<const I: usize, F: Scalar + Serialize + DeserializeOwned> Leaf<I, F> {
    /// A primitive without attributes: one constant is cheaper to compile than three.
    pub const SCALAR: Self = Self { encode: Some(encode::<F>), bits: Some(bits::<F>), ..Self::PLAIN };
}

/// A leaf that is marked as secret.
pub const fn secret<const I: usize, F: Redacted>(leaf: Leaf<I, F>) -> Leaf<I, F> {
    leaf
}

/// The value of `#[hot(secret = "..")]`: text, as in a file.
pub fn reference(text: &str) -> Value {
    if text.contains("${") { Value::Template(text.into()) } else { Value::text(text) }
}

/// Writes a leaf by its own `Serialize`.
///
/// # Errors
/// Returns the error of the type's `Serialize`.
pub fn encode<F: Serialize>(value: &F) -> Result<Value, EncodeError> {
    crate::ser::encode(value)
}

/// From a struct to a field of one of its fields.
#[inline]
pub fn get_inner<const I: usize, const J: usize, A, B, C>(outer: &A) -> &C
where
    A: FieldOf<I, B>,
    B: FieldOf<J, C> + 'static,
    C: 'static,
{
    outer.get().get()
}

/// A struct whose nested field number `I` is being asked for its own fields.
pub trait Asks<const I: usize> {}

/// A struct whose nested field number `I` has listed its own fields.
#[diagnostic::on_unimplemented(
    message = "the type of this nested field does not name a struct that derives `HotConfig`",
    label = "no such struct",
    note = "derive `HotConfig` for the struct; if this is a type alias, write `#[hot(nested = path::to::Struct)]`"
)]
pub trait Answered<const I: usize> {}

/// A default of type `F`: a constant, or a function without arguments.
#[diagnostic::on_unimplemented(
    message = "the default is no `{F}`, and no function without arguments that returns one",
    label = "`{Self}` does not convert into `{F}`"
)]
pub trait DefaultOf<F, M> {
    fn value(self) -> F;
}

/// Marks a default that is a constant.
pub struct Constant;

/// Marks a default that is a function.
pub struct Function<V>(std::marker::PhantomData<V>);

#[diagnostic::do_not_recommend]
impl<V: Into<F>, F> DefaultOf<F, Constant> for V {
    fn value(self) -> F {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl<V: Into<F>, F, G: FnOnce() -> V> DefaultOf<F, Function<V>> for G {
    fn value(self) -> F {
        self().into()
    }
}

/// A default as a value of a layer. One that cannot be written is reported as `null` at its field.
pub fn default_of<F, M>(
    encode: fn(&F) -> Result<Value, EncodeError>,
    default: impl DefaultOf<F, M>,
) -> Value {
    encode(&default.value()).unwrap_or(Value::Null)
}

/// The serde default of a nested struct that no layer mentions; `None` if it cannot be written.
pub fn absent<N: Loadable>(value: &N) -> Option<Value> {
    erased_config::encode(value, 0).ok()
}

/// The same for an `Option` of a nested struct.
pub fn absent_option<N: Loadable>(value: &Option<N>) -> Option<Value> {
    absent(value.as_ref()?)
}

/// Swaps the fields that serde skips between two structs, if both exist.
pub fn swap_skipped<N: Loadable>(one: &mut Option<N>, other: &mut Option<N>) {
    if let (Some(one), Some(other)) = (one, other) {
        one.__swap_skipped(other);
    }
}

/// Called by the test that `#[hot(test)]` generates. Loads without any layer, and ignores missing values and
/// values that would have to be fetched.
///
/// # Panics
/// Panics if a default does not fit its field or breaks a rule; the message contains the whole report.
pub fn test_defaults<T: Loadable>() {
    let (overrides, variables) = (Overrides::new(), |_: &str| None);
    let input = Input {
        layers: &[],
        overrides: &overrides,
        names: None,
        variables: &variables,
        unread: Vec::new(),
        secrets: &SecretLookup::none(T::SETUP.stores),
    };
    let Err(error) = load::load(ConfigType::new::<T>(), &input) else { return };
    let forgiven = |issue: &&Issue| {
        matches!(issue.kind(), IssueKind::Missing | IssueKind::Secret | IssueKind::Interpolation)
    };
    let wrong: Vec<_> = error.issues().filter(|issue| !forgiven(issue)).cloned().collect();
    assert!(wrong.is_empty(), "the defaults of `{}` are not valid\n{}", T::SHAPE.name, Error::new(wrong));
}
