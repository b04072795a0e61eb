//! Where a value comes from.

use std::{fmt, time::SystemTime};

use serde::Serialize;

use crate::{
    engine::Core,
    issue::Origin,
    keys::{Key, Keys},
    load,
    pins::{Pin, Stamp},
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
    /// Who set it at run time, if [`Handle::by`](crate::Handle::by) said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was set at run time, by the system's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<SystemTime>,
    /// When it goes by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<SystemTime>,
}

impl Given {
    fn new(value: serde_json::Value, origin: Origin) -> Self {
        Self { value, origin, by: None, at: None, expires: None }
    }

    fn pinned(value: serde_json::Value, pin: &Pin) -> Self {
        Self {
            by: pin.by.as_deref().map(str::to_owned),
            at: Some(pin.at),
            expires: pin.until.map(|until| until.shown),
            ..Self::new(value, Origin::Override)
        }
    }
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
        let secret = leaves.iter().any(|leaf| leaf.secret() && related(&leaf.keys, &keys));
        let show = |value: &Value| if secret { "***".into() } else { value.to_json() };
        let board = core.board();
        let pin = board.pins.iter().find(|(pinned, _)| keys.starts_with(pinned));
        let pinned = pin.and_then(|(pinned, pin)| {
            let value = match &pin.value {
                Some(value) => show(Keys(keys.0[pinned.0.len()..].to_vec()).find(value)?),
                // As if no layer gave it: what is left is the default.
                None => load::default_of(shape, &keys).as_ref().map_or(serde_json::Value::Null, show),
            };
            Some(Given::pinned(value, pin))
        });
        let layers = board.layers.iter().rev().filter_map(|layer| {
            let value = keys.find(layer.tree())?;
            Some(Given::new(show(value), layer.origin(layer.text_places().as_ref(), &keys)))
        });
        let whole = (!core.has_sources() && pinned.is_none()).then(|| core.current.load_full());
        let whole = whole.as_ref().and_then(|published| keys.find(&published.tree));
        let name = || "the value that the handle was made with".to_owned();
        let whole = whole.map(|value| Given::new(show(value), Origin::Source { name: name() }));
        let default = load::default_of(shape, &keys).map(|value| Given::new(show(&value), Origin::Default));
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
            if let Some(at) = given.at.filter(|_| given.by.is_some() || given.expires.is_some()) {
                write!(f, "{}", Stamp { by: given.by.as_deref(), at, expires: given.expires })?;
            }
        }
        self.note.iter().try_for_each(|note| write!(f, "\n  {note}"))
    }
}
