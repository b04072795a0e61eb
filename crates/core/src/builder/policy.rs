//! What is remembered, and what may hold a change back or take it back.

use std::time::Duration;

use super::Builder;
use crate::{
    config::HotConfig,
    engine::{OverrideConflict, Restart, health::HealthWatch},
    health::Health,
    snapshot::Published,
};

impl<T: HotConfig> Builder<T> {
    /// What becomes of a reload that a value set at run time makes invalid; [`OverrideConflict::Refuse`] by default.
    ///
    /// It is found by loading without the overrides: if the sources are invalid by themselves, they are refused either way.
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

    /// Forgets versions that were replaced longer ago than this; by default only their number counts.
    ///
    /// The current version is never forgotten, nor is one that ran until a moment ago, however old it is.
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

    /// Remembers no versions, as [`history(0)`](Self::history) does.
    pub fn no_history(self) -> Self {
        self.history(0)
    }

    /// How long one [prepare hook](crate::Handle::prepare) may take; 5 s by default. One that takes longer refuses the change.
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

    /// What becomes of new values for fields that need a restart; [`Restart::Report`] by default.
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

    /// Puts every new version on probation, and takes it back if the program does not stand it.
    ///
    /// During its probation `check` is asked again and again, ten times or every second, with the current snapshot. If it
    /// says [`Health::Failing`] or panics, what the last version held that is not on probation is published again, as by
    /// [`rollback_to`](crate::Handle::rollback_to); the sources that changed stay refused until they change again or
    /// [`reload`](crate::Handle::reload) is called. [`on_reload_error`](crate::Handle::on_reload_error), the log, the status
    /// and the history tell. What was put back is not on probation, so the program never goes back and forth.
    ///
    /// The check runs on a thread of its own. The first version needs none; who starts the program sees how it does.
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
