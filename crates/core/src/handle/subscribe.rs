//! Subscriptions.

use std::{
    fmt,
    sync::{Arc, Weak},
};

use super::Handle;
use crate::{
    config::HotConfig,
    engine::prepare::HookScope,
    error::Error,
    path::AsPath,
    snapshot::Published,
    subscribe::{
        Change, Delivery, FieldChange, FieldDelivery, LastSeen, LatestReport, Notifier, Pattern,
        PatternDelivery, Prepared, ReportDelivery, Subscription, Topic, Watch, WholeDelivery,
    },
};

impl<S: HotConfig> Handle<S> {
    /// Calls `callback` with the old and the new value whenever the value at `path` has changed.
    ///
    /// The generated `on_<field>_change` does the same. [The guide](crate::guide::reacting) describes what
    /// callbacks can rely on.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let _subscription = config.on_change(Config::paths().rate_limit().max(), move |old, new| {
    ///     tell.send((*old, *new)).unwrap();
    /// });
    /// config.set_rate_limit_max(5)?;
    /// assert_eq!(told.recv_timeout(BOUND)?, (100, 5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_change<P: AsPath<Root = S>>(
        &self,
        path: P,
        callback: impl Fn(&P::Value, &P::Value) + Send + Sync + 'static,
    ) -> Subscription {
        self.__on_change(path.as_path().slot, callback)
    }

    /// Watches the value at `path` in async code.
    ///
    /// See [`Watch`] for an example.
    pub fn watch<P: AsPath<Root = S>>(&self, path: P) -> Watch<P::Value> {
        Watch::new(&self.current, self.core.process, self.notifier(), self.base + path.as_path().slot)
    }

    /// Calls `callback` whenever anything below this struct changed.
    ///
    /// See [`Change`] for an example.
    pub fn subscribe(&self, callback: impl Fn(&Change<S>) + Send + Sync + 'static) -> Subscription {
        let current = &self.current;
        let now = current.load_full();
        let delivery = Box::new(WholeDelivery::new(current, &now, self.base, callback));
        let moved = || current.version() != now.version;
        self.hear(vec![Topic::Slot(self.base)], delivery, moved)
    }

    /// Registers a hook that is called before anything below this struct changes. An error from the hook
    /// refuses the change, and its message is reported.
    ///
    /// It is called for changes that passed every rule, right before the publish, but not for the first version or for
    /// values that wait for a restart. Every hook that a change concerns is called, in the order of registration. If
    /// one hook refuses, nothing changes, and the hooks that agreed are notified through [`Subscription::on_abort`]. A
    /// panic refuses the change, and so does a hook that takes longer than
    /// [`Builder::prepare_timeout`](crate::Builder::prepare_timeout).
    ///
    /// A hook runs on a thread of its own, while the writer waits. It may read; a write or a reload from inside it is
    /// an error. A refused reload is retried when a source changes, or by [`reload`](Self::reload).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let _subscription = config.rate_limit().prepare(|change| {
    ///     let (old, new) = (change.old().max, change.new().max);
    ///     if new < old / 2 { Err(format!("from {old} to {new} is too steep")) } else { Ok(()) }
    /// });
    ///
    /// let error = config.set_rate_limit_max(5).unwrap_err();
    /// assert_eq!(error.to_string(), "\
    /// configuration rejected: 1 problem
    ///   rate_limit: prepare hook 1 of `RateLimit` refused: from 100 to 5 is too steep");
    /// assert_eq!(config.rate_limit_max(), 100);
    /// assert_eq!(config.set_rate_limit_max(50)?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn prepare<E: fmt::Display>(
        &self,
        hook: impl Fn(&Change<S>) -> Result<(), E> + Send + Sync + 'static,
    ) -> Subscription {
        if !self.serves() {
            return Subscription::none();
        }
        let slot = self.base;
        let keys = self.core.config_type.shape.keys_of(slot);
        let ask = move |old: &Published, new: &Published| {
            hook(&Change::between(old, new, slot)).map_err(|reason| reason.to_string())
        };
        let hook = self.core.hooks.add(HookScope { slot, keys, name: S::SHAPE.name }, Box::new(ask));
        hook.map_or_else(Subscription::none, |hook| {
            let hook: Weak<dyn Prepared> = Arc::downgrade(&(hook as Arc<dyn Prepared>));
            Subscription::hook(hook)
        })
    }

    /// Calls `callback` for every leaf below this struct that changed and whose dotted path matches. Each key of a
    /// flattened map counts as a leaf.
    ///
    /// `*` matches one segment or a part of one, `**` any number of segments. Values are passed as JSON, with secrets
    /// redacted. A pattern that does not parse, or has more than 1024 bytes, matches nothing and is logged; see
    /// [`try_watch_pattern`](Self::try_watch_pattern).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let _subscription = config.watch_pattern("**.max", move |field| tell.send(field.to_string()).unwrap());
    /// config.set_rate_limit_max(5)?;
    /// assert_eq!(told.recv_timeout(BOUND)?, "rate_limit.max: 100 -> 5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn watch_pattern(
        &self,
        pattern: &str,
        callback: impl Fn(&FieldChange) + Send + Sync + 'static,
    ) -> Subscription {
        self.try_watch_pattern(pattern, callback).unwrap_or_else(|error| {
            log::error!(target: "hotswap", "hotswap: {error}");
            Subscription::none()
        })
    }

    /// [`watch_pattern`](Self::watch_pattern) for patterns that may not parse.
    ///
    /// # Errors
    /// The pattern does not parse or has more than 1024 bytes, or this is a fork of the process that loaded the configuration.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// assert!(config.try_watch_pattern("rate_limit.[", |_| {}).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_watch_pattern(
        &self,
        pattern: &str,
        callback: impl Fn(&FieldChange) + Send + Sync + 'static,
    ) -> Result<Subscription, Error> {
        self.core.process.ensure_current()?;
        let pattern = Pattern::new(pattern)?;
        let current = &self.current;
        let now = current.load_full();
        let delivery = PatternDelivery::new(current, &now, self.base, &pattern, callback);
        let topics = delivery.slots().into_iter().map(Topic::Slot).collect();
        let moved = || current.version() != now.version;
        Ok(self.hear(topics, Box::new(delivery), moved))
    }

    /// Calls `callback` with the full report whenever a reload was refused, once for each distinct content.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// let config = Config::hot_load()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let _subscription = config.on_reload_error(move |report| tell.send(report.clone()).unwrap());
    /// std::fs::write("app.toml", "rate_limit.max = 0")?;
    /// assert!(told.recv_timeout(BOUND)?.has(hotswap::IssueKind::Rule));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_reload_error(&self, callback: impl Fn(&Error) + Send + Sync + 'static) -> Subscription {
        self.reports(Topic::ReloadError, &self.core.errors, callback)
    }

    /// Calls `callback` when `Warn` policies find new problems.
    ///
    /// The warnings of the start are in [`Status::warnings`](crate::Status::warnings).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_builder().unknown_keys(hotswap::UnknownKeys::Warn).load()?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let _subscription = config.on_warning(move |report| tell.send(report.to_string()).unwrap());
    /// std::fs::write("app.toml", "colour = 'red'")?;
    /// let report = "configuration accepted: 1 warning\n  colour: unknown key\n    at app.toml:1:1";
    /// assert_eq!(told.recv_timeout(BOUND)?, report);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_warning(&self, callback: impl Fn(&Error) + Send + Sync + 'static) -> Subscription {
        self.reports(Topic::Warning, &self.core.warnings, callback)
    }

    fn reports(
        &self,
        topic: Topic,
        reports: &Arc<LatestReport>,
        callback: impl Fn(&Error) + Send + Sync + 'static,
    ) -> Subscription {
        if !self.serves() {
            return Subscription::none();
        }
        let before = reports.seen_number();
        let delivery = Box::new(ReportDelivery::new(reports, before, callback));
        self.hear(vec![topic], delivery, || reports.number() != before)
    }

    /// Subscribes. In a fork of the process, where no callback would be called, returns an empty
    /// subscription.
    fn hear(
        &self,
        topics: Vec<Topic>,
        delivery: Box<dyn Delivery>,
        moved: impl FnOnce() -> bool,
    ) -> Subscription {
        self.notifier()
            .map_or_else(Subscription::none, |notifier| notifier.subscribe(topics, delivery, moved))
    }

    /// `None` in a fork of the process.
    fn notifier(&self) -> Option<&Notifier> {
        let notifier = self.serves().then_some(&self.core.notifier)?;
        if !self.core.has_sources() {
            // There is no engine that could start the thread later.
            notifier.start_early();
        }
        Some(notifier)
    }

    /// Whether the threads of the configuration run in this process. Logs an error if they do not.
    fn serves(&self) -> bool {
        let outcome = self.core.process.ensure_current();
        outcome
            .inspect_err(
                |error| log::error!(target: "hotswap", "hotswap: no callback will be called: {error}"),
            )
            .is_ok()
    }

    #[doc(hidden)]
    pub fn __on_change<F: 'static>(
        &self,
        slot: usize,
        callback: impl Fn(&F, &F) + Send + Sync + 'static,
    ) -> Subscription {
        let (current, slot) = (&self.current, self.base + slot);
        let now = current.load_full();
        let Some(seen) = LastSeen::new(&now, slot) else { return Subscription::none() };
        let delivery = Box::new(FieldDelivery::<F, _>::new(current, seen, slot, callback));
        self.hear(vec![Topic::Slot(slot)], delivery, || current.version() != now.version)
    }
}
