//! Queries that only the compiler can answer about a type, without specialisation: an inherent constant takes
//! precedence over that of a trait.

use std::marker::PhantomData;

use serde::Serialize;

use super::leaf::Encode;
use crate::ser;

/// Finds out whether a type is `Serialize`, and whether it is an `Option`.
#[doc(hidden)]
pub struct Probe<F>(PhantomData<F>);

impl<F: Serialize> Probe<F> {
    pub const ENCODE: Option<Encode<F>> = Some(ser::encode::<F>);
}

/// The fallback of [`Probe`].
#[doc(hidden)]
pub trait NoEncode<F> {
    const ENCODE: Option<Encode<F>> = None;
}

impl<F> NoEncode<F> for Probe<F> {}

impl<T> Probe<Option<T>> {
    pub const IS_OPTION: bool = true;
}

/// The same for an `Option`, which may have an alias.
#[doc(hidden)]
pub trait NotOption<F> {
    const IS_OPTION: bool = false;
}

impl<F> NotOption<F> for Probe<F> {}
