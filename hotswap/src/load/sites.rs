//! Places at which a secret may stand in a layer, learnt from where the decoder read one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    keys::{Key, Keys},
    resolve::interpolate::{self, Known},
    secret::{
        notice::{Met, digest},
        taint::By,
    },
    secrets::schemes::Schemes,
    value::{Dialect, Untyped, Value},
};

/// The places, in which any index of a list stands for all of them: lists of layers are replaced, joined and matched by
/// key, so an item of the result has other numbers in the layers.
#[derive(Default)]
pub(super) struct Sites(BTreeSet<Keys>);

impl Sites {
    /// `tree` is what was decoded, `layers` what it was made of.
    pub(super) fn of<'v>(
        met: &Met,
        tree: &Value,
        layers: impl Iterator<Item = &'v Value> + Clone,
        schemes: &Schemes,
    ) -> Self {
        let mut sites = Self(met.exact.iter().map(generalised).collect());
        // Those with one value, by the value: two fields may hold the same, and one of them is no secret.
        let none = Known::new(&|_| None);
        let mut alike: BTreeMap<u64, BTreeSet<Keys>> = BTreeMap::new();
        for region in &met.regions {
            let value = region.find(tree);
            scalars(value, region, &mut |keys, value| {
                // A text that was read as JSON holds the secret somewhere.
                if keys == region || is_structure(value, &Key::Name("".into()), &none) {
                    sites.0.insert(generalised(keys));
                }
                if let Some(digest) = digest(value).filter(|digest| met.read.contains(digest)) {
                    alike.entry(digest).or_default().insert(generalised(keys));
                }
            });
        }
        for places in alike.into_values() {
            let leads = |place: &&Keys| leads_to_a_secret(place, layers.clone(), schemes);
            let leading: BTreeSet<Keys> = if places.len() > 1 {
                places.iter().filter(leads).cloned().collect()
            } else {
                BTreeSet::new()
            };
            sites.0.extend(if leading.is_empty() { places } else { leading });
        }
        sites
    }

    /// The scalars of a tree at these places, and the texts that hold a table or a list with such a place.
    pub(super) fn in_tree<'v>(&self, tree: &'v Value, variables: &Known<'_>) -> Vec<(Keys, &'v Value)> {
        let mut found = Vec::new();
        self.0.iter().for_each(|site| descend(tree, &site.0, &Keys::root(), variables, &mut found));
        found
    }
}

fn generalised(keys: &Keys) -> Keys {
    let key = |key: &Key| if let Key::Index(_) = key { Key::Index(0) } else { key.clone() };
    Keys(keys.0.iter().map(key).collect())
}

/// Whether any layer has a reference or a variable there.
fn leads_to_a_secret<'v>(site: &Keys, layers: impl Iterator<Item = &'v Value>, schemes: &Schemes) -> bool {
    let (mut found, none) = (Vec::new(), Known::new(&|_| None));
    layers.for_each(|tree| descend(tree, &site.0, &Keys::root(), &none, &mut found));
    found.iter().any(|(_, value)| matches!(By::of(value, schemes), By::Reference | By::Variables))
}

fn descend<'v>(
    value: &'v Value,
    site: &[Key],
    at: &Keys,
    variables: &Known<'_>,
    found: &mut Vec<(Keys, &'v Value)>,
) {
    match (site, value.inside()) {
        ([], Value::List(_) | Value::Table(_)) => {
            scalars(Some(value), at, &mut |keys, value| found.push((keys.clone(), value)));
        }
        ([Key::Index(_), below @ ..], Value::List(items)) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| descend(item, below, &at.index(index), variables, found));
        }
        ([Key::Name(name), below @ ..], Value::Table(table)) => {
            let inside = table.get(name).into_iter();
            inside.for_each(|value| descend(value, below, &at.name(name), variables, found));
        }
        ([], _) => found.push((at.clone(), value)),
        ([next, ..], _) if is_structure(value, next, variables) => found.push((at.clone(), value)),
        _ => {}
    }
}

/// Whether a text is read as what has a place `next` in it: a variable may hold a list or JSON.
fn is_structure(value: &Value, next: &Key, variables: &Known<'_>) -> bool {
    let json = |text: &str| text.trim_start().starts_with(['{', '[']);
    let read = |text: &str| matches!(next, Key::Index(_)) || json(text);
    match value.inside() {
        Value::Template(text) => interpolate::beginning(text, variables).is_some_and(|text| read(&text)),
        Value::Untyped(Untyped { text, dialect: Dialect::Variable, .. }) => read(text),
        _ => false,
    }
}

fn scalars<'v>(value: Option<&'v Value>, at: &Keys, look: &mut dyn FnMut(&Keys, &'v Value)) {
    match value.map(Value::inside) {
        Some(Value::List(items)) => {
            items.iter().enumerate().for_each(|(index, item)| scalars(Some(item), &at.index(index), look));
        }
        Some(Value::Table(table)) => {
            table.iter().for_each(|(name, value)| scalars(Some(value), &at.name(name), look));
        }
        _ => value.into_iter().for_each(|value| look(at, value)),
    }
}
