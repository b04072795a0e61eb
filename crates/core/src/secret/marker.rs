//! Marks the secrets of a tree before other code reads it.
//!
//! Lists and tables keep their form, so that they are merged as usual; their scalars are sealed individually.
//! `null` and references to a store are not sealed, because they never contain a secret.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    keys::Keys,
    resolve::interpolate,
    scan,
    secrets::{reference::Reference, registry::ProviderRegistry},
    shape::{FieldShape, Shape},
    suggest::did_you_mean,
    value::Value,
};

/// The path of a secret in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretSite {
    /// With the primary names of the fields.
    pub(crate) own: Keys,
    /// With the names in the tree.
    pub(crate) written: Keys,
    pub(crate) by: SecretForm,
}

/// The form in which a secret is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretForm {
    /// The value, which is sealed.
    Value,
    /// An empty text: it is sealed, but is not a secret yet.
    Nothing,
    /// A reference to a store.
    Reference,
    /// Only variables. The text is sealed, so that their values will be sealed too.
    Variables,
}

impl SecretForm {
    /// The form of a scalar, in a tree in which texts may still be references or templates.
    pub(crate) fn new(value: &Value, providers: &ProviderRegistry) -> Self {
        match value.as_text() {
            Some("") => Self::Nothing,
            Some(text) if refers(text, providers) => Self::Reference,
            Some(text)
                if matches!(value.inside(), Value::Template(_)) && interpolate::is_only_variables(text) =>
            {
                Self::Variables
            }
            _ => Self::Value,
        }
    }
}

impl SecretSite {
    fn root() -> Self {
        Self { own: Keys::root(), written: Keys::root(), by: SecretForm::Value }
    }

    fn name(&self, own: &str, written: &str) -> Self {
        Self { own: self.own.name(own), written: self.written.name(written), by: SecretForm::Value }
    }

    fn index(&self, index: usize) -> Self {
        Self { own: self.own.index(index), written: self.written.index(index), by: SecretForm::Value }
    }

    /// Whether the value must not be kept.
    pub(crate) fn is_value(&self) -> bool {
        matches!(self.by, SecretForm::Value | SecretForm::Nothing)
    }
}

/// Determines which values are secret.
#[derive(Clone, Copy)]
pub(crate) struct SecretMarker<'t> {
    pub(crate) shape: &'static Shape,
    /// Leaves not marked secret in which the decoder read a secret.
    pub(crate) hidden: &'t BTreeSet<Keys>,
    /// The providers of references; `None` once all references are resolved.
    pub(crate) providers: Option<&'t ProviderRegistry>,
}

impl SecretMarker<'_> {
    /// Seals the values at the secret paths of a tree, and returns the paths that were not sealed before.
    pub(crate) fn mark(&self, tree: &mut Value) -> Vec<SecretSite> {
        let mut sealer = MarkingWalk { marker: *self, lists: false, found: Vec::new(), strangers: 0 };
        if self.concerns(self.shape, &Keys::root()) {
            sealer.level(tree, self.shape, &SecretSite::root());
        }
        sealer.found
    }

    /// The paths of the secrets in a tree, sealed or not; all scalars if `all` is set.
    pub(crate) fn list(&self, tree: &Value, all: bool) -> Vec<SecretSite> {
        let mut sealer = MarkingWalk { marker: *self, lists: true, found: Vec::new(), strangers: 0 };
        match all {
            true => sealer.all(&mut tree.clone(), &SecretSite::root()),
            false if self.concerns(self.shape, &Keys::root()) => {
                sealer.level(&mut tree.clone(), self.shape, &SecretSite::root());
            }
            false => {}
        }
        sealer.found
    }

    /// Seals everything in a tree, and returns the paths.
    pub(crate) fn mark_all(&self, tree: &mut Value) -> Vec<SecretSite> {
        let mut sealer = MarkingWalk { marker: *self, lists: false, found: Vec::new(), strangers: 0 };
        sealer.all(tree, &SecretSite::root());
        sealer.found
    }

    /// Whether there may be a secret below a struct.
    fn concerns(&self, shape: &Shape, keys: &Keys) -> bool {
        shape.any_secret() || self.hidden.iter().any(|hidden| hidden.starts_with(keys))
    }

    /// The form of a scalar that is not sealed.
    fn form_of(&self, value: &Value) -> SecretForm {
        match self.providers {
            Some(providers) => SecretForm::new(value, providers),
            None if value.as_text() == Some("") => SecretForm::Nothing,
            None => SecretForm::Value,
        }
    }
}

fn refers(text: &str, providers: &ProviderRegistry) -> bool {
    Reference::parse(text, |scheme| providers.contains(scheme)).is_some()
}

/// Whether the value contains anything that is not sealed.
fn is_open(value: &Value) -> bool {
    match value {
        Value::Secret(_) => false,
        Value::List(items) => items.iter().any(is_open),
        Value::Table(table) => table.values().any(is_open),
        value => !value.is_null(),
    }
}

/// The maximum number of unknown keys that are compared with the names of secrets.
const STRANGERS: usize = 1000;

struct MarkingWalk<'t> {
    marker: SecretMarker<'t>,
    /// Only lists secrets, including those that were sealed before, and seals nothing.
    lists: bool,
    found: Vec<SecretSite>,
    /// The number of unknown keys so far.
    strangers: usize,
}

impl MarkingWalk<'_> {
    fn level(&mut self, value: &mut Value, shape: &'static Shape, at: &SecretSite) {
        let Value::Table(table) = value else {
            // A value of another type in place of a struct may be meant as its secret.
            return self.all(value, at);
        };
        let level = Level::new(shape);
        let rest = if self.marker.hidden.contains(&at.own) { Some(true) } else { level.rest };
        for (name, value) in Arc::make_mut(table) {
            match level.fields.get(&**name).copied() {
                Some((field, secret)) => self.field(value, field, secret, &at.name(field.key, name)),
                None if rest == Some(true) => self.all(value, &at.name(name, name)),
                None if rest.is_none() && self.is_like_secret(&level, name) => self.stray(name, value, at),
                None => {}
            }
        }
    }

    /// Comparing names is expensive, and among many unknown keys hardly any is a typo.
    fn is_like_secret(&mut self, level: &Level, name: &str) -> bool {
        self.strangers += 1;
        scan::names_secret(name) || (self.strangers <= STRANGERS && level.is_near_secret(name))
    }

    /// The value of an unknown key belongs to no secret field, but is sealed anyway.
    fn stray(&mut self, name: &str, value: &mut Value, at: &SecretSite) {
        let before = self.found.len();
        self.all(value, &at.name(name, name));
        self.found[before..].iter_mut().for_each(|place| place.by = SecretForm::Nothing);
    }

    fn field(&mut self, value: &mut Value, field: &'static FieldShape, secret: bool, at: &SecretSite) {
        match field.inner() {
            _ if secret => self.all(value, at),
            Some(inner) if self.marker.concerns(inner, &at.own) => self.level(value, inner, at),
            None if self.marker.hidden.contains(&at.own) => self.all(value, at),
            _ => {}
        }
    }

    fn all(&mut self, value: &mut Value, at: &SecretSite) {
        // A shared value is copied only if needed.
        if (self.lists && value.is_null()) || (!self.lists && !is_open(value)) {
            return;
        }
        match value {
            Value::List(items) => {
                let items = Arc::make_mut(items).iter_mut().enumerate();
                items.for_each(|(index, item)| self.all(item, &at.index(index)));
            }
            Value::Table(table) => {
                let entries = Arc::make_mut(table).iter_mut();
                entries.for_each(|(name, value)| self.all(value, &at.name(name, name)));
            }
            value => {
                let place = SecretSite { by: self.marker.form_of(value), ..at.clone() };
                if place.by != SecretForm::Reference && !self.lists {
                    *value = Value::secret(std::mem::replace(value, Value::Null));
                }
                self.found.push(place);
            }
        }
    }
}

/// The fields whose keys are in one table, by each of their names.
#[derive(Default)]
struct Level {
    /// Each field, and whether it is secret.
    fields: BTreeMap<&'static str, (&'static FieldShape, bool)>,
    /// Whether a flattened field takes the remaining keys, and whether it is secret.
    rest: Option<bool>,
}

impl Level {
    fn new(shape: &'static Shape) -> Self {
        let mut level = Self::default();
        level.add(shape, false);
        level
    }

    /// Whether an unknown key may be a misspelt name of a secret.
    fn is_near_secret(&self, name: &str) -> bool {
        let secret = |meant: &str| self.fields.get(meant).is_some_and(|(_, secret)| *secret);
        did_you_mean(name, self.fields.keys().copied()).is_some_and(secret)
    }

    fn add(&mut self, shape: &'static Shape, secret: bool) {
        for field in shape.fields {
            let secret = secret || field.secret;
            match field.inner() {
                Some(inner) if field.flatten => self.add(inner, secret),
                None if field.flatten => self.rest = Some(secret || self.rest == Some(true)),
                _ => {
                    self.fields.insert(field.key, (field, secret));
                    self.fields.extend(field.aliases.iter().map(|alias| (*alias, (field, secret))));
                }
            }
        }
    }
}
