//! Where a value comes from.

mod explainer;

use std::{fmt, ops::Deref, sync::Arc, time::SystemTime};

use serde::Serialize;

use self::explainer::Explainer;
use crate::{
    describe::StructInfo,
    engine::Core,
    error::Error,
    excerpt,
    issue::{Issue, Origin, one_line},
    keys::Keys,
    overrides::{Attribution, OverrideEntry, Overrides},
    schema::Loadable,
    secrets::lookup::{SecretLookup, SecretSet},
    shape::{Leaf, Shape},
    snapshot::Published,
    source::Layer,
    value::Value,
};
pub(crate) use explainer::made_with;

/// The value that each layer gives to one field, and which layer wins; from
/// [`Handle::explain`](crate::Handle::explain).
///
/// `Display` prints it as text; it implements `Serialize` for programs.
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
    /// The requested dotted path; truncated if it is long and there is no such field.
    pub path: String,
    /// Whether there is such a field.
    pub known: bool,
    /// Highest precedence first; the first one wins. Empty if no layer gives a value.
    pub given: Vec<Given>,
    /// A note: that there is no such field, that no layer gives it a value, that lists are joined.
    pub note: Option<String>,
    /// The problems of this field for which the configuration is refused. Only the command line explains a
    /// configuration that does not load; a running configuration has no such problems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
}

/// The value that one layer gives to a field; part of an [`Explanation`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Given {
    /// The value as the layer has it, before interpolation; `"***"` for a secret, but not for a reference to one. Text
    /// whose type depends on the field, such as a variable or a plain YAML scalar, is a string; so are an integer
    /// beyond 64 bits, an infinity and a NaN.
    pub value: serde_json::Value,
    /// The position of the value.
    pub origin: Origin,
    /// The author of a value set at run time, if it was set through [`Handle::by`](crate::Handle::by).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The time at which it was set at run time, by the system clock.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "crate::timestamp::optional::serialize"
    )]
    pub at: Option<SystemTime>,
    /// The time at which the override expires.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "crate::timestamp::optional::serialize"
    )]
    pub expires: Option<SystemTime>,
    /// The value as displayed text, if it contains an integer that is text in `value`.
    #[serde(skip)]
    text: Option<String>,
}

impl Given {
    fn new(value: serde_json::Value, origin: Origin) -> Self {
        Self { value, origin, by: None, at: None, expires: None, text: None }
    }

    /// Sets the displayed text.
    fn written(self, text: Option<String>) -> Self {
        Self { text, ..self }
    }

    fn overridden(self, entry: &OverrideEntry) -> Self {
        Self {
            by: entry.by.as_deref().map(str::to_owned),
            at: Some(entry.at),
            expires: entry.until.map(|until| until.shown),
            ..self
        }
    }
}

impl Explanation {
    /// The origin of the value that wins; `None` if no layer gives one.
    pub fn origin(&self) -> Option<&Origin> {
        self.given.first().map(|given| &given.origin)
    }

    pub(crate) fn new(core: &Core, base: usize, path: &str) -> Self {
        Self::at(&ExplainInput::new(core), &core.config_type.shape.keys_of(base), path)
    }

    fn at(input: &ExplainInput, above: &Keys, path: &str) -> Self {
        let below = Keys::parse(path);
        if below.is_root() {
            let note = Some("the path is empty: name a field, or ask `explain_all` for every one".to_owned());
            let (given, refused) = Default::default();
            return Self { path: path.to_owned(), known: false, given, note, refused };
        }
        let explainer = Explainer::new(input);
        if let Some(leaf) = explainer.flattened(above, &below) {
            return explainer.explain_flattened(path.to_owned(), leaf);
        }
        let keys = explainer.as_places(above.join(&below));
        explainer.explain(path.to_owned(), &keys)
    }
}

/// The values that all layers give to every field; from [`Handle::explain_all`](crate::Handle::explain_all),
/// which has an example.
///
/// One [`Explanation`] for each field, in the order of the struct. `Display` prints them all, and they serialise as a
/// list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Explanations(Vec<Explanation>);

impl Explanations {
    pub(crate) fn new(core: &Core, base: usize) -> Self {
        Self::at(&ExplainInput::new(core), base)
    }

    fn at(input: &ExplainInput, base: usize) -> Self {
        let (explainer, above) = (Explainer::new(input), input.shape.keys_of(base));
        let leaves = input.shape.inner_of(base).leaves();
        let explain = |leaf: &Leaf| {
            let flattened = explainer.flattened(&above, &leaf.keys_with_name());
            match flattened.filter(|_| leaf.field().flatten) {
                Some(whole) => explainer.explain_flattened(leaf.keys_with_name().to_string(), whole),
                None => explainer.explain(leaf.keys.to_string(), &above.join(&leaf.keys)),
            }
        };
        Self(leaves.iter().map(explain).collect())
    }
}

impl Deref for Explanations {
    type Target = [Explanation];

    fn deref(&self) -> &[Explanation] {
        &self.0
    }
}

impl IntoIterator for Explanations {
    type Item = Explanation;
    type IntoIter = std::vec::IntoIter<Explanation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'e> IntoIterator for &'e Explanations {
    type Item = &'e Explanation;
    type IntoIter = std::slice::Iter<'e, Explanation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for Explanations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, explanation) in self.0.iter().enumerate() {
            let line = if place == 0 { "" } else { "\n" };
            write!(f, "{line}{explanation}")?;
        }
        Ok(())
    }
}

/// A copy of the basis of the current version, so that a long explanation does not block writers.
struct ExplainInput {
    shape: &'static Shape,
    layers: Vec<Arc<Layer>>,
    overrides: Overrides,
    /// The tree in force; `None` if no configuration is in force.
    tree: Option<Value>,
    /// The value of a configuration without sources.
    fixed: Option<Arc<Published>>,
    /// For each leaf, whether it must not be shown.
    hidden: Vec<bool>,
    /// Distinguishes references from values.
    secrets: SecretLookup,
    /// The problems of a configuration that is not in force.
    refused: Vec<Issue>,
}

impl ExplainInput {
    fn new(core: &Core) -> Self {
        let (shape, state) = (core.config_type.shape, core.in_force());
        let (layers, overrides) = (state.basis.layers.clone(), state.basis.overrides.clone());
        let current = core.current.load_full();
        Self {
            shape,
            layers,
            overrides,
            tree: Some(current.tree.clone()),
            hidden: shape.leaves().iter().map(|leaf| current.hides(leaf)).collect(),
            fixed: (!core.has_sources()).then_some(current),
            secrets: core.secret_manager.secrets(SecretSet::default()),
            refused: Vec::new(),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = one_line(self.path.clone());
        excerpt::escaping(f, |f| {
            f.write_str(if self.path.is_empty() { "the whole" } else { &path })?;
            for (place, given) in self.given.iter().enumerate() {
                let mark = if place == 0 { "=" } else { " " };
                match &given.text {
                    Some(text) => write!(f, "\n  {mark} {text} {}", given.origin)?,
                    None => write!(f, "\n  {mark} {} {}", given.value, given.origin)?,
                }
                if let Some(at) = given.at.filter(|_| given.by.is_some() || given.expires.is_some()) {
                    write!(f, "{}", Attribution { by: given.by.as_deref(), at, expires: given.expires })?;
                }
            }
            self.note.iter().try_for_each(|note| write!(f, "\n  {note}"))?;
            self.refused.iter().try_for_each(|why| write!(f, "\n  refused: {why}"))
        })
    }
}

/// The layers that were read, and the problems for which they are refused.
pub struct Rejected(ExplainInput);

impl Rejected {
    pub(crate) fn new<T: Loadable>(layers: Vec<Arc<Layer>>, secrets: SecretLookup, error: &Error) -> Self {
        let sealed: Vec<_> = layers.iter().flat_map(|layer| layer.sealed_leaves(T::SHAPE)).collect();
        // Secrets inside a type are only known after decoding, which did not happen here.
        let secret = StructInfo::new::<T>().leaves_that_may_be_secret();
        let leaves = T::SHAPE.leaves();
        let hidden = leaves
            .iter()
            .zip(secret)
            .map(|(leaf, secret)| secret || leaf.secret() || sealed.contains(&leaf.keys));
        Self(ExplainInput {
            shape: T::SHAPE,
            hidden: hidden.collect(),
            layers,
            overrides: Overrides::new(),
            tree: None,
            fixed: None,
            secrets,
            refused: error.issues().cloned().collect(),
        })
    }

    /// The values of the layers for the field at this path, and the problems for which it is
    /// refused.
    pub fn explain(&self, path: &str) -> Explanation {
        Explanation::at(&self.0, &Keys::root(), path)
    }

    /// The same for every field.
    pub fn explain_all(&self) -> Explanations {
        Explanations::at(&self.0, 0)
    }
}
