//! The paths at which a secret may be in a layer, derived from the paths at which the decoder read one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::secret_reads::SecretReadSurvey;
use crate::{
    keys::{Key, Keys},
    resolve::interpolate::{self, Known},
    secret::tracking::{SecretReads, digests},
    value::{Dialect, Untyped, Value},
};

/// The paths, with [`ANY`] as the index in a list: lists of layers are replaced, joined and matched by key, so an item
/// has other indices in the layers. In a tuple each index has its own type.
#[derive(Default)]
pub(super) struct Sites(BTreeMap<Keys, Extent>);

/// How much of a value a path concerns.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    /// A scalar. A list or a table at the path belongs to another variant of the type, and is read by itself.
    Scalar,
    /// Everything at the path.
    Whole,
}

/// The index of every item of a list.
const ANY: usize = usize::MAX;

/// Places as [`Sites`] has them, each with one of the tree.
type Examples = BTreeMap<Keys, Keys>;

/// The scalars of a value that serde buffered.
#[derive(Default)]
struct Region {
    /// By the digest of a secret that was read.
    alike: BTreeMap<u64, Examples>,
    others: Examples,
}

impl Sites {
    /// Adds the paths of values that are exactly one secret.
    pub(super) fn extend(&mut self, reads: &SecretReads, tree: &Value) {
        for keys in &reads.exact {
            self.add(generalised(keys, &reads.tuples), keys.find(tree));
        }
    }

    fn add(&mut self, site: Keys, value: Option<&Value>) {
        let extent = self.0.entry(site).or_insert(Extent::Scalar);
        *extent = (*extent).max(extent_of(value));
    }

    /// Adds the paths of one tree without templates.
    pub(super) fn survey(&mut self, survey: &SecretReadSurvey, tree: &Value) {
        let reads = survey.reads(tree);
        self.extend(&reads, tree);
        let mut missed = reads.read.clone();
        for place in &reads.exact {
            scalars(place.find(tree), place, &mut |_, value| {
                digests(value).iter().for_each(|digest| {
                    missed.remove(digest);
                });
            });
        }
        let regions: Vec<_> =
            reads.regions.iter().map(|region| self.scan(tree, region, &reads, &mut missed)).collect();
        let is_incomplete = reads.silent || !missed.is_empty();
        regions.into_iter().for_each(|region| self.region(survey, tree, region, is_incomplete));
    }

    /// The scalars in a value that serde buffered. The digests of its texts are not `missed`.
    fn scan(&mut self, tree: &Value, at: &Keys, reads: &SecretReads, missed: &mut HashSet<u64>) -> Region {
        let mut region = Region::default();
        let none = Known::new(&|_| None);
        scalars(at.find(tree), at, &mut |keys, value| {
            let place = generalised(keys, &reads.tuples);
            // A text that was read as JSON contains the secret somewhere.
            if keys == at || is_structure(value, &Key::Name("".into()), &none) {
                self.add(place.clone(), Some(value));
            }
            for digest in digests(value).intersection(&reads.read) {
                missed.remove(digest);
                let places = region.alike.entry(*digest).or_default();
                places.entry(place.clone()).or_insert_with(|| keys.clone());
            }
            region.others.entry(place).or_insert_with(|| keys.clone());
        });
        region
    }

    /// Those in a value that serde buffered. Each digest that was read leads to the places with such a text; the type is
    /// asked which of them it reads as a secret. Other places are asked about where a digest leads to no secret: its type may
    /// show no text, or a function may have changed the text.
    fn region(&mut self, survey: &SecretReadSurvey, tree: &Value, region: Region, is_incomplete: bool) {
        let Region { alike, mut others } = region;
        let mut unclear = Examples::new();
        for mut places in alike.into_values() {
            // All items of a list have one place, and there may be thousands.
            let count = places.len();
            places.retain(|place, _| !self.0.contains_key(place));
            match survey.asked(tree, &places) {
                Some(found) => self.add_all(found, &places, tree),
                None if places.len() < count => {}
                None => unclear.extend(places),
            }
        }
        if is_incomplete || !unclear.is_empty() {
            others.retain(|place, _| !self.0.contains_key(place));
            match survey.asked(tree, &others) {
                Some(found) => self.add_all(found, &others, tree),
                None => unclear.into_iter().for_each(|(site, keys)| self.add(site, keys.find(tree))),
            }
        }
    }

    fn add_all(&mut self, found: BTreeSet<Keys>, examples: &Examples, tree: &Value) {
        for site in found {
            let value = examples.get(&site).and_then(|keys| keys.find(tree));
            self.add(site, value);
        }
    }

    /// The scalars of a tree at these paths, and the texts with a table or list that contains such a path.
    pub(super) fn in_tree<'v>(&self, tree: &'v Value, variables: &Known<'_>) -> Vec<(Keys, &'v Value)> {
        let mut found = Vec::new();
        for (site, extent) in &self.0 {
            descend(tree, &site.0, &Keys::root(), variables, &mut |keys, value| match (
                *extent,
                value.inside(),
            ) {
                (Extent::Scalar, Value::List(_) | Value::Table(_)) => {}
                _ => scalars(Some(value), keys, &mut |keys, value| found.push((keys.clone(), value))),
            });
        }
        found
    }
}

fn extent_of(value: Option<&Value>) -> Extent {
    match value.map(Value::inside) {
        Some(Value::List(_) | Value::Table(_)) | None => Extent::Whole,
        Some(_) => Extent::Scalar,
    }
}

fn generalised(keys: &Keys, tuples: &BTreeSet<Keys>) -> Keys {
    let is_tuple = |depth: usize| !tuples.is_empty() && tuples.contains(&Keys(keys.0[..depth].to_vec()));
    let key = |(depth, key): (usize, &Key)| match key {
        Key::Index(_) if !is_tuple(depth) => Key::Index(ANY),
        key => key.clone(),
    };
    Keys(keys.0.iter().enumerate().map(key).collect())
}

fn descend<'v>(
    value: &'v Value,
    site: &[Key],
    at: &Keys,
    variables: &Known<'_>,
    found: &mut dyn FnMut(&Keys, &'v Value),
) {
    match (site, value.inside()) {
        ([Key::Index(wanted), below @ ..], Value::List(items)) => {
            // A layer with fewer items than the tuple may contain any part of it.
            let all = *wanted >= items.len();
            let items = items.iter().enumerate().filter(|(index, _)| all || index == wanted);
            items.for_each(|(index, item)| descend(item, below, &at.index(index), variables, found));
        }
        ([Key::Name(name), below @ ..], Value::Table(table)) => {
            let inside = table.get(name).into_iter();
            inside.for_each(|value| descend(value, below, &at.name(name), variables, found));
        }
        ([], _) => found(at, value),
        ([next, ..], _) if is_structure(value, next, variables) => found(at, value),
        _ => {}
    }
}

/// Whether a text is read as a value that contains `next`: a variable may contain a list or JSON.
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
