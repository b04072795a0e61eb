//! A secret is judged and hidden in the same way wherever it is.

mod buffered;
mod copied;
mod exposed;
mod keys;
mod referred;
mod replaced;
mod reports;
mod restart;
mod scale;
mod tuples;
