//! The status of a running configuration.

mod forked;

use std::{fmt, path::PathBuf, time::Duration};

use serde::Serialize;

pub use crate::engine::{PendingRestart, Restart, collect::SourceStatus};
pub use crate::health::Health;
pub use crate::watch::{WatcherHealth, WatcherMode};
use crate::{
    engine::{Core, RefusedSources},
    excerpt,
    overrides::Override,
    process::{FORKED, LOAD_AGAIN},
    secrets::SecretStatus,
    snapshot::Cause,
    suppressions::Suppressions,
};

/// The state of a configuration at one moment; from [`Handle::status`](crate::Handle::status).
///
/// Serializable, for a status page or a health check; `Display` prints a few lines. Never contains the value of a
/// secret.
///
/// ```
#[doc = include_str!("example.txt")]
/// use hotswap::Health;
///
/// std::fs::write("app.toml", "rate_limit.max = 5")?;
/// let config = Config::hot_load()?;
/// std::fs::write("app.toml", "rate_limit.max = ")?;
/// assert!(config.reload().is_err());
///
/// let status = config.status();
/// assert_eq!((status.version, status.counts.refused), (1, 1));
/// assert!(status.last_error.is_some());
/// let file = status.sources.iter().find(|source| source.name == "app.toml").unwrap();
/// assert_eq!(file.health, Health::Failing);
///
/// let json = serde_json::to_value(&status)?;
/// assert_eq!(json["sources"][0]["health"], "failing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The current version.
    pub version: u64,
    /// Whether this process was forked after the configuration was loaded. In a fork, nothing is read, written or
    /// delivered: every write and every reload is an error, and the rest of the status is as it was at the fork.
    pub forked: bool,
    /// How long ago it was published; serialized in seconds.
    #[serde(serialize_with = "crate::timestamp::seconds")]
    pub age: Duration,
    /// Why it was published.
    pub cause: Cause,
    /// Every source and its health.
    pub sources: Vec<SourceStatus>,
    /// Every location at a secret store that is in use, and its health.
    pub secrets: Vec<SecretStatus>,
    /// How changes of files are detected; `None` if nothing is watched.
    pub watcher: Option<WatcherHealth>,
    /// The report of the last refused reload; `None` once a reload is accepted again. In a [fork](Self::forked), a
    /// message that it is a fork.
    pub last_error: Option<String>,
    /// The remaining probation of the current version, see [`Builder::health`](crate::Builder::health); `None` if it
    /// is not on probation. Serialized in seconds.
    #[serde(serialize_with = "crate::timestamp::maybe_seconds")]
    pub probation: Option<Duration>,
    /// The warnings of `Warn` policies for the current sources.
    pub warnings: Vec<String>,
    /// Fields whose new value waits for a restart.
    pub pending_restart: Vec<PendingRestart>,
    /// Values that were set at run time.
    pub overrides: Vec<Override>,
    /// The state directory; `None` without [`Builder::state_dir`](crate::Builder::state_dir).
    pub state: Option<StateStatus>,
    /// Every [observer](crate::Builder::observe), in the order in which they were added.
    pub observers: Vec<ObserverStatus>,
    /// Counters since the start.
    pub counts: Counts,
}

/// The status of the state directory; part of a [`Status`].
///
/// ```
#[doc = include_str!("example.txt")]
/// let config = Config::hot_builder().state_dir("state").load()?;
/// config.set_rate_limit_max(5)?;
/// let state = config.status().state.unwrap();
/// assert_eq!((state.saved, state.problem), (Some(2), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StateStatus {
    /// The directory.
    pub path: PathBuf,
    /// The newest version whose overrides are on disk.
    pub saved: Option<u64>,
    /// The reason for which the current state is not on disk. The write is retried every few seconds, unless the
    /// problem has existed since the start.
    pub problem: Option<String>,
    /// What was not restored at the start, and why.
    pub found: Vec<String>,
}

/// The status of one observer; part of a [`Status`].
///
/// ```
#[doc = include_str!("example.txt")]
/// use hotswap::Event;
///
/// let config = Config::hot_builder().observe(|event: &Event<'_>| log::info!("{event}")).load()?;
/// let observer = &config.status().observers[0];
/// assert_eq!((observer.missed, observer.panics), (0, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ObserverStatus {
    /// The number of events in its queue.
    pub waiting: usize,
    /// The capacity of its queue.
    pub capacity: usize,
    /// The number of events dropped since the start because the queue was full.
    pub missed: u64,
    /// The number of its panics since the start.
    pub panics: u64,
}

/// Counters since the start; part of a [`Status`].
///
/// ```
#[doc = include_str!("example.txt")]
/// let config = Config::hot_load()?;
/// let _subscription = config.on_rate_limit_max_change(|_, _| {});
/// config.reload()?;
/// let counts = config.status().counts;
/// assert_eq!((counts.reloads, counts.refused, counts.subscribers, counts.callback_panics), (1, 0, 1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// The number of times that sources were read and loaded again.
    pub reloads: u64,
    /// The number of reloads that were refused because of their sources. A refused secret is in
    /// [`Status::secrets`].
    pub refused: u64,
    /// The current number of subscriptions, including prepare hooks.
    pub subscribers: usize,
    /// The number of panics of callbacks and observers.
    pub callback_panics: u64,
}

impl Status {
    pub(crate) fn new(core: &Core) -> Self {
        if !core.process.is_current() {
            return forked::status(core);
        }
        let shared_status = core.shared_status();
        let state = core.in_force();
        let current = core.current.load_full();
        Self {
            version: current.version,
            forked: false,
            age: current.at.elapsed(),
            cause: current.cause.clone(),
            sources: sources(&core.sources.load(), &shared_status.refused_sources, &state.basis.suppressions),
            secrets: core.secret_manager.statuses(),
            watcher: shared_status.watcher.clone(),
            last_error: shared_status.last_error.as_ref().map(|(_, error)| error.to_string()),
            probation: core.policy.health.as_ref().and_then(|health| health.left()),
            warnings: shared_status.warnings.iter().map(ToString::to_string).collect(),
            pending_restart: state.pending.clone(),
            overrides: Override::all(&current, &state.basis.overrides),
            state: core.state_writer.as_ref().map(|state_writer| state_writer.status()),
            observers: core.observers.statuses(),
            counts: Counts {
                reloads: shared_status.reloads,
                refused: shared_status.refused,
                subscribers: core.notifier.subscribers() + core.hooks.len(),
                callback_panics: core.notifier.panics() + core.observers.panics(),
            },
        }
    }
}

/// The status of every source, the suppressed ones included, even if the source no longer exists.
fn sources(
    given: &[SourceStatus],
    refused: &RefusedSources,
    suppressions: &Suppressions,
) -> Vec<SourceStatus> {
    let mut sources = given.to_vec();
    for source in &mut sources {
        refused.get(&source.name).into_iter().for_each(|why| source.refused(why));
    }
    for (name, version) in suppressions.sources() {
        match sources.iter_mut().find(|source| source.name == name && source.held.is_none()) {
            Some(source) => source.held = Some(version),
            None => sources.push(SourceStatus { held: Some(version), ..SourceStatus::absent(name) }),
        }
    }
    mark_sources_of_variables(&mut sources, suppressions);
    sources
}

/// Marks the sources of suppressed variables: the last dotenv file that gives a variable, or the
/// environment.
fn mark_sources_of_variables(sources: &mut [SourceStatus], suppressions: &Suppressions) {
    let Some((variables, version)) = suppressions.variables() else { return };
    for (name, value) in variables {
        let in_process =
            value.is_some_and(|value| std::env::var_os(&name).is_some_and(|current| *current == *value));
        let in_file = sources.iter().rposition(|source| source.gives(&name));
        // A variable that is gone was in a file, because the environment of a process hardly loses any.
        let last_file = sources.iter().rposition(SourceStatus::is_dotenv);
        let of_process = sources.iter().position(SourceStatus::is_environment);
        let place = if in_process { of_process } else { in_file.or(last_file).or(of_process) };
        if let Some(source) = place.and_then(|place| sources.get_mut(place)) {
            source.held.get_or_insert(version);
        }
    }
}

/// A few lines for people.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            write!(f, "version {}, {:.1} s old, from {}", self.version, self.age.as_secs_f64(), self.cause)?;
            if let Some(left) = self.probation {
                write!(f, ", on probation for another {:.1} s", left.as_secs_f64())?;
            }
            if self.forked {
                write!(f, "\n  {FORKED}; {LOAD_AGAIN}")?;
            }
            for source in &self.sources {
                write!(f, "\n  {source}")?;
            }
            for secret in &self.secrets {
                write!(f, "\n  {secret}")?;
            }
            for problem in self.watcher.iter().flat_map(|watcher| &watcher.problems) {
                write!(f, "\n  only polling finds changes: {}", below(problem))?;
            }
            if let Some(error) = self.last_error.as_ref().filter(|_| !self.forked) {
                write!(f, "\n  last reload refused: {}", below(error))?;
            }
            for problem in self.state.iter().flat_map(|state| &state.problem) {
                write!(f, "\n  a restart would lose changes: {}", below(problem))?;
            }
            let observers = (1..).zip(&self.observers);
            for (number, observer) in observers.filter(|(_, observer)| observer.missed > 0) {
                write!(f, "\n  observer {number} is slow and missed {} events", observer.missed)?;
            }
            for warning in &self.warnings {
                write!(f, "\n  warning: {}", below(warning))?;
            }
            for pending in &self.pending_restart {
                write!(f, "\n  {pending}")?;
            }
            for value in &self.overrides {
                write!(f, "\n  override {value}")?;
            }
            Ok(())
        })
    }
}

/// Indents the lines after the first one.
fn below(text: &str) -> String {
    text.replace('\n', "\n  ")
}
