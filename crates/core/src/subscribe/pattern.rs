//! Subscriptions by a glob over dotted paths.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Mutex},
};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Delivery, delivery::LastSeen};
use crate::{
    error::Error,
    excerpt::{self, Escaped},
    issue::{Issue, IssueKind},
    json_text,
    keys::Keys,
    secret::MASK,
    shape::Leaf,
    snapshot::{Current, Published},
    sync::lock,
    template,
    value::Value,
};

/// A value that changed, old and new as JSON; from [`Handle::watch_pattern`](crate::Handle::watch_pattern),
/// [`Handle::diff`](crate::Handle::diff) and [`Record`](crate::Record).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// let (tell, told) = std::sync::mpsc::channel();
/// let _subscription = config.watch_pattern("rate_limit.*", move |field| tell.send(field.clone()).unwrap());
/// config.set_rate_limit_max(5)?;
///
/// let field = told.recv_timeout(BOUND)?;
/// assert_eq!((field.path(), field.version()), ("rate_limit.max", 2));
/// assert_eq!((field.old(), field.new()), (&100.into(), &5.into()));
/// assert_eq!(field.to_string(), "rate_limit.max: 100 -> 5");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    path: String,
    old: Json,
    new: Json,
    version: u64,
    /// The values as displayed text, if they contain an integer that is text in `old` or `new`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    old_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    new_text: Option<String>,
}

/// A changed value, as JSON and as displayed text.
#[derive(Clone)]
pub(crate) struct Shown {
    json: Json,
    text: Option<String>,
}

impl Shown {
    pub(crate) fn json(json: Json) -> Self {
        Self { json, text: None }
    }

    pub(crate) fn masked() -> Self {
        Self::json(MASK.into())
    }

    pub(crate) fn of(value: &Value) -> Self {
        Self { json: value.to_json(), text: json_text::of_wide(value) }
    }
}

impl FieldChange {
    pub(crate) fn between(path: String, old: Shown, new: Shown, version: u64) -> Self {
        Self { path, old: old.json, new: new.json, version, old_text: old.text, new_text: new.text }
    }

    /// Whether it reveals only that a secret changed.
    pub(crate) fn is_hidden(&self) -> bool {
        self.old == MASK && self.new == MASK
    }

    /// The dotted path, counted from the handle's struct.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The previous value, which this subscriber saw last; `"***"` for a secret, `null` for no value. Text with
    /// `${..}` is shown as it is before interpolation. An integer beyond 64 bits, an infinity (`"inf"`, `"-inf"`) and
    /// `"nan"` are text here, because `serde_json` has no such number; `Display` prints the number.
    pub fn old(&self) -> &serde_json::Value {
        &self.old
    }

    /// The current value; `"***"` for a secret, `null` for no value. Text with `${..}` is shown as it is
    /// before interpolation, and an integer beyond 64 bits is text as in [`old`](Self::old).
    #[expect(clippy::new_ret_no_self, reason = "the pair is called old and new")]
    pub fn new(&self) -> &serde_json::Value {
        &self.new
    }

    /// The version of [`new`](Self::new).
    pub fn version(&self) -> u64 {
        self.version
    }
}

impl fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, old, new, version, old_text, new_text } = self;
        let mut shown = f.debug_struct("FieldChange");
        shown.field("path", &Escaped(path)).field("old", &Escaped(old)).field("new", &Escaped(new));
        shown.field("version", version);
        shown.field("old_text", &Escaped(old_text)).field("new_text", &Escaped(new_text)).finish()
    }
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &Option<String>, json: &Json| text.clone().unwrap_or_else(|| json.to_string());
        let (old, new) = (text(&self.old_text, &self.old), text(&self.new_text, &self.new));
        excerpt::escaping(f, |f| write!(f, "{}: {old} -> {new}", self.path))
    }
}

/// A glob over dotted paths: `*` matches one segment or part of one, `**` any number of segments.
#[derive(Clone)]
pub(crate) struct Pattern(GlobSet);

/// The maximum length of a pattern in bytes.
const MAX_PATTERN: usize = 1024;

impl Pattern {
    pub(crate) fn new(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_PATTERN {
            let message = format!("a pattern of {} bytes; the limit is {MAX_PATTERN} bytes", text.len());
            return Err(Issue::new(IssueKind::Setup, Keys::root(), message)
                .with_help("split the pattern into shorter ones")
                .into());
        }
        let glob = GlobBuilder::new(&text.replace('.', "/")).literal_separator(true).build();
        // The matcher of a single glob panics if its expression is too large; that of a set returns an error.
        let set = glob.and_then(|glob| GlobSetBuilder::new().add(glob).build());
        let set = set.map_err(|error| {
            let message = format!("`{}` is not a pattern: {}", excerpt::visible(text), error.kind());
            Issue::new(IssueKind::Setup, Keys::root(), message)
                .with_help("write dotted paths with * for one segment and ** for any number")
        })?;
        Ok(Self(set))
    }

    fn matches(&self, dotted: &str) -> bool {
        self.0.is_match(dotted.replace('.', "/"))
    }
}

/// One leaf that a pattern matches, or a flattened one, whose keys it may match.
struct Watched {
    /// The path of the leaf; the path of its table for a flattened one.
    keys: Keys,
    flattened: bool,
    leaf: Leaf,
    seen: LastSeen,
    /// The displayed value; `None` for a secret.
    value: Option<Option<Value>>,
}

impl Watched {
    /// The changes from the previous value, each with its path.
    fn changes(&self, now: Option<&Option<Value>>, pattern: &Pattern, version: u64) -> Vec<FieldChange> {
        let between = |path: String, old: Shown, new: Shown| FieldChange::between(path, old, new, version);
        let before = self.value.as_ref();
        let (false, Some(before), Some(now)) = (!self.flattened, before, now) else {
            let keys = if self.flattened { self.keys.name(self.leaf.field().key) } else { self.keys.clone() };
            let path = keys.to_string();
            let is_wanted = !self.flattened || pattern.matches(&path);
            let change = || between(path, shown(before), shown(now));
            return is_wanted.then(change).into_iter().collect();
        };
        let entry = |value: &Option<Value>, name: &str| value.as_ref()?.as_table()?.get(name).cloned();
        let names =
            [before, now].into_iter().flatten().filter_map(Value::as_table).flat_map(|table| table.keys());
        let names: BTreeSet<_> = names.cloned().collect();
        let changed = names.iter().map(|name| (name, entry(before, name), entry(now, name)));
        changed
            .filter(|(_, before, now)| before != now)
            .map(|(name, before, now)| (self.keys.name(name).to_string(), before, now))
            .filter(|(path, ..)| pattern.matches(path))
            .map(|(path, before, now)| between(path, shown(Some(&before)), shown(Some(&now))))
            .collect()
    }
}

/// A value as it is displayed; `None` for a secret.
fn shown(value: Option<&Option<Value>>) -> Shown {
    match value {
        Some(value) => value.as_ref().map_or_else(|| Shown::json(Json::Null), Shown::of),
        None => Shown::masked(),
    }
}

/// `watch_pattern`.
pub(crate) struct PatternDelivery<C> {
    current: Arc<Current>,
    pattern: Pattern,
    leaves: Mutex<BTreeMap<usize, Watched>>,
    callback: C,
}

impl<C: Fn(&FieldChange) + Send + Sync> PatternDelivery<C> {
    pub(crate) fn new(
        current: &Arc<Current>,
        seen: &Published,
        base: usize,
        pattern: &Pattern,
        callback: C,
    ) -> Self {
        let parent = super::delivery::full(base, seen);
        let mut leaves = BTreeMap::new();
        for leaf in seen.root.shape().leaves().into_iter().filter(|leaf| leaf.keys.starts_with(&parent)) {
            let keys = seen.root.shape().keys_of(leaf.slot).below(&parent);
            let flattened = seen.root.shape().is_flattened(leaf.slot);
            if (flattened || pattern.matches(&keys.to_string()))
                && let Some(first) = LastSeen::new(seen, leaf.slot)
            {
                let value = displayed(seen, &leaf);
                leaves.insert(leaf.slot, Watched { keys, flattened, leaf, seen: first, value });
            }
        }
        Self { current: Arc::clone(current), pattern: pattern.clone(), leaves: Mutex::new(leaves), callback }
    }

    pub(crate) fn slots(&self) -> Vec<usize> {
        lock(&self.leaves).keys().copied().collect()
    }
}

impl<C: Fn(&FieldChange) + Send + Sync> PatternDelivery<C> {
    fn deliver_field(&self, slot: usize, now: &Published, wanted: &dyn Fn() -> bool) {
        for change in self.changes(slot, now) {
            if wanted() {
                (self.callback)(&change);
            }
        }
    }

    fn changes(&self, slot: usize, now: &Published) -> Vec<FieldChange> {
        let mut leaves = lock(&self.leaves);
        let Some(watched) = leaves.get_mut(&slot).filter(|watched| !watched.seen.is(now, slot)) else {
            return Vec::new();
        };
        let Some(seen) = LastSeen::new(now, slot) else { return Vec::new() };
        let value = displayed(now, &watched.leaf);
        let changes = watched.changes(value.as_ref(), &self.pattern, now.version);
        (watched.seen, watched.value) = (seen, value);
        changes
    }
}

impl<C: Fn(&FieldChange) + Send + Sync> Delivery for PatternDelivery<C> {
    fn deliver(&self, wanted: &dyn Fn() -> bool) {
        let now = self.current.load_full();
        let mut panic = None;
        for slot in self.slots() {
            // A panic in the call for one leaf must not prevent the calls for others.
            let told = catch_unwind(AssertUnwindSafe(|| self.deliver_field(slot, &now, wanted)));
            panic = panic.or(told.err());
        }
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}

/// The displayed value of a leaf: as its type writes it, before interpolation, or as the sources gave it; `None` for a
/// secret.
fn displayed(published: &Published, leaf: &Leaf) -> Option<Option<Value>> {
    (!published.hides(leaf)).then(|| template::shown(&*published.root, &published.tree, leaf.slot))
}
