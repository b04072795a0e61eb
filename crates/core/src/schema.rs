//! The description of a struct by the derive, as data and as functions that know its type.
//! [`HotConfig`](crate::HotConfig) builds on it.

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
    /// The number of slots of the struct and of everything nested in it.
    const SLOTS: usize;
    /// The struct's `check`s.
    const CHECKS: &'static [&'static dyn Rule<Self>];
    /// The sources in the attributes of the struct.
    const SETUP: Setup;
    /// A clone, field by field, so that the struct itself need not be `Clone`.
    fn __clone(&self) -> Self;
    /// Swaps the fields that serde skips, which only a default of the program can fill, with those of another value.
    fn __swap_skipped(&mut self, _other: &mut Self) {}
    /// The field with this index. One function for all fields compiles faster than one for each field.
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

/// The sources in the attributes of a struct.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub files: &'static [FileSetup],
    pub env: Option<&'static str>,
    pub profile: Option<&'static str>,
    /// The stores that the facade knows, including those whose features are disabled.
    pub stores: &'static [KnownStore],
}

/// One path in the attributes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct FileSetup {
    pub path: &'static str,
    pub optional: bool,
    pub kind: PathKind,
}

/// The kind of source at a path.
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
