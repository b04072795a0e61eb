//! Observers: each sees every attempt to change the configuration, once and in order.

use std::time::Duration;

use crate::{error::Error, history::Record, snapshot::Cause};

/// Receives every accepted and every refused attempt to change the configuration, once and in order; for
/// [`Builder::observe`](crate::Builder::observe).
///
/// An audit log, metrics and traces are observers. A subscriber may skip versions, an observer sees each of them.
///
/// Each observer has its own thread and a queue of 1,024 events, and is called with no lock held, so that it may read
/// and write the configuration. If its queue is full, a writer waits up to one second; readers never wait. Events that
/// still do not fit are dropped, and one [`Event::Missed`] gives their number. No writer waits for that queue again
/// until the observer takes an event from it. A panic is contained, and counted in
/// [`Status::observers`](crate::Status::observers).
///
/// Closures are observers too:
///
/// ```
#[doc = include_str!("example.txt")]
/// use hotswap::Event;
/// use std::sync::mpsc::channel;
///
/// let (events, seen) = channel();
/// let config = Config::hot_builder()
///     .observe(move |event: &Event<'_>| {
///         // The receiver may be gone.
///         let _ = events.send(format!("{event}"));
///     })
///     .load()?;
/// config.by("alice").set_rate_limit_max(500)?;
/// config.by("bob").set_rate_limit_max(0).unwrap_err();
///
/// config.shutdown()?; // the queue is emptied first
/// assert_eq!(seen.try_iter().collect::<Vec<_>>(), [
///     "version 1, start",
///     "version 2, set by alice\n  rate_limit.max: 100 -> 500",
///     "set by bob refused\n  rate_limit.max: 0 is less than the minimum 1\n    from a value set at run time",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observe: Send + Sync + 'static {
    /// Receives an event. Runs on the observer's own thread.
    fn observe(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Observe for F {
    fn observe(&self, event: &Event<'_>) {
        self(event);
    }
}

/// The outcome of one attempt to change the configuration, for an [`Observe`], which has an example.
///
/// There is no event for an attempt that changes nothing, such as an edit of a comment or of an overridden value, for an
/// automatic retry that is refused for the same problems
/// as before, and for a call on a configuration that is shut down or forked. A call that a nested handle does not support is
/// a refused attempt like any other. Values appear only in the form of a [`FieldChange`](crate::FieldChange) or a report,
/// which contain no secrets. `Debug` begins with the name of the variant, `Display` prints a few lines for people.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A version was published. The first one has version 1, or the number that it had before a restart.
    #[non_exhaustive]
    Published {
        /// Counted from 1, over all events.
        number: u64,
        /// The version, why it was published, by whom, and what changed.
        record: &'e Record,
    },
    /// An attempt was accepted without changing a running value, so the version stays the same: a field waits for a
    /// restart, an override was set to the value in the file, prolonged or cleared, or sources that were refused are
    /// valid again. [`Handle::current_revision`](crate::Handle::current_revision) counts these changes.
    #[non_exhaustive]
    Accepted {
        /// Counted from 1, over all events.
        number: u64,
        /// Why the change was made.
        cause: &'e Cause,
        /// The author, if the attempt was made through [`Handle::by`](crate::Handle::by).
        by: Option<&'e str>,
        /// The dotted paths of the fields whose override or pending value changed.
        changed: &'e [String],
        /// How long the attempt took.
        duration: Duration,
        /// The version that stays in force.
        version: u64,
    },
    /// An attempt was refused, and nothing changed.
    #[non_exhaustive]
    Refused {
        /// Counted from 1, over all events.
        number: u64,
        /// Why the change was attempted.
        cause: &'e Cause,
        /// The author, if the attempt was made through [`Handle::by`](crate::Handle::by).
        by: Option<&'e str>,
        /// All problems.
        error: &'e Error,
        /// How long the attempt took.
        duration: Duration,
        /// The version that stays in force.
        version: u64,
    },
    /// The content of an older version was published again: by a rollback, or because a version failed its health check.
    #[non_exhaustive]
    RolledBack {
        /// Counted from 1, over all events.
        number: u64,
        /// The version that was rolled back.
        from: u64,
        /// The older version whose content is in force again.
        to: u64,
        /// The new version, why it was published, by whom, and what changed.
        record: &'e Record,
    },
    /// The number of events that did not fit the queue of this observer.
    Missed(u64),
}

impl Event<'_> {
    /// The number of the event. Numbers start at 1 and have no gaps except for missed events; `None` for
    /// [`Event::Missed`].
    ///
    /// Numbers follow the order in which versions were published.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use hotswap::Event;
    /// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
    ///
    /// let last = Arc::new(AtomicU64::new(0));
    /// let seen = Arc::clone(&last);
    /// let config = Config::hot_builder()
    ///     .observe(move |event: &Event<'_>| seen.store(event.number().unwrap_or(0), Ordering::Relaxed))
    ///     .load()?;
    /// config.set_rate_limit_max(500)?;
    /// config.shutdown()?;
    /// assert_eq!(last.load(Ordering::Relaxed), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Published { number, .. }
            | Self::Accepted { number, .. }
            | Self::Refused { number, .. }
            | Self::RolledBack { number, .. } => Some(*number),
            Self::Missed(_) => None,
        }
    }

    /// The published version; `None` if nothing was published, and for [`Event::Missed`]. [`Observe`] has an example
    /// of events.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Self::Published { record, .. } | Self::RolledBack { record, .. } => Some(record),
            Self::Accepted { .. } | Self::Refused { .. } | Self::Missed(_) => None,
        }
    }
}

/// Prints the [`Record`], or the report of a refusal.
impl std::fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Published { record, .. } | Self::RolledBack { record, .. } => write!(f, "{record}"),
            Self::Accepted { cause, by, changed, version, .. } => {
                write!(f, "version {version} stays, {}", Summary { cause, by: *by, changed })
            }
            Self::Refused { cause, by, error, .. } => {
                write!(f, "{cause}")?;
                by.iter().try_for_each(|by| write!(f, " by {}", by.escape_debug()))?;
                f.write_str(" refused")?;
                error.to_string().lines().skip(1).try_for_each(|line| write!(f, "\n{line}"))
            }
            Self::Missed(missed) => write!(f, "{missed} events missed"),
        }
    }
}

/// One line for a change: `set by alice: max`.
pub(crate) struct Summary<'s> {
    pub(crate) cause: &'s Cause,
    pub(crate) by: Option<&'s str>,
    pub(crate) changed: &'s [String],
}

impl std::fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.cause)?;
        self.by.iter().try_for_each(|by| write!(f, " by {}", by.escape_debug()))?;
        if self.changed.is_empty() { Ok(()) } else { write!(f, ": {}", self.changed.join(", ")) }
    }
}
