//! What survives a restart.

use std::future::Future;

use super::Handle;
use crate::{
    config::HotConfig,
    engine::offload::offload,
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
};

impl<S: HotConfig> Handle<S> {
    /// Waits until everything that is in force is on the disk, reloads and the history included.
    ///
    /// What is set, patched or rolled back is there when the call returns; the rest follows within moments, and
    /// [`shutdown`](Self::shutdown) waits for it up to a second. So this is for those who want to be certain.
    ///
    /// # Errors
    /// Why it is not there, for instance that the disk is full; the configuration goes on. Also without a
    /// [`state_dir`](crate::Builder::state_dir), and on the handle of a part.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_builder().state_dir("state").load()?;
    /// config.set_rate_limit_max(5)?;
    /// config.flush_state()?;
    /// assert!(std::fs::read_to_string("state/history.json")?.contains("rate_limit.max"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn flush_state(&self) -> Result<(), Error> {
        self.whole("flush_state")?;
        self.core.process.ensure_current()?;
        let Some(state_writer) = &self.core.state_writer else {
            let issue = Issue::new(IssueKind::State, Keys::root(), "no state is kept");
            return Err(issue.with_help("give the builder a `state_dir`").into());
        };
        state_writer.flush()
    }

    /// [`flush_state`](Self::flush_state) for async code.
    ///
    /// # Errors
    /// As [`flush_state`](Self::flush_state).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_builder().state_dir("state").load()?;
    /// block_on(config.flush_state_async())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn flush_state_async(&self) -> impl Future<Output = Result<(), Error>> + Send + use<S> {
        let handle = self.clone();
        offload(move || handle.flush_state())
    }
}
