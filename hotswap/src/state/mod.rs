//! What survives a restart: files in a directory that belongs to one process.
//!
//! Values set at run time have a file of their own, for it is small and must be on the disk before whoever set
//! them is told so; everything else may be large and follows. Neither holds the value of a secret, nor a variable.

mod dir;
mod file;
mod form;
mod lock;
mod past;
mod tree;
mod veil;

pub(crate) use dir::{StateDir, Written};
pub(crate) use form::Writer;
pub(crate) use past::{Past, Saved, Today};
pub(crate) use veil::Veil;
