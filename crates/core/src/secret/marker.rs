//! Marks the secrets of a tree before other code reads it.
//!
//! Lists and tables keep their form, so that they merge as others do; what stands in them is sealed one by one. Not
//! sealed is what leads to a secret and will never hold one: `null`, and references to a store.

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

/// Where a secret is in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretSite {
    /// By the fields' own names.
    pub(crate) own: Keys,
    /// As the tree has it.
    pub(crate) written: Keys,
    pub(crate) by: SecretForm,
}

/// How a secret is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretForm {
    /// By its value, which is sealed.
    Value,
    /// By a text that holds nothing: it is sealed, but is no secret yet.
    Nothing,
    /// By a reference to a store.
    Reference,
    /// By the names of variables; it is sealed, so that what they hold will be.
    Variables,
}

impl SecretForm {
    /// How a scalar gives a secret, in a tree in which texts may stand for something else.
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

    /// Whether what stands there must not be kept.
    pub(crate) fn is_value(&self) -> bool {
        matches!(self.by, SecretForm::Value | SecretForm::Nothing)
    }
}

/// Which values are secret.
#[derive(Clone, Copy)]
pub(crate) struct SecretMarker<'t> {
    pub(crate) shape: &'static Shape,
    /// Leaves not marked secret in which the decoder read a secret.
    pub(crate) hidden: &'t BTreeSet<Keys>,
    /// Of references; `None` once nothing stands for anything else any more.
    pub(crate) providers: Option<&'t ProviderRegistry>,
}

impl SecretMarker<'_> {
    /// Seals what stands at secret places of a tree, and says where those are that were not sealed before.
    pub(crate) fn mark(&self, tree: &mut Value) -> Vec<SecretSite> {
        let mut sealer = MarkingWalk { marker: *self, lists: false, found: Vec::new(), strangers: 0 };
        if self.concerns(self.shape, &Keys::root()) {
            sealer.level(tree, self.shape, &SecretSite::root());
        }
        sealer.found
    }

    /// Where secrets stand in a tree, sealed or not; all of its scalars if `all` are secret.
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

    /// Seals everything in a tree, and says where.
    pub(crate) fn mark_all(&self, tree: &mut Value) -> Vec<SecretSite> {
        let mut sealer = MarkingWalk { marker: *self, lists: false, found: Vec::new(), strangers: 0 };
        sealer.all(tree, &SecretSite::root());
        sealer.found
    }

    /// Whether a secret may stand below a struct.
    fn concerns(&self, shape: &Shape, keys: &Keys) -> bool {
        shape.any_secret() || self.hidden.iter().any(|hidden| hidden.starts_with(keys))
    }

    /// How a scalar that is not sealed gives a secret.
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

/// Whether something is there that is not sealed.
fn is_open(value: &Value) -> bool {
    match value {
        Value::Secret(_) => false,
        Value::List(items) => items.iter().any(is_open),
        Value::Table(table) => table.values().any(is_open),
        value => !value.is_null(),
    }
}

/// So many keys that no field takes are compared with the names of secrets.
const STRANGERS: usize = 1000;

struct MarkingWalk<'t> {
    marker: SecretMarker<'t>,
    /// Nothing is sealed, and what was sealed before counts too.
    lists: bool,
    found: Vec<SecretSite>,
    /// Keys so far that no field takes.
    strangers: usize,
}

impl MarkingWalk<'_> {
    fn level(&mut self, value: &mut Value, shape: &'static Shape, at: &SecretSite) {
        let Value::Table(table) = value else {
            // Whatever stands in the place of a struct may be meant for its secret.
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

    /// Of many keys that no field takes hardly one is a slip, and to compare names is dear.
    fn is_like_secret(&mut self, level: &Level, name: &str) -> bool {
        self.strangers += 1;
        scan::names_secret(name) || (self.strangers <= STRANGERS && level.is_near_secret(name))
    }

    /// What no field takes is nobody's secret, and hidden all the same.
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
        // What has other owners is copied only if there is need to.
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

/// The fields whose keys stand on one level, under each of their names.
#[derive(Default)]
struct Level {
    /// Each with whether it is secret.
    fields: BTreeMap<&'static str, (&'static FieldShape, bool)>,
    /// Whether what is left is taken by a flattened field, and that is secret.
    rest: Option<bool>,
}

impl Level {
    fn new(shape: &'static Shape) -> Self {
        let mut level = Self::default();
        level.add(shape, false);
        level
    }

    /// Whether a key that no field takes may have been meant for a secret.
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
