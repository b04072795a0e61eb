//! Between merge and decode: templates are replaced by their values.

pub(crate) mod budget;
pub(crate) mod interpolate;
