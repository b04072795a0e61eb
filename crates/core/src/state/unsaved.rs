//! The reason for which state is not on disk.

use std::io;

use crate::source::advice;

/// A failed or skipped write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsaved {
    /// For the status.
    pub(crate) message: String,
    pub(crate) help: Option<&'static str>,
    /// Equal for all failures with one cause, whatever file they name, so that each cause is
    /// reported once.
    pub(crate) cause: String,
}

impl Unsaved {
    fn new(cause: &str, message: String, help: Option<&'static str>) -> Self {
        Self { message, help, cause: cause.to_owned() }
    }

    pub(super) fn system(name: &str, error: &io::Error) -> Self {
        let cause = error.raw_os_error().map_or_else(|| error.to_string(), |code| code.to_string());
        Self::new(&cause, format!("{name} cannot be written: {error}"), advice::on_write(error))
    }

    /// For a directory to which nothing is written from the start.
    pub(super) fn read_only(why: &str) -> Self {
        Self::new("barred", why.to_owned(), None)
    }

    pub(super) fn unwritable(name: &str, why: &str) -> Self {
        Self::new("form", format!("{name} cannot be written: {why}"), None)
    }

    pub(super) fn too_large(name: &str, limit: u64) -> Self {
        let message = format!("{name} cannot be written: it would be larger than {limit} bytes");
        Self::new("size", message, Some("keep fewer versions with `history`"))
    }

    pub(super) fn replaced() -> Self {
        let message = "the state directory or its lock file was moved, deleted or replaced while the program was running: \
                       nothing is written there";
        Self::new("replaced", message.to_owned(), Some("restart the program, or move the directory back"))
    }

    pub(crate) fn panicked() -> Self {
        Self::new("panic", "it panicked".to_owned(), None)
    }
}
