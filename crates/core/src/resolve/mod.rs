//! Between merge and decode: what stands for a value is replaced by it.

pub(crate) mod budget;
pub(crate) mod interpolate;
