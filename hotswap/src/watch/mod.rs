//! Notices that a file may have changed.

pub(crate) mod chain;
