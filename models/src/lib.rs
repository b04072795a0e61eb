//! Nothing: the models are tests.
//!
//! Each includes sources of `hotswap-core` by path and gives them the model checker's locks, atomics and threads as
//! `crate::sync`. What is checked is therefore the code that ships, and no `cfg` is needed for it.
