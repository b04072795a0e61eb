//! What the derive says of a struct, as data and as functions that know its type. [`HotConfig`](crate::HotConfig) builds on it.

use std::any::Any;

use serde::de::DeserializeOwned;

use crate::{member::Member, rule::Rule, secrets::KnownStore, shape::Shape};

/// A struct with its fields, rules and defaults, as generated code describes it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no configuration",
    label = "does not derive `HotConfig`",
    note = "write `#[derive(serde::Deserialize, hotswap::HotConfig)]` on the struct"
)]
pub trait Schema: Sized + 'static {
    const SHAPE: &'static Shape;
    /// One per field of `SHAPE`, in its order.
    const MEMBERS: &'static [&'static dyn Member<Self>];
    /// How many numbers the struct and everything nested in it take.
    const SLOTS: usize;
    /// The struct's `check`s.
    const CHECKS: &'static [&'static dyn Rule<Self>];
    /// What the struct's attributes say about sources.
    const SETUP: Setup;
    /// A clone, field by field, so that the struct itself need not be `Clone`.
    fn __clone(&self) -> Self;
    /// Exchanges the fields that serde skips, which only a default of the program can fill, with those of another value.
    fn __swap_skipped(&mut self, _other: &mut Self) {}
    /// The field with this index. One function costs less to compile than one for each field.
    fn __field_mut(&mut self, index: usize) -> Option<&mut dyn Any>;
}

/// A struct that can be loaded. The bounds are no supertraits of [`Schema`], so that rustc reports a missing one once, for
/// `HotConfig`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no configuration",
    label = "does not derive `HotConfig`",
    note = "write `#[derive(serde::Deserialize, hotswap::HotConfig)]` on the struct"
)]
pub trait Loadable: Schema + DeserializeOwned + Send + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Schema + DeserializeOwned + Send + Sync> Loadable for T {}

/// What the attributes of a struct say about its sources.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub files: &'static [FileSetup],
    pub env: Option<&'static str>,
    pub profile: Option<&'static str>,
    /// The stores that the facade knows, with those that its features switch on.
    pub stores: &'static [KnownStore],
}

/// One path of the attributes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct FileSetup {
    pub path: &'static str,
    pub optional: bool,
    pub kind: PathKind,
}

/// What a path of the builder is read as.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    File,
    Dir,
    Dotenv,
}

impl Setup {
    /// A struct whose attributes name no source.
    pub const NONE: Self = Self { files: &[], env: None, profile: None, stores: &[] };
}

/// Field number `I` of a struct, of type `F`.
///
/// The type is a parameter because an associated type would expose private field types. For each `I` there is
/// exactly one `F`, so callers need not name it.
#[doc(hidden)]
pub trait FieldOf<const I: usize, F>: 'static {
    /// The field's number, counted from the struct: the struct is 0, then each field and, below a nested
    /// one, its fields, in the order of the source. Up to the first nested field that is one more than the index.
    const SLOT: usize = I + 1;
    fn get(&self) -> &F;
}

/// What `#[hot(copy)]` needs.
#[diagnostic::on_unimplemented(
    message = "`copy` hands the value out by value, but `{Self}` is not `Copy`",
    label = "not `Copy`",
    note = "derive `Copy` for it, or remove `copy`: the getter then returns a guard"
)]
pub trait ByValue: Copy {}

#[diagnostic::do_not_recommend]
impl<F: Copy> ByValue for F {}
