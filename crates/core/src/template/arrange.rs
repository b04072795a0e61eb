//! What gave each part of a value that a type wrote: the given values, in the shape that the type writes.
//!
//! A type may write another text than it reads (an URL with a slash at its end, `30s` for `30000ms`), other names (aliases,
//! header names in lower case) and another order (a set). So the text of a part says little about what gave it. Its place
//! does where the shapes agree; where they do not, the type reads single items, and tables with other names, and what it
//! makes of them is compared.

use std::sync::Arc;

use super::{
    holds_template,
    leaf::Leaf,
    overlay::{collect_results, contains_result},
    preserve::is_unchanged,
    results::is_long,
};
use crate::{
    erased_config::ErasedConfig,
    keys::{Key, Keys},
    value::{Table, Untyped, Value, place_at},
};

/// The value of `written`'s shape that has the templates of `given` at their places. What a type took apart, or computed from
/// interpolated text, has a template that is only shown.
pub(super) fn arranged(root: &dyn ErasedConfig, slot: usize, written: &Value, given: &Value) -> Value {
    if !holds_template(given) {
        return written.clone();
    }
    let mut results = Vec::new();
    collect_results(given, &mut results);
    results.retain(|result| is_long(result));
    results.truncate(MAX_RESULTS);
    let arrangement = Arrangement { root, leaf: &Leaf::new(slot), results };
    arrangement.value(written, given, &At { whole: given, keys: Keys::root() })
}

/// How many items of a list are looked for in another order, and entries of a table under another name.
const ITEMS: usize = 1024;

/// From how many items on one trial shows that a type keeps their order: a hash set has any order, also the expected one.
const CERTAIN: usize = 16;

/// With how many results a part is compared that nothing at its place gave.
const MAX_RESULTS: usize = 64;

/// The parts of a list or table that was read from something else; `None` if `given` has the kind of `written`. The parts have
/// no templates of their own: each is shown by that of the whole.
pub(super) fn parts(written: &Value, given: &Value) -> Option<Value> {
    match (written, given) {
        (Value::List(_), Value::List(_)) | (Value::Table(_), Value::Table(_)) => None,
        (Value::List(_) | Value::Table(_), _) => {
            let untyped = first_template(given)?;
            Some(part(written, untyped, super::opened(written, untyped)))
        }
        _ => None,
    }
}

/// A part of a value. An entry that the opened text lacks was added by the type.
pub(super) fn part(written: &Value, of: &Untyped, opened: Option<&Value>) -> Value {
    match (written, opened) {
        (Value::Table(table), Some(Value::Table(opened))) => {
            Value::table(table.iter().map(|(name, value)| {
                let own =
                    opened.get(name).map_or_else(|| value.clone(), |opened| part(value, of, Some(opened)));
                (Arc::clone(name), own)
            }))
        }
        _ => of.part(written),
    }
}

/// The first interpolated text in a value; one with a variable in it, if there is any.
pub(super) fn first_template(value: &Value) -> Option<&Untyped> {
    fn find<'v>(value: &'v Value, wanted: &dyn Fn(&Untyped) -> bool) -> Option<&'v Untyped> {
        match value {
            Value::Untyped(untyped) => wanted(untyped).then_some(untyped),
            Value::List(items) => items.iter().find_map(|item| find(item, wanted)),
            Value::Table(table) => table.values().find_map(|value| find(value, wanted)),
            _ => None,
        }
    }
    find(value, &Untyped::is_of_variables).or_else(|| find(value, &|untyped| untyped.template().is_some()))
}

struct Arrangement<'a> {
    root: &'a dyn ErasedConfig,
    leaf: &'a Leaf,
    results: Vec<&'a str>,
}

/// A place in a value of the leaf, which the type reads.
struct At<'w> {
    whole: &'w Value,
    keys: Keys,
}

impl At<'_> {
    fn with(&self, value: &Value) -> Value {
        place_at(self.whole, &self.keys, Some(value))
    }

    /// The value at the same place without anything beside it, for a trial whose cost does not depend on the rest of the leaf.
    fn narrow(&self, value: Value) -> (Value, Keys) {
        let wrapped = |inner: Value, key: &Key| match key {
            Key::Name(name) => Value::table([(Arc::clone(name), inner)]),
            Key::Index(_) => Value::list([inner]),
        };
        let keys = self.keys.0.iter().map(|key| match key {
            Key::Name(name) => Key::Name(Arc::clone(name)),
            Key::Index(_) => Key::Index(0),
        });
        (self.keys.0.iter().rev().fold(value, wrapped), Keys(keys.collect()))
    }
}

/// A value that the type read on trial, and what it was read from.
struct Trial {
    read: Value,
    whole: Value,
    keys: Keys,
}

/// Which part of the leaf a trial includes.
#[derive(Clone, Copy)]
enum Scope {
    /// The value alone.
    Narrow,
    Whole,
}

impl Arrangement<'_> {
    fn value(&self, written: &Value, given: &Value, at: &At<'_>) -> Value {
        match (written, given) {
            // A secret is stored as one, template or not.
            (Value::Secret(_), _) => written.clone(),
            _ if !holds_template(given) => written.clone(),
            (Value::List(written), Value::List(items)) => self.list(written, items, given, at),
            (Value::Table(table), Value::Table(entries)) => self.table(table, entries, given, at),
            _ if written.holds_secret() => self.unplaced(written, given),
            _ => given.clone(),
        }
    }

    fn list(&self, written: &[Value], items: &[Value], given: &Value, at: &At<'_>) -> Value {
        if self.is_in_order(written, items, at) {
            return self.in_order(written, items, at);
        }
        if let Some(found) = self.by_item(written, items, given, at) {
            return found;
        }
        // A tuple has items of different types, and reads them in no other number and order.
        let is_tuple = || {
            items.len() <= ITEMS
                && self.keeps_order(written, items, at) != Some(false)
                && !self.leaf.is_spent()
        };
        match written.len() == items.len() && is_tuple() {
            true => self.in_order(written, items, at),
            false => Value::list(written.iter().map(|written| self.unplaced(written, given))),
        }
    }

    fn in_order(&self, written: &[Value], items: &[Value], at: &At<'_>) -> Value {
        let pairs = written.iter().zip(items).enumerate();
        Value::list(pairs.map(|(index, (written, item))| {
            self.value(written, item, &At { whole: at.whole, keys: at.keys.index(index) })
        }))
    }

    fn is_in_order(&self, written: &[Value], items: &[Value], at: &At<'_>) -> bool {
        let is_unmoved = || written.iter().zip(items).all(|(written, given)| is_unchanged(written, given));
        written.len() == items.len()
            && (items.len() == 1
                || is_unmoved()
                || items.len() >= CERTAIN && self.keeps_order(written, items, at) == Some(true))
    }

    /// Whether the type writes the items in another order when it reads them in that order; `None` if it refuses that order.
    fn keeps_order(&self, written: &[Value], items: &[Value], at: &At<'_>) -> Option<bool> {
        let turned = |items: &[Value]| {
            let (front, back) = items.split_at(items.len().min(1));
            Value::list(back.iter().chain(front).cloned())
        };
        Some(self.read(&turned(items), at)?.read == turned(written))
    }

    /// What the type makes of a value at this place.
    fn read(&self, value: &Value, at: &At<'_>) -> Option<Trial> {
        self.trial(value, at, Scope::Narrow).or_else(|| self.trial(value, at, Scope::Whole))
    }

    fn trial(&self, value: &Value, at: &At<'_>, scope: Scope) -> Option<Trial> {
        if self.leaf.is_spent() {
            return None;
        }
        let (whole, keys) = match scope {
            Scope::Narrow => at.narrow(value.clone()),
            Scope::Whole => (at.with(value), at.keys.clone()),
        };
        let read = keys.find(&self.leaf.written(self.root, &whole)?)?.clone();
        Some(Trial { read, whole, keys })
    }

    /// The items by what the type makes of each alone; `None` if it does not read a list of one item.
    fn by_item(&self, written: &[Value], items: &[Value], given: &Value, at: &At<'_>) -> Option<Value> {
        if items.len() > ITEMS || written.len() > items.len() {
            return None;
        }
        let is_complete = |found: &Vec<Option<_>>| found.iter().all(Option::is_some);
        let narrow = self.each_alone(written, items, at, Scope::Narrow).filter(is_complete);
        let found = narrow.or_else(|| self.each_alone(written, items, at, Scope::Whole))?;
        Some(Value::list(written.iter().zip(found).map(|(written, found)| match found {
            Some((item, Trial { whole, keys, .. })) => {
                self.value(written, item, &At { whole: &whole, keys: keys.index(0) })
            }
            None => self.unplaced(written, given),
        })))
    }

    /// For each written item the one that gives it, and the trial in which the type reads that alone.
    fn each_alone<'i>(
        &self,
        written: &[Value],
        items: &'i [Value],
        at: &At<'_>,
        scope: Scope,
    ) -> Option<Vec<Option<(&'i Value, Trial)>>> {
        let alone = |item: &Value| {
            let trial = self.trial(&Value::list([item.clone()]), at, scope)?;
            (trial.read.as_list()?.len() == 1).then_some(trial)
        };
        let mut free = items.iter().map(|item| alone(item).map(Some)).collect::<Option<Vec<_>>>()?;
        let mut take = |index: usize, written: &Value| {
            let is_read = |trial: &Trial| trial.read.as_list().is_some_and(|read| read == [written.clone()]);
            let is_it = |at: &usize| free.get(*at).is_some_and(|trial| trial.as_ref().is_some_and(is_read));
            let found = std::iter::once(index).chain(0..items.len()).find(is_it)?;
            Some((items.get(found)?, free.get_mut(found)?.take()?))
        };
        Some(written.iter().enumerate().map(|(index, written)| take(index, written)).collect())
    }

    fn table(&self, written: &Arc<Table>, entries: &Table, given: &Value, at: &At<'_>) -> Value {
        let is_lost =
            |(name, given): &(&Arc<str>, &Value)| holds_template(given) && !written.contains_key(*name);
        let lost: Vec<_> = entries.iter().filter(is_lost).map(|(name, _)| Arc::clone(name)).collect();
        let (mut entries, mut whole, mut keys) = (entries.clone(), at.whole.clone(), at.keys.clone());
        let is_extra = |entries: &Table| written.keys().any(|name| !entries.contains_key(name));
        for name in lost.into_iter().take(ITEMS) {
            if self.leaf.is_spent() || !is_extra(&entries) {
                break;
            }
            let at = At { whole: &whole, keys: keys.clone() };
            if let Some((renamed, trial)) = self.renamed(&name, written, &entries, &at) {
                (entries, whole, keys) = (renamed, trial.whole, trial.keys);
            }
        }
        let is_any_lost = entries.iter().any(|entry| is_lost(&entry));
        Value::table(written.iter().map(|(name, written)| {
            let value = match entries.get(name) {
                Some(given) => self.value(written, given, &At { whole: &whole, keys: keys.name(name) }),
                None if is_any_lost || contains_result(written, &self.results) => {
                    self.unplaced(written, given)
                }
                None => written.clone(),
            };
            (Arc::clone(name), value)
        }))
    }

    /// The entries with the name for one of them that the type writes: it reads the same table from both.
    fn renamed(
        &self,
        name: &str,
        written: &Arc<Table>,
        entries: &Table,
        at: &At<'_>,
    ) -> Option<(Table, Trial)> {
        let others = written.keys().filter(|other| !entries.contains_key(*other));
        others.take_while(|_| !self.leaf.is_spent()).find_map(|other| {
            let mut renamed = entries.clone();
            let value = renamed.remove(name)?;
            renamed.insert(Arc::clone(other), value);
            let trial = self.read(&Value::Table(Arc::new(renamed.clone())), at)?;
            let is_same = matches!(&trial.read, Value::Table(read) if read == written);
            is_same.then_some((renamed, trial))
        })
    }

    /// Something that a type wrote from interpolated text somewhere in `given`.
    fn unplaced(&self, written: &Value, given: &Value) -> Value {
        first_template(given).map_or_else(|| written.clone(), |untyped| untyped.part(written))
    }
}
