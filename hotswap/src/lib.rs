//! Configuration that changes while the program runs.
mod config; mod error; mod issue; mod keys; mod member; mod path; mod rule; mod shape; mod value;
mod source {
    pub(crate) mod format;
    pub(crate) mod locate;
}
pub use source::format::Format;
