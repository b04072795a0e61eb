//! Values that are set at run time, with their author, time and expiry.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use serde::Serialize;

use crate::{
    excerpt::{self, Escaped},
    json_text,
    keys::Keys,
    revision::Revision,
    secret::MASK,
    shape::{Leaf, Shape, is_shared_key},
    snapshot::Published,
    value::Value,
};

/// Overrides by the path of the overridden leaf.
pub(crate) type Overrides = BTreeMap<Keys, OverrideEntry>;

/// The value of one leaf, set at run time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OverrideEntry {
    /// `None` means "as if no layer gave it".
    pub(crate) value: Option<Value>,
    pub(crate) by: Option<Arc<str>>,
    pub(crate) at: SystemTime,
    pub(crate) until: Option<Expiry>,
    /// The override that is in force again after the expiry; it has no expiry itself.
    pub(crate) below: Option<Arc<OverrideEntry>>,
}

/// When an override expires: the instant that is used, and the system time for display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expiry {
    pub(crate) moment: Instant,
    pub(crate) shown: SystemTime,
}

/// The author of a write, its duration, and its precondition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WriteOptions {
    pub(crate) by: Option<Arc<str>>,
    pub(crate) lasts: Option<Duration>,
    pub(crate) expected: Option<Expected>,
}

/// The precondition of a write, which is refused otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// This version is current, and no write was accepted after it.
    Version(u64),
    Revision(Revision),
}

/// What the argument of [`Handle::clear_override`](crate::Handle::clear_override) names.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub enum OverrideTarget {
    /// The number of the field, counted from the struct of the handle.
    Field(usize),
    /// The dotted path.
    Text(String),
}

impl OverrideEntry {
    /// Creates an override that is set now.
    pub(crate) fn new(value: Option<Value>, options: Option<&WriteOptions>) -> Self {
        let options = options.cloned().unwrap_or_default();
        let until = options.lasts.and_then(Expiry::after);
        Self { value, by: options.by, at: SystemTime::now(), until, below: None }
    }

    /// The override that lasts: itself, or the one that follows its expiry.
    pub(crate) fn lasting(&self) -> Option<&Self> {
        if self.until.is_none() { Some(self) } else { self.below.as_deref() }
    }

    /// Whether its time is over.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until.moment <= now)
    }

    /// The values that it has, now or after its expiry.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.value.iter().chain(self.below.iter().filter_map(|below| below.value.as_ref()))
    }

    /// Everything except the time at which it was set.
    pub(crate) fn content(&self) -> impl PartialEq + '_ {
        let Self { value, by, at: _, until, below } = self;
        (value, by, until, below)
    }
}

/// The overrides with those of a write. One that expires covers the lasting one at its path, unless it has the same value,
/// so that only the expiry changes.
pub(crate) fn with_write(mut overrides: Overrides, write: Overrides) -> Overrides {
    for (keys, mut entry) in write {
        if entry.until.is_some() {
            let before = overrides.get(&keys);
            let before = before.filter(|before| before.until.is_some() || before.value != entry.value);
            entry.below = before.and_then(OverrideEntry::lasting).cloned().map(Arc::new);
        }
        overrides.insert(keys, entry);
    }
    overrides
}

/// The overrides without those whose time is over.
pub(crate) fn without_expired(overrides: Overrides, now: Instant) -> Overrides {
    let entries = overrides.into_iter();
    let entries = entries.filter_map(|(keys, entry)| match entry.is_over(now) {
        true => entry.lasting().cloned().map(|entry| (keys, entry)),
        false => Some((keys, entry)),
    });
    entries.collect()
}

/// The overrides that do not expire, and those that follow an expiry.
pub(crate) fn lasting(overrides: &Overrides) -> Overrides {
    let entries = overrides.iter();
    entries.filter_map(|(keys, entry)| Some((keys.clone(), entry.lasting()?.clone()))).collect()
}

impl Expiry {
    /// The expiry of an override that is restored after a restart. If the clock was set back, it still lasts no
    /// longer than its original duration.
    pub(crate) fn after_restart(at: SystemTime, shown: SystemTime) -> Option<Self> {
        let left = shown.duration_since(SystemTime::now()).unwrap_or_default();
        let whole = shown.duration_since(at).unwrap_or_default();
        Some(Self { moment: Instant::now().checked_add(left.min(whole))?, shown })
    }

    /// `None` for a time beyond the range of the clocks: the override never expires.
    fn after(duration: Duration) -> Option<Self> {
        let moment = Instant::now().checked_add(duration)?;
        Some(Self { moment, shown: SystemTime::now().checked_add(duration)? })
    }
}

/// A value that was set at run time; from [`Handle::overrides`](crate::Handle::overrides).
///
/// `Display` prints it as text; it implements `Serialize` for programs. Never contains the value of a
/// secret.
///
/// ```
#[doc = include_str!("example.txt")]
/// let config = Config::hot_load()?;
/// config.by("alice").set_rate_limit_max(500)?;
///
/// let overrides = config.overrides();
/// let max = &overrides[0];
/// assert_eq!((max.path(), max.value(), max.by()), ("rate_limit.max", Some(&500.into()), Some("alice")));
/// assert!(max.at() <= std::time::SystemTime::now() && max.expires().is_none());
/// assert!(max.to_string().starts_with("rate_limit.max = 500, set by alice at "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize)]
pub struct Override {
    path: String,
    value: Option<serde_json::Value>,
    by: Option<String>,
    #[serde(serialize_with = "crate::timestamp::serialize")]
    at: SystemTime,
    #[serde(serialize_with = "crate::timestamp::optional::serialize")]
    expires: Option<SystemTime>,
    /// The value as displayed text, if it contains an integer that is text in `value`.
    #[serde(skip)]
    text: Option<String>,
}

impl Override {
    pub(crate) fn all(current: &Published, overrides: &Overrides) -> Vec<Self> {
        let secret = |keys: &Keys| hides(current, keys);
        let shown = |keys: &Keys, value: &Value| if secret(keys) { MASK.into() } else { value.to_json() };
        overrides
            .iter()
            .map(|(keys, entry)| Self {
                path: named(current, keys).to_string(),
                value: entry.value.as_ref().map(|value| shown(keys, value)),
                by: entry.by.as_deref().map(str::to_owned),
                at: entry.at,
                expires: entry.until.map(|until| until.shown),
                text: entry.value.as_ref().filter(|_| !secret(keys)).and_then(json_text::of_wide),
            })
            .collect()
    }

    /// The dotted path, from the root. A flattened field that takes all remaining keys has its own name here.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value; `"***"` for a secret. `None`: the field is as if no source gave it a value.
    pub fn value(&self) -> Option<&serde_json::Value> {
        self.value.as_ref()
    }

    /// The author, if it was set through [`Handle::by`](crate::Handle::by).
    pub fn by(&self) -> Option<&str> {
        self.by.as_deref()
    }

    /// The time at which it was set, by the system clock.
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// The time at which it expires, by the system clock; see
    /// [`Handle::for_duration`](crate::Handle::for_duration).
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }
}

/// The flattened leaves whose keys are in the table at this path.
fn flattened_at(shape: &'static Shape, keys: &Keys) -> BTreeSet<usize> {
    let leaves = shape.leaves().into_iter().map(|leaf| leaf.slot);
    leaves.filter(|slot| shape.is_flattened(*slot) && shape.keys_of(*slot) == *keys).collect()
}

/// The path of an override with the name of a flattened leaf, whose value is at the path of its table.
pub(crate) fn named(current: &Published, keys: &Keys) -> Keys {
    let shape = current.root.shape();
    let slots = flattened_at(shape, keys);
    let takes_all = || {
        let shares = current.root.shares(&current.tree).into_iter();
        shares.filter(|share| share.takes_all && share.keys == *keys).map(|share| share.slot).next()
    };
    let slot = if slots.len() < 2 { None } else { takes_all() };
    slot.or(slots.first().copied()).map_or_else(|| keys.clone(), |slot| shape.named_keys(slot))
}

/// Whether the value of an override must not be shown. A flattened leaf does not contain the fields next to it.
fn hides(current: &Published, keys: &Keys) -> bool {
    let shape = current.root.shape();
    let is_table = !flattened_at(shape, keys).is_empty();
    let contains = |leaf: &Leaf| match shape.is_flattened(leaf.slot) {
        true => leaf.keys == *keys || keys.parent() == leaf.keys && is_shared_key(shape, keys),
        false => !is_table && leaf.keys.is_related_to(keys),
    };
    shape.leaves().iter().any(|leaf| current.hides(leaf) && contains(leaf))
}

impl fmt::Debug for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, value, by, at, expires, text } = self;
        let mut shown = f.debug_struct("Override");
        shown.field("path", &Escaped(path)).field("value", &Escaped(value)).field("by", &Escaped(by));
        shown.field("at", at).field("expires", expires).field("text", &Escaped(text)).finish()
    }
}

impl fmt::Display for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            match (&self.value, &self.text) {
                (Some(_), Some(text)) => write!(f, "{} = {text}, set", self.path)?,
                (Some(value), None) => write!(f, "{} = {value}, set", self.path)?,
                (None, _) => write!(f, "{} as if no source gave it, set", self.path)?,
            }
            write!(f, "{}", Attribution { by: self.by(), at: self.at, expires: self.expires })
        })
    }
}

/// The end of a line about an override: ` by alice at .., until ..`.
pub(crate) struct Attribution<'s> {
    pub(crate) by: Option<&'s str>,
    pub(crate) at: SystemTime,
    pub(crate) expires: Option<SystemTime>,
}

impl fmt::Display for Attribution<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(by) = self.by {
            write!(f, " by {}", excerpt::shown(&by.escape_debug().to_string()))?;
        }
        write!(f, " at {}", moment(self.at))?;
        self.expires.iter().try_for_each(|expires| write!(f, ", until {}", moment(*expires)))
    }
}

fn moment(at: SystemTime) -> String {
    // The date formatter supports the years 1970 to 9999 and fails for others.
    let date = humantime::format_rfc3339_seconds(at);
    let mut text = String::new();
    match fmt::write(&mut text, format_args!("{date}")) {
        Ok(()) => text,
        Err(_) => "a time beyond the calendar".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_beyond_the_calendar_is_no_panic() {
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(400_000_000_000);
        assert_eq!(moment(far), "a time beyond the calendar");
        assert_eq!(moment(SystemTime::UNIX_EPOCH), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_pin_that_would_outlast_the_clock_stays() {
        let options = WriteOptions { lasts: Some(Duration::MAX), ..WriteOptions::default() };
        assert_eq!(OverrideEntry::new(None, Some(&options)).until, None);
    }

    #[test]
    fn a_stamp_forges_no_line() {
        let stamp = Attribution { by: Some("eve\nroot"), at: SystemTime::UNIX_EPOCH, expires: None };
        assert_eq!(stamp.to_string(), " by eve\\nroot at 1970-01-01T00:00:00Z");
    }
}
