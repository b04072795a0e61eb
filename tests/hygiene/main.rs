//! Surroundings in which generated code must work as anywhere else.

// The point is what the derive does with `pub`, not who reaches it.
#![allow(unreachable_pub)]
// A helper of a test is one too, which clippy does not see.
#![allow(clippy::unwrap_used)]

mod defaults;
mod foreign;
mod functions;
mod generics;
mod imports;
mod leaves;
mod macros;
mod modules;
mod names;
mod no_prelude;
mod order;
mod renamed_crate;
