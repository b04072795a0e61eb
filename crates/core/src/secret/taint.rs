//! Marks the secrets of a tree before anybody else sees it.
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
    secrets::{reference::Reference, schemes::Schemes},
    shape::{FieldShape, Shape},
    suggest::did_you_mean,
    value::Value,
};

/// A place at which a secret stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// By the fields' own names.
    pub(crate) own: Keys,
    /// As the tree has it.
    pub(crate) written: Keys,
    pub(crate) by: By,
}

/// How a secret is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// By its value, which is sealed.
    Value,
    /// By a text that holds nothing: it is sealed, but is no secret yet.
    Nothing,
    /// By a reference to a store.
    Reference,
    /// By the names of variables; it is sealed, so that what they hold will be.
    Variables,
}

impl By {
    /// How a scalar gives a secret, in a tree in which texts may stand for something else.
    pub(crate) fn of(value: &Value, schemes: &Schemes) -> Self {
        match value.as_text() {
            Some("") => Self::Nothing,
            Some(text) if refers(text, schemes) => Self::Reference,
            Some(text)
                if matches!(value.inside(), Value::Template(_)) && interpolate::is_only_variables(text) =>
            {
                Self::Variables
            }
            _ => Self::Value,
        }
    }
}

impl Place {
    fn root() -> Self {
        Self { own: Keys::root(), written: Keys::root(), by: By::Value }
    }

    fn name(&self, own: &str, written: &str) -> Self {
        Self { own: self.own.name(own), written: self.written.name(written), by: By::Value }
    }

    fn index(&self, index: usize) -> Self {
        Self { own: self.own.index(index), written: self.written.index(index), by: By::Value }
    }

    /// Whether what stands there must not be kept.
    pub(crate) fn is_value(&self) -> bool {
        matches!(self.by, By::Value | By::Nothing)
    }
}

/// Which values are secret.
#[derive(Clone, Copy)]
pub(crate) struct Taint<'t> {
    pub(crate) shape: &'static Shape,
    /// Leaves in which the decoder met a secret that no field says.
    pub(crate) hidden: &'t BTreeSet<Keys>,
    /// Of references; `None` once nothing stands for anything else any more.
    pub(crate) schemes: Option<&'t Schemes>,
}

impl Taint<'_> {
    /// Seals what stands at secret places of a tree, and says where those are that were not sealed before.
    pub(crate) fn seal(&self, tree: &mut Value) -> Vec<Place> {
        let mut sealer = Sealer { taint: *self, lists: false, met: Vec::new(), strangers: 0 };
        if self.concerns(self.shape, &Keys::root()) {
            sealer.level(tree, self.shape, &Place::root());
        }
        sealer.met
    }

    /// Where secrets stand in a tree, sealed or not; all of its scalars if `all` are secret.
    pub(crate) fn list(&self, tree: &Value, all: bool) -> Vec<Place> {
        let mut sealer = Sealer { taint: *self, lists: true, met: Vec::new(), strangers: 0 };
        match all {
            true => sealer.all(&mut tree.clone(), &Place::root()),
            false if self.concerns(self.shape, &Keys::root()) => {
                sealer.level(&mut tree.clone(), self.shape, &Place::root());
            }
            false => {}
        }
        sealer.met
    }

    /// Seals everything in a tree, and says where.
    pub(crate) fn seal_all(&self, tree: &mut Value) -> Vec<Place> {
        let mut sealer = Sealer { taint: *self, lists: false, met: Vec::new(), strangers: 0 };
        sealer.all(tree, &Place::root());
        sealer.met
    }

    /// Whether a secret may stand below a struct.
    fn concerns(&self, shape: &Shape, keys: &Keys) -> bool {
        shape.any_secret() || self.hidden.iter().any(|hidden| hidden.starts_with(keys))
    }

    /// How a scalar that is not sealed gives a secret.
    fn by(&self, value: &Value) -> By {
        match self.schemes {
            Some(schemes) => By::of(value, schemes),
            None if value.as_text() == Some("") => By::Nothing,
            None => By::Value,
        }
    }
}

fn refers(text: &str, schemes: &Schemes) -> bool {
    Reference::parse(text, |scheme| schemes.knows(scheme)).is_some()
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

struct Sealer<'t> {
    taint: Taint<'t>,
    /// Nothing is sealed, and what was sealed before counts too.
    lists: bool,
    met: Vec<Place>,
    /// Keys so far that no field takes.
    strangers: usize,
}

impl Sealer<'_> {
    fn level(&mut self, value: &mut Value, shape: &'static Shape, at: &Place) {
        let Value::Table(table) = value else {
            // Whatever stands in the place of a struct may be meant for its secret.
            return self.all(value, at);
        };
        let level = Level::of(shape);
        let rest = if self.taint.hidden.contains(&at.own) { Some(true) } else { level.rest };
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
    fn stray(&mut self, name: &str, value: &mut Value, at: &Place) {
        let before = self.met.len();
        self.all(value, &at.name(name, name));
        self.met[before..].iter_mut().for_each(|place| place.by = By::Nothing);
    }

    fn field(&mut self, value: &mut Value, field: &'static FieldShape, secret: bool, at: &Place) {
        match field.inner() {
            _ if secret => self.all(value, at),
            Some(inner) if self.taint.concerns(inner, &at.own) => self.level(value, inner, at),
            None if self.taint.hidden.contains(&at.own) => self.all(value, at),
            _ => {}
        }
    }

    fn all(&mut self, value: &mut Value, at: &Place) {
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
                let place = Place { by: self.taint.by(value), ..at.clone() };
                if place.by != By::Reference && !self.lists {
                    *value = Value::secret(std::mem::replace(value, Value::Null));
                }
                self.met.push(place);
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
    fn of(shape: &'static Shape) -> Self {
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
