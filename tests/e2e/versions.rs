//! Accepted changes without a version, and the cause of each version.

mod causes;
mod refused;
mod unpublished;
