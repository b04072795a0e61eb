//! The changes of the text of a file, as a tree of its keys.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    keys::Key,
    value::{Table, Value},
};

/// Changes below a table or a list, in the order in which new entries are to be written.
///
/// The index of a new list item is the length of the list or more.
pub(crate) type Changes = Vec<(Key, Change)>;

/// The change of one value of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Put(Value),
    Remove,
    /// The value stays, and something below it changes.
    Inside(Changes),
    /// All elements that a list has afterwards, in order.
    Elements(Vec<Element>),
}

/// An element of a list after a change, by the index that it had before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Element {
    /// One that stays; those that stay keep their order.
    Kept(usize, Option<Change>),
    /// One that gets another place among those that stay.
    Moved(usize, Option<Change>),
    New(Value),
}

impl Element {
    /// The value of the element, if the list had these values.
    fn apply(&self, items: &[Value]) -> Option<Value> {
        match self {
            Self::Kept(index, None) | Self::Moved(index, None) => items.get(*index).cloned(),
            Self::Kept(index, Some(change)) | Self::Moved(index, Some(change)) => {
                change.apply(items.get(*index))
            }
            Self::New(value) => Some(value.clone()),
        }
    }

    fn is_removal(&self) -> bool {
        match self {
            Self::Kept(_, change) | Self::Moved(_, change) => change.as_ref().is_none_or(Change::is_removal),
            Self::New(_) => false,
        }
    }
}

impl Change {
    /// Whether nothing is put anywhere.
    pub(crate) fn is_removal(&self) -> bool {
        match self {
            Self::Put(_) => false,
            Self::Remove => true,
            Self::Inside(changes) => changes.iter().all(|(_, change)| change.is_removal()),
            Self::Elements(elements) => elements.iter().all(Element::is_removal),
        }
    }

    /// The value after the change; `None` if the change removes it.
    pub(crate) fn apply(&self, value: Option<&Value>) -> Option<Value> {
        match self {
            Self::Put(new) => Some(new.clone()),
            Self::Remove => None,
            Self::Inside(changes) => match value.map(Value::inside) {
                Some(Value::List(items)) => Some(apply_to_list(items, changes)),
                Some(Value::Table(table)) => Some(apply_to_table(table.as_ref().clone(), changes)),
                _ if self.is_removal() => value.cloned(),
                _ => Some(apply_to_table(Table::new(), changes)),
            },
            Self::Elements(elements) => {
                let items = value.and_then(|value| value.inside().as_list()).unwrap_or_default();
                Some(Value::list(elements.iter().filter_map(|element| element.apply(items))))
            }
        }
    }

    /// The elements of a list of this length after the change; `None` if it changes no list.
    pub(crate) fn elements(&self, count: usize) -> Option<Cow<'_, [Element]>> {
        match self {
            Self::Elements(elements) => Some(Cow::Borrowed(elements)),
            Self::Inside(changes) => elements_by_index(changes, count).map(Cow::Owned),
            Self::Put(_) | Self::Remove => None,
        }
    }

    /// The entries of the table that the change creates, in order; `None` if it creates no table.
    pub(crate) fn entries(&self) -> Option<Changes> {
        match self {
            Self::Put(Value::Table(table)) => {
                let entry = |(name, value): (&Arc<str>, &Value)| {
                    (Key::Name(Arc::clone(name)), Self::Put(value.clone()))
                };
                Some(table.iter().map(entry).collect())
            }
            Self::Put(_) | Self::Remove | Self::Elements(_) => None,
            Self::Inside(changes) => {
                Some(changes.iter().filter(|(_, change)| !change.is_removal()).cloned().collect())
            }
        }
    }
}

/// What changes by index make of a list.
fn elements_by_index(changes: &Changes, count: usize) -> Option<Vec<Element>> {
    let (mut old, mut new) = (vec![None; count], Vec::new());
    for (key, change) in changes {
        let Key::Index(index) = key else { return None };
        match old.get_mut(*index) {
            Some(old) => *old = Some(change.clone()),
            None => new.extend(change.apply(None).map(Element::New)),
        }
    }
    let old = old.into_iter().enumerate().filter(|(_, change)| *change != Some(Change::Remove));
    Some(old.map(|(index, change)| Element::Kept(index, change)).chain(new).collect())
}

/// The same changes in steps: an element that moves changes in the step after.
pub(crate) fn in_steps(changes: &Changes) -> Vec<Changes> {
    let (mut steps, mut rest) = (Vec::new(), changes.clone());
    loop {
        let (now, later) = split_changes(rest);
        steps.push(now);
        if later.is_empty() {
            return steps;
        }
        rest = later;
    }
}

/// What happens in this step, and what happens later.
fn split_changes(changes: Changes) -> (Changes, Changes) {
    let (mut now, mut later) = (Changes::new(), Changes::new());
    for (key, change) in changes {
        let (first, rest) = split(change);
        later.extend(rest.map(|rest| (key.clone(), rest)));
        now.push((key, first));
    }
    (now, later)
}

fn split(change: Change) -> (Change, Option<Change>) {
    match change {
        Change::Inside(changes) => {
            let (now, later) = split_changes(changes);
            (Change::Inside(now), (!later.is_empty()).then_some(Change::Inside(later)))
        }
        Change::Elements(elements) => {
            let (mut now, mut later) = (Vec::new(), Changes::new());
            for (place, element) in elements.into_iter().enumerate() {
                let (first, rest) = split_element(element);
                later.extend(rest.map(|rest| (Key::Index(place), rest)));
                now.push(first);
            }
            (Change::Elements(now), (!later.is_empty()).then_some(Change::Inside(later)))
        }
        other => (other, None),
    }
}

fn split_element(element: Element) -> (Element, Option<Change>) {
    match element {
        Element::Kept(index, Some(change)) => {
            let (now, later) = split(change);
            (Element::Kept(index, Some(now)), later)
        }
        Element::Moved(index, change) => (Element::Moved(index, None), change),
        other => (other, None),
    }
}

fn apply_to_list(items: &[Value], changes: &Changes) -> Value {
    let known = changes.iter().rev().filter_map(|(key, change)| match key {
        Key::Index(index) => Some((*index, change)),
        Key::Name(_) => None,
    });
    let known: HashMap<usize, &Change> = known.collect();
    let kept = items.iter().enumerate().filter_map(|(index, item)| match known.get(&index) {
        Some(change) => change.apply(Some(item)),
        None => Some(item.clone()),
    });
    let new = changes.iter().filter(|(key, _)| matches!(key, Key::Index(index) if *index >= items.len()));
    Value::list(kept.chain(new.filter_map(|(_, change)| change.apply(None))).collect::<Vec<_>>())
}

fn apply_to_table(mut table: Table, changes: &Changes) -> Value {
    for (key, change) in changes {
        let Key::Name(name) = key else { continue };
        match change.apply(table.get(name)) {
            Some(value) => drop(table.insert(Arc::clone(name), value)),
            None => drop(table.remove(name)),
        }
    }
    Value::Table(Arc::new(table))
}

/// Adds a change at a path; a later change of the same path replaces the earlier one.
pub(crate) fn add(changes: &mut Changes, path: &[Key], change: Change) {
    let Some((key, rest)) = path.split_first() else { return };
    let known = changes.iter().position(|(known, _)| known == key);
    let place = known.unwrap_or_else(|| {
        changes.push((key.clone(), Change::Inside(Changes::new())));
        changes.len() - 1
    });
    let found = &mut changes[place].1;
    match found {
        _ if rest.is_empty() => *found = change,
        Change::Inside(below) => add(below, rest, change),
        // No two leaves share a list, so nothing else changes below it.
        Change::Elements(_) => *found = change,
        Change::Put(value) => {
            let mut below = Changes::new();
            add(&mut below, rest, change);
            *found = Change::Put(Change::Inside(below).apply(Some(value)).unwrap_or(Value::Null));
        }
        Change::Remove => {
            let mut below = Changes::new();
            add(&mut below, rest, change);
            let below = Change::Inside(below);
            if let Some(value) = below.apply(None).filter(|_| !below.is_removal()) {
                *found = Change::Put(value);
            }
        }
    }
}

/// Adds changes of different entries of the table at a path, in linear time.
pub(crate) fn add_all(changes: &mut Changes, path: &[Key], new: Changes) {
    let Some((key, rest)) = path.split_first() else {
        let known: HashSet<Key> = changes.iter().map(|(key, _)| key.clone()).collect();
        let (again, new): (Vec<_>, Vec<_>) = new.into_iter().partition(|(key, _)| known.contains(key));
        changes.extend(new);
        return again.into_iter().for_each(|(key, change)| add(changes, &[key], change));
    };
    match changes.iter_mut().find(|(known, _)| known == key) {
        Some((_, Change::Inside(below))) => add_all(below, rest, new),
        Some(_) => new.into_iter().for_each(|(last, change)| {
            add(changes, &[path, &[last]].concat(), change);
        }),
        None => {
            let mut below = Changes::new();
            add_all(&mut below, rest, new);
            changes.push((key.clone(), Change::Inside(below)));
        }
    }
}

/// The text of a string with escapes, so that no variable is expanded when it is read.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    fn value(json: serde_json::Value) -> Value {
        json.into()
    }

    fn changed(old: serde_json::Value, list: &[(Keys, Change)]) -> Value {
        let mut changes = Changes::new();
        list.iter().for_each(|(keys, change)| add(&mut changes, &keys.0, change.clone()));
        Change::Inside(changes).apply(Some(&value(old))).unwrap()
    }

    fn keys(path: &str) -> Keys {
        path.split('.').collect()
    }

    #[test]
    fn changes_apply_in_tables_and_lists() {
        let peers = keys("peers").index(1).name("port");
        let list = [
            (keys("a.b"), Change::Put(Value::Int(1))),
            (peers, Change::Put(Value::Int(2))),
            (keys("peers").index(2), Change::Put(Value::Int(3))),
            (keys("peers").index(0), Change::Remove),
            (keys("gone.x"), Change::Remove),
        ];
        let old = serde_json::json!({"peers": [{"port": 8}, {"port": 9, "x": 1}]});
        let expected = serde_json::json!({"a": {"b": 1}, "peers": [{"port": 2, "x": 1}, 3]});
        let found = changed(old, &list);
        // An entry below a table that is missing has nothing to remove.
        assert_eq!(
            Keys::root().name("peers").find(&found),
            Keys::root().name("peers").find(&value(expected))
        );
        assert_eq!(keys("a.b").find(&found), Some(&Value::Int(1)));
        assert_eq!(keys("gone").find(&found), None);
    }

    /// A quadratic pass over this many entries takes an hour.
    #[test]
    fn many_changes_take_linear_time() {
        const MANY: usize = 200_000;
        let began = std::time::Instant::now();
        let items = (0..MANY).map(|at| (Key::Index(at), Change::Put(Value::Bool(true)))).collect();
        let list = Value::list(vec![Value::Null; MANY]);
        let changed = Change::Inside(items).apply(Some(&list)).unwrap();
        assert!(changed.as_list().unwrap().iter().all(|item| *item == Value::Bool(true)));
        let entry = |at: usize| (Key::Name(at.to_string().into()), Change::Put(Value::Null));
        let mut changes = Changes::new();
        add_all(&mut changes, &keys("a").0, (0..MANY).map(entry).collect());
        add_all(&mut changes, &keys("a").0, (MANY..2 * MANY).map(entry).collect());
        let table = Change::Inside(changes).apply(None).unwrap();
        assert_eq!(keys("a").find(&table).and_then(Value::as_table).map(|table| table.len()), Some(2 * MANY));
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "{:?}", began.elapsed());
    }

    #[test]
    fn changes_that_are_added_together_replace_earlier_ones() {
        let put = |name: &str, number| (Key::Name(name.into()), Change::Put(Value::Int(number)));
        let mut changes = Changes::new();
        add(&mut changes, &keys("t.a").0, Change::Put(Value::Int(1)));
        add_all(&mut changes, &keys("t").0, vec![put("a", 2), put("b", 3)]);
        let found = Change::Inside(changes).apply(None);
        assert_eq!(found, Some(value(serde_json::json!({"t": {"a": 2, "b": 3}}))));
    }

    #[test]
    fn a_change_below_a_new_value_changes_that_value() {
        let list = [
            (keys("a"), Change::Put(value(serde_json::json!({"x": 1})))),
            (keys("a.y"), Change::Put(Value::Int(2))),
        ];
        assert_eq!(changed(serde_json::json!({}), &list), value(serde_json::json!({"a": {"x": 1, "y": 2}})));
    }
}
