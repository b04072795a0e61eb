//! `each(..)`: rules for the elements of a collection.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use serde::Serialize;

use super::{Findings, Requirement, Rule};
use crate::keys::Key;

/// Every element satisfies some rules.
#[doc(hidden)]
pub struct Each<T: 'static> {
    pub rules: &'static [&'static dyn Rule<T>],
}

/// A field with elements.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`each` is for lists, sets and maps, but the field is a `{Self}`",
    label = "this type has no elements",
    note = "the keys of a map need `Serialize`, because problems are reported at `field.key`"
)]
pub trait Elements {
    type Element;
    fn visit(&self, visit: &mut dyn FnMut(ElementKey, &Self::Element));
}

/// The key of an element.
#[doc(hidden)]
#[derive(Debug)]
pub struct ElementKey(Option<Key>);

impl ElementKey {
    /// A set does not keep the order of the file, so an index could refer to another element.
    const UNKNOWN: Self = Self(None);

    fn index(index: usize) -> Self {
        Self(Some(Key::Index(index)))
    }

    /// A key in the form of files, whatever its type.
    fn key<K: Serialize>(key: &K) -> Self {
        Self(match serde_json::to_value(key) {
            Ok(serde_json::Value::String(name)) => Some(Key::Name(name.into())),
            Ok(scalar @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_))) => {
                Some(Key::Name(scalar.to_string().into()))
            }
            _ => None,
        })
    }
}

macro_rules! elements {
    ($([$($generics:tt)*] $collection:ty, $element:ty, $self:ident => $places:expr;)*) => { $(
        impl<$($generics)*> Elements for $collection {
            type Element = $element;

            fn visit(&$self, visit: &mut dyn FnMut(ElementKey, &Self::Element)) {
                $places.for_each(|(place, element)| visit(place, element));
            }
        }
    )* };
}

elements! {
    [T] Vec<T>, T, self => indexed(self);
    [T] VecDeque<T>, T, self => indexed(self);
    [T] Box<[T]>, T, self => indexed(self.iter());
    [T] Arc<[T]>, T, self => indexed(self.iter());
    [T, const N: usize] [T; N], T, self => indexed(self);
    [T, S] HashSet<T, S>, T, self => self.iter().map(|element| (ElementKey::UNKNOWN, element));
    [T] BTreeSet<T>, T, self => self.iter().map(|element| (ElementKey::UNKNOWN, element));
    [K: Serialize, V, S] HashMap<K, V, S>, V, self => sorted(self).into_iter();
    [K: Serialize, V] BTreeMap<K, V>, V, self => self.iter().map(|(key, value)| (ElementKey::key(key), value));
}

fn indexed<'c, T: 'c>(
    elements: impl IntoIterator<Item = &'c T>,
) -> impl Iterator<Item = (ElementKey, &'c T)> {
    elements.into_iter().enumerate().map(|(index, element)| (ElementKey::index(index), element))
}

/// Sorted, so that the order of a report is the same in each run.
fn sorted<'c, K: Serialize + 'c, V>(
    entries: impl IntoIterator<Item = (&'c K, &'c V)>,
) -> Vec<(ElementKey, &'c V)> {
    let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (ElementKey::key(key), value)).collect();
    entries.sort_by(|(one, _), (other, _)| one.0.cmp(&other.0));
    entries
}

impl<F: Elements> Elements for Option<F> {
    type Element = F::Element;

    fn visit(&self, visit: &mut dyn FnMut(ElementKey, &Self::Element)) {
        if let Some(elements) = self {
            elements.visit(visit);
        }
    }
}

impl<F: Elements<Element = T>, T> Rule<F> for Each<T> {
    fn check(&self, value: &F, findings: &mut Findings) {
        let secret = findings.secret;
        // The keys of a secret map are as secret as its values; an index reveals nothing.
        let told = |key: &Key| !secret || matches!(key, Key::Index(_));
        value.visit(&mut |place, element| findings.run_below(place.0.filter(told), element, self.rules));
    }

    fn describe(&self) -> Requirement {
        Requirement::Each(self.rules.iter().map(|rule| rule.describe()).collect())
    }
}
