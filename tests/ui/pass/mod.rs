//! Programs without mistakes. They are modules and no programs of their own, for which every dependency would be
//! built once more.
#![allow(dead_code, missing_docs)]

mod attribute;
mod bound;
mod collision;
mod default;
mod env;
mod nested;
mod rule;
mod secret;
mod shape;
