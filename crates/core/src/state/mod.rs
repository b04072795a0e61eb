//! State that survives a restart: files in a directory that belongs to one process.
//!
//! Values set at run time have a file of their own, which is small and must be on disk before the call that sets
//! them returns; everything else may be large and is written later. Neither file contains values of secrets or of
//! variables.

mod claim;
mod dir;
mod file;
mod form;
mod lock;
mod names;
mod owner;
mod read_secrets;
mod saved;
mod secret_filter;
mod tree;
mod unsaved;

pub(crate) use claim::{Claim, collision};
pub(crate) use dir::{StateDir, Written};
pub(crate) use form::Writer;
pub(crate) use saved::{CurrentSetup, Saved, SavedHistory, secret_override, touches};
pub(crate) use secret_filter::SecretFilter;
pub(crate) use unsaved::Unsaved;
