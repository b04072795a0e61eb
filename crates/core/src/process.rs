//! The process that loaded a configuration. A forked copy of it has the configuration's memory but none of its threads.

use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
};

/// The message of calls in a forked process.
pub(crate) const FORKED: &str = "this process was forked after the configuration was loaded";
/// The advice that belongs to the message.
pub(crate) const LOAD_AGAIN: &str = "load it again in the child";

/// A process, identified by its id. `fork` gives the child another id, and std asks the system on each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    /// The calling process.
    pub fn current() -> Self {
        Self(std::process::id())
    }

    /// Whether this is the calling process; `false` in a fork of it.
    pub fn is_current(self) -> bool {
        self == Self::current()
    }

    /// Must be called before any lock is taken: a lock that another thread held during the fork is never released in
    /// the child.
    ///
    /// # Errors
    /// The caller is in a fork of the process.
    pub(crate) fn ensure_current(self) -> Result<(), Error> {
        if self.is_current() {
            return Ok(());
        }
        Err(Issue::new(IssueKind::Write, Keys::root(), FORKED).with_help(LOAD_AGAIN).into())
    }
}
