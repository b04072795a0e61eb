//! The texts from which secrets come: references to stores, and templates that consist of variables.
//!
//! A file may contain such a text instead of its secret. The position in a value is not enough to find it: elements of a list
//! move, and types write other names than they read. So a secret is compared with those that the texts of its leaf give.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    keys::{Key, Keys},
    load::ReferencePaths,
    resolve::interpolate,
    secret::{marker::SecretForm, tracking::digests},
    secrets::lookup::{Resolution, SecretLookup},
    shape::Shape,
    snapshot::Published,
    value::Value,
};

struct SecretText {
    text: Value,
    secret: Value,
    /// Whether the value in force was decoded from this text.
    in_force: bool,
}

/// The texts of the secrets of a configuration.
#[derive(Default)]
pub(crate) struct SecretTexts {
    by_path: BTreeMap<Keys, SecretText>,
    /// One path for each leaf and each digest of a secret in it.
    by_secret: BTreeMap<(Keys, u64), Keys>,
    /// One path for each leaf and each text in it.
    by_text: BTreeMap<(Keys, String), Keys>,
    leaves: BTreeSet<Keys>,
}

impl SecretTexts {
    /// The references in force.
    pub(crate) fn of_references(references: &ReferencePaths, published: &Published) -> Self {
        let shape = published.root.shape();
        let mut texts = Self { leaves: leaves_of(shape), ..Self::default() };
        for (keys, text) in references {
            if let Some(secret) = keys.find_sealed(&published.tree) {
                texts.add(keys.clone(), Value::text(text), secret.clone(), true);
            }
        }
        texts
    }

    /// The same, and the texts of the sources, whose merged values are `given`.
    pub(crate) fn with_sources(
        mut self,
        published: &Published,
        given: &Value,
        variables: interpolate::Lookup<'_>,
        secrets: &SecretLookup,
    ) -> Self {
        let leaves = published.root.shape().leaves().into_iter();
        for leaf in leaves.filter(|leaf| published.hides(leaf) && !published.is_sealed(&leaf.keys)) {
            let Some(value) = leaf.keys.find(given) else { continue };
            for (keys, raw) in scalars(value, &leaf.keys) {
                if self.by_path.contains_key(&keys) {
                    continue;
                }
                if let Some((text, secret)) = resolved(raw, variables, secrets) {
                    let in_force = keys.find_sealed(&published.tree).is_some_and(|there| {
                        there.as_text().is_some() && there.as_text() == secret.as_text()
                    });
                    self.add(keys, text, secret, in_force);
                }
            }
        }
        self
    }

    fn add(&mut self, keys: Keys, text: Value, secret: Value, in_force: bool) {
        let leaf = self.leaf(&keys);
        for digest in digests(&secret) {
            self.by_secret.entry((leaf.clone(), digest)).or_insert_with(|| keys.clone());
        }
        if let Some(text) = text.as_text() {
            self.by_text.entry((leaf, text.to_owned())).or_insert_with(|| keys.clone());
        }
        self.by_path.insert(keys, SecretText { text, secret, in_force });
    }

    /// The path of the leaf around a path.
    fn leaf(&self, keys: &Keys) -> Keys {
        let around = (0..=keys.0.len()).rev().map(|depth| Keys(keys.0[..depth].to_vec()));
        around.into_iter().find(|keys| self.leaves.contains(keys)).unwrap_or_else(Keys::root)
    }

    /// The text of a secret part of the value at `keys`, that at its path first.
    pub(super) fn of_secret(&self, keys: &Keys, value: &Value) -> Option<&Value> {
        let at_path = self.by_path.get(keys).filter(|found| found.gives(value));
        let found = at_path.or_else(|| {
            let leaf = self.leaf(keys);
            let mut paths =
                digests(value).into_iter().filter_map(|digest| self.by_secret.get(&(leaf.clone(), digest)));
            paths.find_map(|path| self.by_path.get(path).filter(|found| found.gives(value)))
        });
        found.map(|found| &found.text).or_else(|| self.in_force(keys, value))
    }

    /// The text at a path whose value in force it gave, although a type may write that value in another form. The scalars of a
    /// list may be in another order.
    pub(super) fn in_force(&self, keys: &Keys, value: &Value) -> Option<&Value> {
        let found = self.by_path.get(keys).filter(|found| found.in_force)?;
        let below = &keys.0[self.leaf(keys).0.len()..];
        let is_in_list = below.iter().any(|key| matches!(key, Key::Index(_)));
        let is_scalar = !digests(value).is_empty();
        (!is_in_list || !is_scalar || found.gives(value)).then_some(&found.text)
    }

    /// The secret of a text in the leaf at `keys`, for a type that reads no text.
    pub(crate) fn secret(&self, keys: &Keys, text: &str) -> Option<&Value> {
        let at_path = self.by_path.get(keys).filter(|found| found.text.as_text() == Some(text));
        let same_text = || self.by_path.get(self.by_text.get(&(self.leaf(keys), text.to_owned()))?);
        at_path.or_else(same_text).map(|found| &found.secret)
    }
}

impl SecretText {
    /// Whether the value is the secret; a number is written in one notation, and read in any.
    fn gives(&self, value: &Value) -> bool {
        match (value.as_text(), self.secret.as_text()) {
            (Some(value), Some(secret)) => value == secret,
            _ => !digests(value).is_disjoint(&digests(&self.secret)) || *value == self.secret,
        }
    }
}

fn leaves_of(shape: &'static Shape) -> BTreeSet<Keys> {
    shape.leaves().into_iter().map(|leaf| leaf.keys).collect()
}

/// The text as a file may contain it, and its secret; `None` if the text itself may be a secret.
fn resolved(
    raw: &Value,
    variables: interpolate::Lookup<'_>,
    secrets: &SecretLookup,
) -> Option<(Value, Value)> {
    let form = SecretForm::new(raw, secrets.providers());
    let raw = raw.inside();
    let text = match (form, raw) {
        (SecretForm::Reference | SecretForm::Variables, Value::Template(_)) => raw.clone(),
        (SecretForm::Reference, Value::Untyped(untyped)) if untyped.template().is_some() => return None,
        (SecretForm::Reference, _) => Value::text(raw.as_text()?),
        _ => return None,
    };
    let resolved = Value::secret(interpolate::resolve(raw, variables, &|_, _| 0).ok()?);
    let Some(reference) = secrets.reference(resolved.as_text()?) else { return Some((text, resolved)) };
    match secrets.find(&reference) {
        Resolution::Value(secret) => Some((text, secret)),
        Resolution::Failed(_) | Resolution::Unknown => None,
    }
}

/// Every scalar with text, and its path.
fn scalars<'v>(value: &'v Value, keys: &Keys) -> Vec<(Keys, &'v Value)> {
    let mut found = Vec::new();
    collect(value, keys.clone(), &mut found);
    found
}

fn collect<'v>(value: &'v Value, keys: Keys, found: &mut Vec<(Keys, &'v Value)>) {
    match value {
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, keys.index(index), found));
        }
        Value::Table(table) => {
            table.iter().for_each(|(name, value)| collect(value, keys.name(name), found));
        }
        scalar if scalar.as_text().is_some() => found.push((keys, scalar)),
        _ => {}
    }
}

/// The value of a leaf with the texts of its secrets. A secret without a text leaves a hole; `None` if it is the whole value.
/// If `hidden`, every scalar is secret. The absence of a value or an entry is not secret.
pub(super) fn with_texts(value: &Value, keys: &Keys, hidden: bool, texts: &SecretTexts) -> Option<Value> {
    Filling { hidden, texts }.value(value, keys, false)
}

struct Filling<'t> {
    hidden: bool,
    texts: &'t SecretTexts,
}

impl Filling<'_> {
    fn value(&self, value: &Value, keys: &Keys, in_list: bool) -> Option<Value> {
        if let Some(text) = self.texts.in_force(keys, value).filter(|_| !value.is_null()) {
            return Some(text.clone());
        }
        match value {
            Value::Null => Some(Value::Null),
            Value::List(items) => {
                let item = |(index, item)| self.part(item, &keys.index(index), true);
                Some(Value::list(items.iter().enumerate().map(item)))
            }
            Value::Table(entries) => {
                let entry = |(name, value): (&Arc<str>, &Value)| {
                    (Arc::clone(name), self.part(value, &keys.name(name), in_list))
                };
                Some(Value::table(entries.iter().map(entry)))
            }
            Value::Secret(_) => self.texts.of_secret(keys, value).cloned(),
            other if self.hidden => self.texts.of_secret(keys, other).cloned(),
            other => Some(other.clone()),
        }
    }

    /// In a list, a hole contains its secret: a file that has another one there has another element.
    fn part(&self, value: &Value, keys: &Keys, in_list: bool) -> Value {
        let hole = || if in_list { Value::secret(value.clone()) } else { super::unknown() };
        self.value(value, keys, in_list).unwrap_or_else(hole)
    }
}

/// The value without its holes; `None` if nothing is left. A list without some of its elements would be another list.
pub(super) fn without_holes(value: &Value) -> Option<Value> {
    match value {
        Value::Secret(_) => None,
        Value::List(items) => Some(Value::list(items.iter().map(without_holes).collect::<Option<Vec<_>>>()?)),
        Value::Table(table) => {
            let entries =
                table.iter().filter_map(|(name, value)| Some((Arc::clone(name), without_holes(value)?)));
            Some(Value::table(entries))
        }
        other => Some(other.clone()),
    }
}
