//! A published version: the whole configuration, its version number, and its cause.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

use arc_swap::ArcSwap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    cell::{self, Cells, SnapshotSlot},
    erased_config::ErasedConfig,
    excerpt,
    keys::Keys,
    shape::Leaf,
    value::Value,
    variant::{self, Variant},
};

/// Why a version was published.
///
/// ```
#[doc = include_str!("example.txt")]
/// use hotswap::Cause;
///
/// let config = Config::hot_load()?;
/// config.set_rate_limit_max(5)?;
/// assert_eq!(config.status().cause, Cause::Set);
///
/// std::fs::write("app.toml", "log_level = 'debug'")?;
/// config.reload()?;
/// assert_eq!(config.status().cause, Cause::Files(vec!["app.toml".into()]));
/// assert_eq!(config.status().cause.to_string(), "file app.toml");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Self")]
#[non_exhaustive]
pub enum Cause {
    /// The first load.
    Start,
    /// The first load was refused, and the configuration before the restart was used instead; see
    /// [`Builder::start_from_last_good`](crate::Builder::start_from_last_good).
    LastGood,
    /// Files changed, appeared or disappeared; or files that had been refused or rolled back were accepted without
    /// another change.
    Files(#[serde(serialize_with = "lossy")] Vec<PathBuf>),
    /// The same for environment variables.
    Environment,
    /// The same for other sources, identified by [`Source::name`](crate::Source::name).
    Sources(Vec<String>),
    /// The sources were loaded again although none of them had changed, for example by
    /// [`Handle::reload`](crate::Handle::reload), and code of the program, such as a check, gave another result.
    Reload,
    /// Secrets changed in their stores, by scheme and location.
    Secrets(Vec<String>),
    /// A value was set at run time.
    Set,
    /// Values were changed by a closure at run time.
    Update,
    /// Values were changed by a patch at run time.
    Patch,
    /// Values set at run time were cleared.
    Clear,
    /// Values set at run time expired.
    Expired,
    /// The content of an older version was published again; the number of that version.
    Rollback(u64),
    /// A version failed its [health check](crate::Builder::health), and the content of an older version was published
    /// again; the number of that version.
    Health(u64),
    /// A cause that this version of the crate does not know, written by a newer one; its serialized name.
    #[serde(skip)]
    Other(String),
}

/// The serialized names of causes.
const CAUSES: [&str; 14] = [
    "start",
    "last_good",
    "files",
    "environment",
    "sources",
    "reload",
    "secrets",
    "set",
    "update",
    "patch",
    "clear",
    "expired",
    "rollback",
    "health",
];

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Other(name) => serializer.serialize_str(name),
            known => Self::serialize(known, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match variant::read(deserializer, &CAUSES)? {
            Variant::Known(value) => Self::deserialize(value).map_err(D::Error::custom),
            Variant::Other(name) => Ok(Self::Other(name)),
        }
    }
}

/// serde refuses paths that are not Unicode, and a record must not be lost because of one.
fn lossy<S: Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().map(|path| path.to_string_lossy()))
}

impl Cause {
    /// Whether a caller requested the change and waits for it.
    pub(crate) fn is_of_a_caller(&self) -> bool {
        matches!(self, Self::Set | Self::Update | Self::Patch | Self::Clear | Self::Rollback(_))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| match self {
            Self::Start => f.write_str("start"),
            Self::LastGood => f.write_str("start, from the last good configuration"),
            Self::Files(paths) => {
                let names: Vec<_> = paths.iter().map(|path| excerpt::name(&path.to_string_lossy())).collect();
                write!(f, "file {}", names.join(", "))
            }
            Self::Environment => f.write_str("environment"),
            Self::Reload => f.write_str("reload"),
            Self::Sources(names) => {
                let names: Vec<_> = names.iter().map(|name| excerpt::name(name)).collect();
                f.write_str(&names.join(", "))
            }
            Self::Secrets(places) if places.is_empty() => f.write_str("secrets"),
            Self::Secrets(places) => write!(f, "secret {}", places.join(", ")),
            Self::Set => f.write_str("set"),
            Self::Update => f.write_str("update"),
            Self::Patch => f.write_str("patch"),
            Self::Clear => f.write_str("override cleared"),
            Self::Expired => f.write_str("override expired"),
            Self::Rollback(version) => write!(f, "rollback to version {version}"),
            Self::Health(version) => write!(f, "health check, back to version {version}"),
            Self::Other(name) => f.write_str(&excerpt::name(name)),
        })
    }
}

type Parts = HashMap<usize, Arc<dyn Any + Send + Sync>>;

/// One published version.
pub(crate) struct Published {
    pub(crate) version: u64,
    pub(crate) root: Arc<dyn ErasedConfig>,
    /// The root again: downcasting a `dyn ErasedConfig` takes one more indirection, and every read downcasts.
    whole: Arc<dyn Any + Send + Sync>,
    /// The merged tree that the root was decoded from.
    pub(crate) tree: Value,
    /// Leaves that are not marked as secret and contain a secret, in this version or in an earlier one.
    secrets: BTreeSet<Keys>,
    /// Leaves that are secret as a whole, whatever their type marks.
    sealed: BTreeSet<Keys>,
    pub(crate) cause: Cause,
    pub(crate) at: Instant,
    /// Nested structs for which a snapshot was requested, by number: an `Arc` of a part cannot be created
    /// from an `Arc` of the whole.
    parts: ArcSwap<Parts>,
}

impl Published {
    pub(crate) fn new(version: u64, root: Arc<dyn ErasedConfig>, tree: Value, cause: Cause) -> Self {
        let whole = Arc::clone(&root) as Arc<dyn Any + Send + Sync>;
        let (secrets, sealed) = (BTreeSet::new(), BTreeSet::new());
        Self {
            version,
            root,
            whole,
            tree,
            secrets,
            sealed,
            cause,
            at: Instant::now(),
            parts: ArcSwap::default(),
        }
    }

    pub(crate) fn with_secrets(self, secrets: BTreeSet<Keys>) -> Self {
        Self { secrets, ..self }
    }

    /// Leaves that are not marked as secret, but whose type contains a secret.
    pub(crate) fn hidden(&self) -> BTreeSet<Keys> {
        self.secrets.difference(&self.sealed).cloned().collect()
    }

    pub(crate) fn with_sealed(self, sealed: BTreeSet<Keys>) -> Self {
        Self { sealed, ..self }
    }

    pub(crate) fn sealed_and(&self, more: BTreeSet<Keys>) -> BTreeSet<Keys> {
        self.sealed.iter().cloned().chain(more).collect()
    }

    /// Whether the whole leaf is secret because an encrypted file gave it.
    pub(crate) fn is_sealed(&self, leaf: &Keys) -> bool {
        self.sealed.contains(leaf)
    }

    /// The unmarked secrets of this version, and `more`.
    pub(crate) fn secrets_and(&self, more: BTreeSet<Keys>) -> BTreeSet<Keys> {
        self.secrets.iter().cloned().chain(more).collect()
    }

    /// Whether the leaf's value must not be shown.
    pub(crate) fn hides(&self, leaf: &Leaf) -> bool {
        leaf.secret() || self.hides_at(&leaf.keys)
    }

    /// Whether a secret was read in this leaf, although no field is marked secret.
    pub(crate) fn hides_at(&self, leaf: &Keys) -> bool {
        self.secrets.contains(leaf)
    }

    /// The struct with the number `base`.
    #[inline]
    pub(crate) fn get<S: 'static>(&self, base: usize) -> &S {
        let part = if base == 0 { Some(&*self.whole as &dyn Any) } else { self.root.get(base) };
        part.and_then(<dyn Any>::downcast_ref)
            .expect("a handle is only made for the type that stands at its number")
    }

    /// The same as an `Arc`.
    pub(crate) fn part<S: Send + Sync + 'static>(&self, base: usize) -> Arc<S> {
        let any = if base == 0 { Arc::clone(&self.whole) } else { self.shared(base) };
        any.downcast()
            .unwrap_or_else(|_| unreachable!("a handle is only made for the type that stands at its number"))
    }

    fn shared(&self, base: usize) -> Arc<dyn Any + Send + Sync> {
        if let Some(part) = self.parts.load().get(&base) {
            return Arc::clone(part);
        }
        let kept = self.root.clone_at(base).expect("a handle is only made for a number that exists");
        let fresh: Arc<dyn Any + Send + Sync> = Arc::from(kept);
        // Lock-free, because a lock held during a fork would block every reader of the child.
        let before = self.parts.rcu(|parts| {
            let mut parts = Parts::clone(parts);
            parts.entry(base).or_insert_with(|| Arc::clone(&fresh));
            parts
        });
        before.get(&base).map_or(fresh, Arc::clone)
    }
}

/// The current snapshot and its cells: the data that readers access.
pub(crate) struct Current {
    snapshot: ArcSwap<Published>,
    /// The cells of the root, which is number 0, and of every nested struct.
    cells: BTreeMap<usize, Part>,
}

struct Part {
    numbers: Range<usize>,
    cells: Arc<Cells>,
}

impl SnapshotSlot<Arc<Published>> for ArcSwap<Published> {
    fn swap(&self, new: Arc<Published>) -> Arc<Published> {
        ArcSwap::swap(self, new)
    }
}

impl Current {
    pub(crate) fn new(first: Published) -> Self {
        let bits = first.root.scalars();
        let part = |numbers: Range<usize>| {
            let cells = Arc::new(Cells::new(first.version, &bits[numbers.clone()]));
            (numbers.start, Part { numbers, cells })
        };
        let cells = first.root.shape().structs(0..bits.len()).into_iter().map(part).collect();
        Self { snapshot: ArcSwap::from_pointee(first), cells }
    }

    /// The cells of the struct with this number.
    pub(crate) fn cells(&self, base: usize) -> Arc<Cells> {
        let part = self.cells.get(&base).expect("a handle is only made for the number of a struct");
        Arc::clone(&part.cells)
    }

    #[inline(always)]
    pub(crate) fn load(&self) -> arc_swap::Guard<Arc<Published>> {
        self.snapshot.load()
    }

    pub(crate) fn load_full(&self) -> Arc<Published> {
        self.snapshot.load_full()
    }

    pub(crate) fn version(&self) -> u64 {
        let version = self.cells.get(&0).and_then(|root| root.cells.version());
        version.unwrap_or_else(|| self.load().version)
    }

    /// Publishes. Returns the old snapshot, so that it can be dropped outside of locks.
    pub(crate) fn publish(&self, next: Published) -> Arc<Published> {
        let (version, bits) = (next.version, next.root.scalars());
        let parts = self.cells.values();
        let cells: Vec<_> = parts.map(|part| (&*part.cells, &bits[part.numbers.clone()])).collect();
        cell::publish(version, &cells, &self.snapshot, Arc::new(next))
    }
}
