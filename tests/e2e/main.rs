//! The library from outside, against a real file system.

mod support;

mod load;
