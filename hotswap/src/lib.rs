//! Configuration that changes while the program runs.
mod config; mod error; mod issue; mod keys; mod member; mod path; mod rule; mod shape; mod value;
mod suggest;
mod source {
    pub(crate) mod dotenv;
    pub(crate) mod env;
    pub(crate) mod format;
    pub(crate) mod locate;
    pub(crate) mod names;
}
mod resolve {
    pub(crate) mod interpolate;
}
pub use source::format::Format;
