//! Empty, because the models are tests.
//!
//! Each includes sources of `hotswap-core` by path and gives them the model checker's locks, atomics and threads as
//! `crate::sync`. The models therefore check the production code, without any `cfg` in it.
