//! The library from outside, against a real file system.

mod bad_input;
mod environment;
mod files;
mod layers;
mod left_out;
mod load;
mod support;
mod writes;
