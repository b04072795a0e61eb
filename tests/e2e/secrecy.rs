//! The same policies and masking apply to secrets in all positions.

mod buffered;
mod copied;
mod exposed;
mod keys;
mod referred;
mod replaced;
mod reports;
mod restart;
mod scale;
mod sources;
mod tuples;
