//! The descriptions of a configuration, checked by other tools.

// Tests are allowed to panic; clippy takes their helpers for a program.
#![allow(clippy::unwrap_used)]

mod every;
mod forms;
mod marks;
mod needs;
mod reference;
mod references;
mod said;
mod schema;
mod template;
