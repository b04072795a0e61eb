//! Where configuration comes from.

pub(crate) mod dir;
pub(crate) mod mount;
pub(crate) mod read;
pub(crate) mod read_error;
pub(crate) mod stamp;
pub(crate) mod together;
