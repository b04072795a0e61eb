//! The whole configuration as a document: the value of every leaf, without secrets.

mod secret_texts;

use std::{collections::BTreeSet, sync::Arc};

pub(crate) use secret_texts::SecretTexts;

use secret_texts::{with_texts, without_holes};

use crate::{
    keys::Keys,
    load::{SharedLeaves, merge, place_at},
    problems::Problems,
    secret::{MASK, tracking},
    shape::{FieldShape, Kind, Shape},
    snapshot::Published,
    template,
    value::Value,
};

/// How a document represents secrets.
#[derive(Clone, Copy)]
pub(crate) enum SecretDisplay<'r> {
    /// Secrets are replaced by the texts that give them, and left out if they have none, so that the document can be
    /// loaded.
    LeftOut(&'r SecretTexts),
    /// The same, with a hole for a secret that is part of a value: a file keeps the secret that it has there.
    Marked(&'r SecretTexts),
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

/// The form in which a file may contain an override, with a hole for each secret that is not written; `None` if nothing
/// else is left.
pub(crate) fn of_override(
    published: &Published,
    keys: &Keys,
    value: &Value,
    texts: &SecretTexts,
) -> Option<Value> {
    let shape = published.root.shape();
    let slot = shape.leaves().into_iter().map(|leaf| leaf.slot).find(|slot| shape.keys_of(*slot) == *keys)?;
    of_leaf(published, slot, value, texts)
}

/// The same for the leaf with this number.
pub(crate) fn of_leaf(
    published: &Published,
    slot: usize,
    value: &Value,
    texts: &SecretTexts,
) -> Option<Value> {
    let shape = published.root.shape();
    let keys = &shape.keys_of(slot);
    let trail = shape.trail(slot);
    let hidden = may_expose_secret(published, slot, value)
        || published.is_sealed(keys)
        || trail.iter().any(|field| field.secret);
    let leaves = Leaves::new(published, SecretDisplay::Marked(texts), Text::Template);
    let written = template::as_written(value);
    let written = match trail.last().map(|field| &field.kind) {
        Some(Kind::Optional(inner)) if !hidden => leaves.within(inner, written, keys),
        _ => written,
    };
    with_texts(&written, keys, hidden, texts)
}

/// Whether an override of a leaf contains a secret as plain text, or may contain one because its type refuses it.
fn may_expose_secret(published: &Published, slot: usize, value: &Value) -> bool {
    if !is_hidden(published, slot) || holds_secret(value) {
        return false;
    }
    let (mut copy, mut problems) = (published.root.copy(), Problems::of_types());
    let value = &template::results_of(value);
    let ((), is_read) = tracking::reads_any(|| copy.assign(slot, Some(value), &mut problems));
    is_read || !problems.take_secrets().is_empty() || !problems.into_issues().is_empty()
}

/// Whether the type of a leaf writes a secret as plain text: it reads a secret from what it writes, and marks
/// none.
pub(crate) fn exposes_secret(published: &Published, slot: usize, written: &Value) -> bool {
    if !is_hidden(published, slot) || holds_secret(written) {
        return false;
    }
    let (mut copy, mut problems) = (published.root.copy(), Problems::of_types());
    let ((), is_met) = tracking::reads_any(|| copy.assign(slot, Some(written), &mut problems));
    is_met || !problems.take_secrets().is_empty()
}

/// Whether a secret was read in the leaf, although no field is marked secret.
fn is_hidden(published: &Published, slot: usize) -> bool {
    let leaves = published.root.shape().leaves().into_iter();
    leaves.filter(|leaf| leaf.slot == slot).any(|leaf| published.hides_at(&leaf.keys))
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
            (SecretDisplay::Masked, Kind::Optional(inner)) => Some(self.within(inner, masked(&value), keys)),
            (SecretDisplay::Masked, _) => Some(masked(&value)),
            (SecretDisplay::LeftOut(_), Kind::Optional(_)) if hidden => None,
            (SecretDisplay::LeftOut(texts), Kind::Leaf) => {
                with_texts(&value, keys, hidden, texts).filter(|value| !holds_secret(value))
            }
            (SecretDisplay::Marked(texts), Kind::Optional(inner)) if !hidden => {
                with_texts(&self.within(inner, value, keys), keys, false, texts)
            }
            (SecretDisplay::Marked(texts), _) => with_texts(&value, keys, hidden, texts),
            (SecretDisplay::LeftOut(texts), Kind::Optional(inner)) => {
                let filled = with_texts(&self.within(inner, value, keys), keys, false, texts);
                filled.and_then(|value| without_holes(&value))
            }
            _ => Some(value),
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
        hidden.fold(value, |value, leaf| {
            let Some(inside) = leaf.keys.find(&value) else { return value };
            let filled = match self.secrets {
                SecretDisplay::Masked => Value::text(MASK),
                SecretDisplay::LeftOut(texts) | SecretDisplay::Marked(texts) => {
                    with_texts(inside, &keys.join(&leaf.keys), true, texts).unwrap_or_else(unknown)
                }
            };
            place_at(&value, &leaf.keys, Some(&filled))
        })
    }
}

/// The value with a mask for each secret that its type marks.
fn masked(value: &Value) -> Value {
    match value {
        Value::Secret(_) => Value::text(MASK),
        Value::List(items) => Value::list(items.iter().map(masked)),
        Value::Table(entries) => {
            Value::table(entries.iter().map(|(name, value)| (Arc::clone(name), masked(value))))
        }
        other => other.clone(),
    }
}

/// Whether the value contains a secret.
pub(crate) fn holds_secret(value: &Value) -> bool {
    value.holds_secret()
}
