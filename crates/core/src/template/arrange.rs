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
    keys::Keys,
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
        let is_in_order = written.len() == items.len()
            && written.iter().zip(items).all(|(written, given)| is_unchanged(written, given));
        let found = if is_in_order { None } else { self.by_item(written, items, given, at) };
        match found {
            Some(found) => found,
            None if written.len() == items.len() => {
                let pairs = written.iter().zip(items).enumerate();
                Value::list(pairs.map(|(index, (written, item))| {
                    self.value(written, item, &At { whole: at.whole, keys: at.keys.index(index) })
                }))
            }
            None => Value::list(written.iter().map(|written| self.unplaced(written, given))),
        }
    }

    /// The items by what the type makes of each alone; `None` if it does not read a list of one item.
    fn by_item(&self, written: &[Value], items: &[Value], given: &Value, at: &At<'_>) -> Option<Value> {
        if items.len() > ITEMS || written.len() > items.len() {
            return None;
        }
        let alone = |item: &Value| {
            let whole = at.with(&Value::list([item.clone()]));
            let read = self.leaf.written(self.root, &whole)?;
            let [read] = at.keys.find(&read)?.as_list()? else { return None };
            Some((read.clone(), whole))
        };
        let mut free = items.iter().map(|item| alone(item).map(Some)).collect::<Option<Vec<_>>>()?;
        let mut take = |index: usize, written: &Value| {
            let is_it = |at: &usize| matches!(free.get(*at), Some(Some((read, _))) if read == written);
            let found = std::iter::once(index).chain(0..items.len()).find(is_it)?;
            Some((items.get(found)?, free.get_mut(found)?.take()?.1))
        };
        let found = written.iter().enumerate().map(|(index, written)| match take(index, written) {
            Some((item, whole)) => self.value(written, item, &At { whole: &whole, keys: at.keys.index(0) }),
            None => self.unplaced(written, given),
        });
        Some(Value::list(found))
    }

    fn table(&self, written: &Arc<Table>, entries: &Table, given: &Value, at: &At<'_>) -> Value {
        let (mut entries, mut whole) = (entries.clone(), at.whole.clone());
        let lost = |entries: &Table| -> Vec<Arc<str>> {
            let lost =
                entries.iter().filter(|(name, given)| holds_template(given) && !written.contains_key(*name));
            lost.map(|(name, _)| Arc::clone(name)).collect()
        };
        for name in lost(&entries).into_iter().take(ITEMS) {
            if let Some((renamed, read)) =
                self.renamed(&name, written, &entries, &At { whole: &whole, keys: at.keys.clone() })
            {
                (entries, whole) = (renamed, read);
            }
        }
        let is_lost = !lost(&entries).is_empty();
        Value::table(written.iter().map(|(name, written)| {
            let value = match entries.get(name) {
                Some(given) => self.value(written, given, &At { whole: &whole, keys: at.keys.name(name) }),
                None if is_lost || contains_result(written, &self.results) => self.unplaced(written, given),
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
    ) -> Option<(Table, Value)> {
        let others = written.keys().filter(|other| !entries.contains_key(*other));
        others.take_while(|_| !self.leaf.is_spent()).find_map(|other| {
            let mut renamed = entries.clone();
            let value = renamed.remove(name)?;
            renamed.insert(Arc::clone(other), value);
            let whole = at.with(&Value::Table(Arc::new(renamed.clone())));
            let read = self.leaf.written(self.root, &whole)?;
            let is_same = matches!(at.keys.find(&read)?, Value::Table(read) if read == written);
            is_same.then_some((renamed, whole))
        })
    }

    /// Something that a type wrote from interpolated text somewhere in `given`.
    fn unplaced(&self, written: &Value, given: &Value) -> Value {
        first_template(given).map_or_else(|| written.clone(), |untyped| untyped.part(written))
    }
}
