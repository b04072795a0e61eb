//! Items that generated code refers to. Not a stable interface.

pub use hotswap_core::__private::*;
#[cfg(feature = "derive")]
pub use hotswap_derive::flatten;

pub use crate::stores::STORES;
