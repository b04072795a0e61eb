//! The process that loaded a configuration. A forked copy of it has the configuration's memory but none of its threads.

use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
};

/// What calls in a forked process report.
pub(crate) const FORKED: &str = "this process was forked after the configuration was loaded";
/// What to do about it.
pub(crate) const LOAD_AGAIN: &str = "load it again in the child";

/// A process, by its number. `fork` gives the child another one, and std asks the system each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    /// The process that calls this.
    pub fn current() -> Self {
        Self(std::process::id())
    }

    /// Whether this is the process that calls; `false` in a fork of it.
    pub fn is_current(self) -> bool {
        self == Self::current()
    }

    /// To be called before any lock is taken: one that another thread held during the fork is never released in the child.
    ///
    /// # Errors
    /// This is a fork of the process.
    pub(crate) fn ensure_current(self) -> Result<(), Error> {
        if self.is_current() {
            return Ok(());
        }
        Err(Issue::new(IssueKind::Write, Keys::root(), FORKED).with_help(LOAD_AGAIN).into())
    }
}
