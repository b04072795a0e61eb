//! What may hold a change back: prepare hooks, fields that need a restart.

mod prepare;
mod restart;
