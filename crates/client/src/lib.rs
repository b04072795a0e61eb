//! Shared code of the clients of secret stores: their runtime, and parsing of addresses and credentials.
//!
//! For the packages of this workspace; not a stable interface.

mod address;
pub mod credential_file;
mod each;
mod running;
mod runtime;

pub use address::server;
pub use each::fetch_each;
pub use running::Running;
pub use runtime::{Runtime, Task, together};
