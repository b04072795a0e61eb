//! Accepted changes that no version shows, and what each version was caused by.

mod causes;
mod refused;
mod unpublished;
