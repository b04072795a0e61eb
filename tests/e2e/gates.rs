//! Gates that block or revert a change: prepare hooks, fields that need a restart, health checks.

mod health;
mod prepare;
mod restart;
