//! What generated code names. Not a stable interface.

pub use hotswap_core::__private::*;

pub use crate::stores::STORES;
