//! The history, and policies that block or revert a change.

use std::time::Duration;

use super::Builder;
use crate::{
    config::HotConfig,
    engine::{OverrideConflict, Restart, health::HealthWatch},
    health::Health,
    snapshot::Published,
};

impl<T: HotConfig> Builder<T> {
    /// How a reload is handled that a value set at run time makes invalid; [`OverrideConflict::Refuse`] by default.
    ///
    /// A conflict is detected by loading without the overrides. Sources that are invalid by themselves are refused in
    /// any case.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # fn fits(limit: &Limit) -> Result<(), &'static str> {
    /// #     if limit.burst <= limit.max { Ok(()) } else { Err("the burst is above the maximum") }
    /// # }
    /// #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, HotConfig)]
    /// #[hot(file = "limit.toml", check = fits)]
    /// struct Limit {
    ///     max: u32,
    ///     burst: u32,
    /// }
    ///
    /// std::fs::write("limit.toml", "max = 10\nburst = 5")?;
    /// let limit = Limit::hot_load()?;
    /// limit.by("alice").set_burst(8)?;
    /// std::fs::write("limit.toml", "max = 7\nburst = 5")?;
    /// let refused = limit.reload().unwrap_err();
    /// assert!(refused.issues().any(|issue| issue.path() == "burst" && issue.message().contains("set by alice")));
    ///
    /// let limit = Limit::hot_builder().override_conflict(hotswap::OverrideConflict::Drop).load()?;
    /// limit.set_burst(6)?;
    /// std::fs::write("limit.toml", "max = 5\nburst = 5")?;
    /// limit.reload()?;
    /// assert_eq!((limit.max(), limit.burst(), limit.overrides().len()), (5, 5, 0));
    /// assert!(limit.status().warnings[0].starts_with("burst: the override is dropped"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn override_conflict(mut self, policy: OverrideConflict) -> Self {
        self.options.policy.conflict = policy;
        self
    }

    /// How many versions [`Handle::history`](crate::Handle::history) remembers; 32 by default.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_builder().history(1).load()?;
    /// config.set_rate_limit_max(9)?;
    /// let versions: Vec<u64> = config.history().iter().map(|record| record.version).collect();
    /// assert_eq!(versions, [2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn history(mut self, versions: usize) -> Self {
        self.options.policy.history.versions = versions;
        self
    }

    /// Drops versions that were replaced longer ago than this; by default only the number of versions is
    /// limited.
    ///
    /// The age counts from when a version was replaced, so the current version and one that was replaced just
    /// now are kept, however old they are.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use std::time::Duration;
    ///
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let config = Config::hot_builder().history(1000).history_age(day).load()?;
    /// config.set_rate_limit_max(5)?;
    /// assert_eq!(config.history().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn history_age(mut self, age: Duration) -> Self {
        self.options.policy.history.age = Some(age);
        self
    }

    /// Keeps no versions, like [`history(0)`](Self::history).
    pub fn no_history(self) -> Self {
        self.history(0)
    }

    /// How long one [prepare hook](crate::Handle::prepare) may take; 5 s by default. A hook that takes longer refuses
    /// the change.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use std::{thread::sleep, time::Duration};
    ///
    /// let config = Config::hot_builder().prepare_timeout(Duration::from_millis(20)).load()?;
    /// let _subscription = config.prepare(|_| {
    ///     sleep(Duration::from_millis(500));
    ///     Ok::<_, hotswap::Error>(())
    /// });
    /// let error = config.set_rate_limit_max(5).unwrap_err();
    /// let issue = error.issues().next().unwrap();
    /// assert_eq!(issue.message(), "prepare hook 1 of `Config` gave no answer within 20ms");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn prepare_timeout(mut self, timeout: Duration) -> Self {
        self.options.policy.prepare_timeout = timeout;
        self
    }

    /// How new values for fields that need a restart are handled; [`Restart::Report`] by default.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use hotswap::Restart;
    ///
    /// let config = Config::hot_builder().restart(Restart::Refuse).load()?;
    /// std::fs::write("app.toml", "listen = '127.0.0.1:9000'\nlog_level = 'debug'")?;
    /// let error = config.reload().unwrap_err();
    /// assert!(error.has(hotswap::IssueKind::Restart));
    /// assert_eq!(config.log_level(), "info"); // what stands beside it is refused with it
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn restart(mut self, policy: Restart) -> Self {
        self.options.policy.restart = policy;
        self
    }

    /// Puts every new version on probation, and rolls it back if it harms the program.
    ///
    /// During the probation, `check` is called repeatedly with the current snapshot, ten times or every second. If it
    /// returns [`Health::Failing`] or panics, the content of the last version that is not on probation is published
    /// again, as by [`rollback_to`](crate::Handle::rollback_to); the sources that changed stay suppressed until they
    /// change again or [`reload`](crate::Handle::reload) is called.
    /// [`on_reload_error`](crate::Handle::on_reload_error), the log, the status and the history report this. The
    /// restored version is not on probation, so the program never alternates between versions.
    ///
    /// The check runs on a thread of its own. The first version has no probation, because the start of the program
    /// is observed anyway.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use hotswap::{Cause, Health};
    /// use std::{sync::mpsc::channel, time::Duration};
    ///
    /// // A program that cannot cope with fewer than ten requests at a time.
    /// let healthy = |config: &Config| if config.rate_limit.max < 10 { Health::Failing } else { Health::Ok };
    /// let config = Config::hot_builder().health(healthy, Duration::from_millis(500)).load()?;
    /// let (tell, told) = channel();
    /// let _errors = config.on_reload_error(move |report| tell.send(report.clone()).unwrap());
    ///
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// assert!(told.recv_timeout(BOUND)?.has(hotswap::IssueKind::Health));
    /// assert_eq!((config.rate_limit_max(), config.status().cause), (100, Cause::Health(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn health(
        mut self,
        check: impl Fn(&T) -> Health + Send + Sync + 'static,
        probation: Duration,
    ) -> Self {
        let check = move |published: &Published| check(published.get(0));
        self.options.policy.health = Some(HealthWatch::new(Box::new(check), probation));
        self
    }
}
