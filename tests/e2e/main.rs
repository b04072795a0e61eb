//! The library from outside, against a real file system.

mod environment;
mod layers;
mod load;
mod support;
mod writes;
