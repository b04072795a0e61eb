//! The state directory.

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
    /// Waits until the current state is on disk, including reloads and the history.
    ///
    /// Values that are set, patched or rolled back are on disk when the call returns; the rest is written
    /// shortly afterwards, and [`shutdown`](Self::shutdown) waits up to one second for it. Call this to be
    /// certain.
    ///
    /// # Errors
    /// The state could not be written, for example because the disk is full; the configuration stays in
    /// force. Also without a [`state_dir`](crate::Builder::state_dir), and on a nested handle.
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
