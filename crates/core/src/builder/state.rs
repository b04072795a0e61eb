//! The state directory.

use std::path::PathBuf;

use super::Builder;
use crate::config::HotConfig;

/// Whether a program may start with the configuration from before the restart; for
/// [`Builder::start_from_last_good`](crate::Builder::start_from_last_good), which has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LastGood {
    /// A start whose sources are refused fails.
    #[default]
    Never,
    /// The last good configuration is used if the sources are refused for any reason.
    OnFailure,
}

impl<T: HotConfig> Builder<T> {
    /// Saves state that survives a restart in this directory: values set at run time, with their author and expiry;
    /// the history; suppressed content; and the last good configuration.
    ///
    /// The directory is created if it does not exist, and belongs to one running configuration at a time: a second one
    /// is refused. No source may be a state file or the directory itself, by any path, and no other user may be able
    /// to write the state files, see [`trust_state_dir`](Self::trust_state_dir). The files are readable only by their
    /// owner, and contain neither values of secrets nor values of variables that a text refers to. Version numbers
    /// continue after the restart.
    ///
    /// A call that sets, patches, clears or rolls back values returns once the change is on disk. Reloads do not wait
    /// for the disk. If a write fails, the configuration stays in force, and the log,
    /// [`on_warning`](crate::Handle::on_warning) and [`Status::state`](crate::Status::state) report the failure. See
    /// [the guide](crate::guide::state).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_builder().state_dir("state").load()?;
    /// config.by("alice").set_rate_limit_max(500)?;
    /// drop(config);
    ///
    /// let config = Config::hot_builder().state_dir("state").load()?;
    /// assert_eq!((config.rate_limit_max(), config.version()), (500, 2));
    /// assert_eq!(config.overrides()[0].by(), Some("alice"));
    /// config.rollback(1)?;
    /// assert_eq!(config.rate_limit_max(), 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn state_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.state_dir = Some(path.into());
        self
    }

    /// Whether the files of the [`state_dir`](Self::state_dir) are used even if other users could have written them;
    /// `false` by default.
    ///
    /// Values set at run time override every source, so a load fails if a state file belongs to another user, or if the
    /// group or everybody may write it; the error names owner and mode, and the command that repairs them. A file counts as the
    /// program's own if a new file in the directory gets the same owner and mode, so file systems that force them (CIFS,
    /// NFS with root_squash), and volumes that Kubernetes shares by `fsGroup`, work with a warning; `true` silences it.
    /// On Unix; elsewhere nothing is checked.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # #[cfg(unix)] {
    /// use std::os::unix::fs::PermissionsExt;
    ///
    /// let builder = || Config::hot_builder().state_dir("state");
    /// let config = builder().load()?;
    /// config.set_rate_limit_max(500)?;
    /// drop(config);
    /// std::fs::set_permissions("state/overrides.json", PermissionsExt::from_mode(0o666))?;
    ///
    /// let error = builder().load().unwrap_err().to_string();
    /// assert!(error.contains("has mode 0666") && error.contains("chmod 600"));
    /// assert_eq!(builder().trust_state_dir(true).load()?.rate_limit_max(), 500);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn trust_state_dir(mut self, trust: bool) -> Self {
        self.options.trust_state_dir = trust;
        self
    }

    /// Whether a start whose sources are broken, missing or invalid may use the configuration from before the
    /// restart; [`LastGood::Never`] by default. It needs a [`state_dir`](Self::state_dir).
    ///
    /// The refusal is still reported: in the log, to [`on_reload_error`](crate::Handle::on_reload_error) callbacks
    /// that are registered before the sources are valid again, and in the status, whose cause is
    /// [`Cause::LastGood`](crate::Cause::LastGood). The sources are watched as usual, and published once they are
    /// valid. Secrets that the sources gave as plain text are not saved: if one of them is required, the start fails
    /// and names it.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use hotswap::{Cause, LastGood};
    ///
    /// let builder = || Config::hot_builder().state_dir("state").start_from_last_good(LastGood::OnFailure);
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// drop(builder().load()?);
    ///
    /// std::fs::write("app.toml", "rate_limit.max = ")?;
    /// let config = builder().load()?;
    /// assert_eq!((config.rate_limit_max(), config.status().cause), (5, Cause::LastGood));
    /// assert!(config.status().last_error.unwrap().contains("at app.toml:1:18"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start_from_last_good(mut self, policy: LastGood) -> Self {
        self.options.last_good = policy;
        self
    }
}
