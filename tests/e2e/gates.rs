//! What may hold a change back, or take it back: prepare hooks, fields that need a restart, the program's health.

mod health;
mod prepare;
mod restart;
