//! The whole configuration as a document: the value of every leaf, without secrets.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    keys::Keys,
    load::{ReferencePaths, SharedLeaves, merge, place_at},
    problems::Problems,
    secret::{MASK, tracking},
    shape::{FieldShape, Kind, Shape},
    snapshot::Published,
    template,
    value::Value,
};

/// How a document represents secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretDisplay<'r> {
    /// Secrets are replaced by their references, and left out if they have none, so that the document can be
    /// loaded.
    LeftOut(&'r ReferencePaths),
    /// The same, with an empty secret for a secret inside an `Option` of a struct: a file keeps the value that it has
    /// there.
    Marked(&'r ReferencePaths),
    /// Secrets are replaced by a mask.
    Masked,
}

/// Every leaf, written by its own `Serialize`; a leaf without `Serialize` is taken from `tree`, from which the
/// configuration was decoded. Text is shown as it is before interpolation.
pub(crate) fn document(published: &Published, secrets: SecretDisplay<'_>) -> Value {
    joined(leaves(published, secrets))
}

/// The same with the text after interpolation, for a patch: its operations compare values. Never to be shown.
pub(crate) fn values(published: &Published) -> Value {
    joined(Leaves::new(published, SecretDisplay::Masked, Text::Result).all())
}

/// The same with the template beside each text that was interpolated.
pub(crate) fn traced(published: &Published) -> Value {
    joined(Leaves::new(published, SecretDisplay::Masked, Text::Traced).all())
}

fn joined(leaves: Vec<(Keys, Value)>) -> Value {
    leaves.into_iter().fold(Value::empty(), |document, (keys, value)| {
        merge(document, &place_at(&Value::empty(), &keys, Some(&value)))
    })
}

/// The leaves of the document, in the order of the struct.
pub(crate) fn leaves(published: &Published, secrets: SecretDisplay<'_>) -> Vec<(Keys, Value)> {
    Leaves::new(published, secrets, Text::Template).all()
}

/// A flattened leaf: its number, the path of its table, and its value.
pub(crate) type Shared = (usize, Keys, Value);

/// The document for a file: the leaves with a path of their own, and the flattened leaves.
pub(crate) fn for_file(
    published: &Published,
    secrets: SecretDisplay<'_>,
) -> (Vec<(Keys, Value)>, Vec<Shared>) {
    let mut leaves = Leaves { split: false, ..Leaves::new(published, secrets, Text::Template) };
    leaves.fields(published.root.shape(), 0, &Keys::root(), false);
    (leaves.found, leaves.shared)
}

/// The leaves that a document cannot contain: no source gives them, and their types cannot write the value that they
/// have.
pub(crate) fn unknown_leaves(published: &Published) -> BTreeSet<Keys> {
    let Published { root, tree, .. } = published;
    let shape = root.shape();
    let leaves = shape.leaves().into_iter().filter(|leaf| !leaf.field().flatten);
    let places = leaves.map(|leaf| (leaf.slot, shape.keys_of(leaf.slot)));
    places
        .filter(|(slot, keys)| keys.find(tree).is_none() && root.encode(*slot).is_err())
        .map(|(_, keys)| keys)
        .collect()
}

/// The form in which a file may contain an override, with an empty secret for each secret that is not written;
/// `None` if nothing else is left.
pub(crate) fn of_override(published: &Published, keys: &Keys, value: &Value) -> Option<Value> {
    let shape = published.root.shape();
    let slot = shape.leaves().into_iter().map(|leaf| leaf.slot).find(|slot| shape.keys_of(*slot) == *keys)?;
    of_leaf(published, slot, value)
}

/// The same for the leaf with this number.
pub(crate) fn of_leaf(published: &Published, slot: usize, value: &Value) -> Option<Value> {
    let (shape, places) = (published.root.shape(), ReferencePaths::new());
    let keys = &shape.keys_of(slot);
    let leaves = Leaves::new(published, SecretDisplay::Marked(&places), Text::Template);
    let trail = shape.trail(slot);
    // If a type holds secrets and marks none of them, the secret parts are unknown.
    let unmarked = published.hides_at(keys) && !holds_secret(value);
    let hidden = unmarked || published.is_sealed(keys) || trail.iter().any(|field| field.secret);
    match trail.last().map(|field| &field.kind) {
        Some(Kind::Optional(inner)) if !hidden => {
            leaves.without_secrets(value, keys).map(|value| leaves.within(inner, value, keys))
        }
        _ => with_empty_secrets(value, keys, hidden, &places),
    }
}

/// Whether the type of a leaf writes a secret as plain text: it reads a secret from what it writes, and marks
/// none.
pub(crate) fn exposes_secret(published: &Published, slot: usize, written: &Value) -> bool {
    let leaves = published.root.shape().leaves().into_iter();
    let is_hidden = leaves.filter(|leaf| leaf.slot == slot).any(|leaf| published.hides_at(&leaf.keys));
    if !is_hidden || holds_secret(written) {
        return false;
    }
    let (mut copy, mut problems) = (published.root.copy(), Problems::of_types());
    let ((), is_met) = tracking::reads_any(|| copy.assign(slot, Some(written), &mut problems));
    is_met || !problems.take_secrets().is_empty()
}

/// Only the entries that the type writes. For interpolated text, `value` is the whole table that the leaf shares.
fn only(value: Value, written: &Option<Value>) -> Value {
    match (&value, written) {
        (Value::Table(table), Some(Value::Table(written))) => {
            let own = table.iter().filter(|(name, _)| written.contains_key(*name));
            Value::table(own.map(|(name, value)| (Arc::clone(name), value.clone())))
        }
        (Value::Table(_), Some(Value::Null)) => Value::Null,
        _ => value,
    }
}

/// The placeholder for a secret that must not be written.
pub(crate) fn unknown() -> Value {
    Value::secret(Value::Null)
}

struct Leaves<'p> {
    published: &'p Published,
    secrets: SecretDisplay<'p>,
    text: Text,
    found: Vec<(Keys, Value)>,
    /// Whether the keys of flattened leaves are returned individually; otherwise they are in `shared`.
    split: bool,
    shared: Vec<Shared>,
}

/// How a document represents interpolated text.
#[derive(Clone, Copy)]
enum Text {
    /// The result of the interpolation.
    Result,
    /// The same, together with the template.
    Traced,
    Template,
}

impl<'p> Leaves<'p> {
    fn new(published: &'p Published, secrets: SecretDisplay<'p>, text: Text) -> Self {
        Self { published, secrets, text, found: Vec::new(), split: true, shared: Vec::new() }
    }
}

impl Leaves<'_> {
    fn all(mut self) -> Vec<(Keys, Value)> {
        self.fields(self.published.root.shape(), 0, &Keys::root(), false);
        self.found
    }

    fn fields(&mut self, shape: &'static Shape, base: usize, parent: &Keys, hidden: bool) {
        for field in shape.fields {
            let keys = field.keys(parent);
            let slot = base + field.slot;
            match field.kind {
                Kind::Nested(inner) => self.fields(inner, slot, &keys, hidden || field.secret),
                Kind::Leaf | Kind::Optional(_) => self.leaf(field, slot, &keys, hidden || field.secret),
            }
        }
    }

    fn leaf(&mut self, field: &FieldShape, slot: usize, keys: &Keys, hidden: bool) {
        let hidden = hidden || self.published.is_sealed(keys);
        // Secrets are marked in values that a type writes, but not in values from sources.
        let given = || {
            let hides = hidden || self.published.hides_at(keys);
            let value = self.given(field, slot, keys)?;
            let value = if matches!(self.text, Text::Result) { template::results_of(&value) } else { value };
            Some(if hides { Value::secret(value) } else { value })
        };
        let written = self.published.root.encode(slot).ok();
        let hidden =
            hidden || written.as_ref().is_some_and(|value| exposes_secret(self.published, slot, value));
        let Some(value) = written.or_else(given) else { return };
        let value = match self.text {
            Text::Result => value,
            Text::Traced => template::traced(&*self.published.root, &self.published.tree, slot, value),
            Text::Template => self.with_templates(value, slot),
        };
        let value = match (self.secrets, &field.kind) {
            (SecretDisplay::Masked, _) if hidden => Some(Value::text(MASK)),
            // A list without some of its elements would be another list.
            (SecretDisplay::LeftOut(places), Kind::Leaf) => referring(&value, keys, hidden, places),
            (SecretDisplay::Marked(places), _) if hidden => with_empty_secrets(&value, keys, hidden, places),
            (SecretDisplay::Marked(places), Kind::Leaf) => with_empty_secrets(&value, keys, false, places),
            (SecretDisplay::LeftOut(_), _) if hidden => None,
            (_, Kind::Optional(inner)) => {
                self.without_secrets(&value, keys).map(|value| self.within(inner, value, keys))
            }
            _ => self.without_secrets(&value, keys),
        };
        let Some(value) = value else { return };
        match &value {
            // Its keys are next to the fields of the struct.
            _ if field.flatten && !self.split => {
                let shown = only(value.clone(), &self.published.root.encode(slot).ok());
                self.shared.push((slot, keys.clone(), shown));
            }
            // A flattened leaf without a value has no key.
            Value::Null if field.flatten => {}
            Value::Table(table) if field.flatten => {
                self.found.extend(table.iter().map(|(name, value)| (keys.name(name), value.clone())));
            }
            _ => self.found.push((keys.clone(), value)),
        }
    }

    /// The value of a leaf in the tree that the configuration was decoded from.
    fn given(&self, field: &FieldShape, slot: usize, keys: &Keys) -> Option<Value> {
        let Published { root, tree, .. } = self.published;
        let there = keys.find(tree);
        if field.flatten {
            return Some(SharedLeaves::new(&**root, [tree]).part(slot, keys, there));
        }
        there.cloned()
    }

    fn with_templates(&self, value: Value, slot: usize) -> Value {
        let Published { root, tree, .. } = self.published;
        let value = template::over(value, root.shape(), tree, slot);
        match self.secrets {
            SecretDisplay::Masked => template::as_shown(&value),
            SecretDisplay::LeftOut(_) | SecretDisplay::Marked(_) => template::as_written(&value),
        }
    }

    /// Secrets inside an `Option` of a nested struct.
    fn within(&self, shape: &'static Shape, value: Value, keys: &Keys) -> Value {
        let hidden = shape.leaves().into_iter().filter(|leaf| leaf.secret());
        hidden.fold(value, |value, leaf| match (leaf.keys.find(&value), self.secrets) {
            (None, _) => value,
            (Some(inside), SecretDisplay::LeftOut(places)) => {
                let reference = referring(inside, &keys.join(&leaf.keys), true, places);
                place_at(&value, &leaf.keys, reference.as_ref())
            }
            (Some(inside), SecretDisplay::Marked(places)) => {
                let reference = referring(inside, &keys.join(&leaf.keys), true, places);
                place_at(&value, &leaf.keys, Some(&reference.unwrap_or_else(unknown)))
            }
            (Some(_), SecretDisplay::Masked) => place_at(&value, &leaf.keys, Some(&Value::text(MASK))),
        })
    }

    /// The value without the secrets that its type marks; `None` if nothing is left.
    fn without_secrets(&self, value: &Value, keys: &Keys) -> Option<Value> {
        Some(match (value, self.secrets) {
            (Value::Secret(_), SecretDisplay::LeftOut(places)) => {
                return referring(value, keys, true, places);
            }
            (Value::Secret(_), SecretDisplay::Marked(places)) => {
                return Some(referring(value, keys, true, places).unwrap_or_else(unknown));
            }
            (Value::Secret(_), SecretDisplay::Masked) => Value::text(MASK),
            (Value::List(items), _) => {
                let items = items.iter().enumerate();
                Value::list(items.filter_map(|(at, item)| self.without_secrets(item, &keys.index(at))))
            }
            (Value::Table(entries), _) => Value::table(entries.iter().filter_map(|(name, value)| {
                Some((name.clone(), self.without_secrets(value, &keys.name(name))?))
            })),
            (other, _) => other.clone(),
        })
    }
}

/// The value with secrets replaced by references; `None` if a secret has none. If `hidden`, everything is secret.
fn referring(value: &Value, keys: &Keys, hidden: bool, places: &ReferencePaths) -> Option<Value> {
    if let Some(reference) = places.get(keys) {
        return Some(Value::text(reference));
    }
    match value {
        Value::List(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(at, item)| referring(item, &keys.index(at), hidden, places));
            Some(Value::list(items.collect::<Option<Vec<_>>>()?))
        }
        Value::Table(entries) => {
            let entry = |(name, value): (&Arc<str>, &Value)| {
                Some((Arc::clone(name), referring(value, &keys.name(name), hidden, places)?))
            };
            Some(Value::table(entries.iter().map(entry).collect::<Option<Vec<_>>>()?))
        }
        Value::Secret(_) => None,
        _ if hidden => None,
        other => Some(other.clone()),
    }
}

/// The same, with empty secrets in tables for secrets that have no reference. The absence of a value or an entry is
/// not secret.
fn with_empty_secrets(value: &Value, keys: &Keys, hidden: bool, places: &ReferencePaths) -> Option<Value> {
    match value {
        Value::Null => Some(Value::Null),
        Value::Table(entries) => {
            let entry = |(name, value): (&Arc<str>, &Value)| {
                let value = with_empty_secrets(value, &keys.name(name), hidden, places);
                (Arc::clone(name), value.unwrap_or_else(unknown))
            };
            Some(Value::table(entries.iter().map(entry)))
        }
        _ => referring(value, keys, hidden, places),
    }
}

/// Whether the value contains a secret.
pub(crate) fn holds_secret(value: &Value) -> bool {
    value.holds_secret()
}
