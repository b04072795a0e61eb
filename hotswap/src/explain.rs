//! Where a value comes from.

use std::fmt;

use serde::Serialize;

use crate::{
    engine::Core,
    issue::Origin,
    keys::{Key, Keys},
    load,
    secret::MASK,
    shape::Leaf,
    suggest::did_you_mean,
    value::Value,
};

/// What every layer says of one field, and which one wins; from [`Handle::explain`](crate::Handle::explain).
///
/// `Display` prints it for people, and it serialises for programs.
///
/// ```
#[doc = include_str!("example.txt")]
/// std::fs::write("app.toml", "rate_limit.max = 5")?;
/// let config = Config::hot_load()?;
/// config.set_rate_limit_max(6)?;
///
/// let explanation = config.explain("rate_limit.max");
/// let values: Vec<u64> = explanation.given.iter().filter_map(|given| given.value.as_u64()).collect();
/// assert_eq!(values, [6, 5, 100]);
/// assert_eq!(explanation.origin(), Some(&hotswap::Origin::Override));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The dotted path that was asked for.
    pub path: String,
    /// Highest precedence first; the first wins. Empty when nothing gives a value.
    pub given: Vec<Given>,
    /// What else is to be said: that there is no such field, or that nothing gives it a value.
    pub note: Option<String>,
}

/// What one layer says of a field; part of an [`Explanation`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Given {
    /// The value, as the layer has it: before interpolation, and `"***"` for a secret. What only the field gives a type,
    /// a variable or a plain YAML scalar, is a string.
    pub value: serde_json::Value,
    /// Where it stands.
    pub origin: Origin,
}

impl Explanation {
    /// The place of the value that wins; `None` when nothing gives one.
    pub fn origin(&self) -> Option<&Origin> {
        self.given.first().map(|given| &given.origin)
    }

    pub(crate) fn of(core: &Core, base: usize, path: &str) -> Self {
        let shape = core.model.shape;
        let keys = shape.keys_of(base).join(&parse(path));
        let leaves = shape.leaves();
        let current = core.current.load_full();
        // A flattened leaf has the place of its struct, and is not what other fields of it hold.
        let named = leaves.iter().any(|leaf| !leaf.field().flatten && keys.starts_with(&leaf.keys));
        let concerned = |leaf: &&Leaf| related(&leaf.keys, &keys) && !(named && leaf.field().flatten);
        let secret = leaves.iter().filter(concerned).any(|leaf| current.hides(leaf));
        let show = |value: &Value| if secret { MASK.into() } else { value.to_json() };
        let board = core.board();
        let pin = board.pins.iter().find(|(pinned, _)| keys.starts_with(pinned));
        let pinned =
            pin.and_then(|(pinned, value)| Keys(keys.0[pinned.0.len()..].to_vec()).find(value.as_ref()?));
        let pinned = pinned.map(|value| Given { value: show(value), origin: Origin::Override });
        let layers = board.layers.iter().rev().filter_map(|layer| {
            let value = keys.find(layer.tree())?;
            Some(Given { value: show(value), origin: layer.origin(layer.text_places().as_ref(), &keys) })
        });
        let whole = (!core.has_sources() && pinned.is_none()).then(|| core.current.load_full());
        let whole = whole.as_ref().and_then(|published| keys.find(&published.tree));
        let name = || "the value that the handle was made with".to_owned();
        let whole = whole.map(|value| Given { value: show(value), origin: Origin::Source { name: name() } });
        let default = load::default_of(shape, &keys)
            .map(|value| Given { value: show(&value), origin: Origin::Default });
        let default = default.filter(|_| core.has_sources());
        let given: Vec<_> = pinned.into_iter().chain(whole).chain(layers).chain(default).collect();
        let note =
            if leaves.iter().any(|leaf| related(&leaf.keys, &keys)) {
                given.is_empty().then(|| "no layer gives it a value".to_owned())
            } else {
                let names: Vec<_> = leaves.iter().map(|leaf| leaf.keys.to_string()).collect();
                let meant = did_you_mean(path, names.iter().map(String::as_str));
                Some(meant.map_or("no such field".to_owned(), |name| {
                    format!("no such field, did you mean `{name}`?")
                }))
            };
        Self { path: path.to_owned(), given, note }
    }
}

/// Whether one of two places stands at or above the other.
fn related(one: &Keys, other: &Keys) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// `servers[3].port`.
fn parse(path: &str) -> Keys {
    let mut keys = Keys::root();
    for segment in path.split('.').filter(|segment| !segment.is_empty()) {
        let (name, indices) = segment.split_once('[').unwrap_or((segment, ""));
        keys = keys.name(name);
        for index in indices.split(['[', ']']).filter_map(|index| index.parse().ok()) {
            keys = keys.with(Key::Index(index));
        }
    }
    keys
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        for (place, given) in self.given.iter().enumerate() {
            let mark = if place == 0 { "=" } else { " " };
            write!(f, "\n  {mark} {} {}", given.value, given.origin)?;
        }
        self.note.iter().try_for_each(|note| write!(f, "\n  {note}"))
    }
}
