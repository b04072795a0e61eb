//! The place of a missing value: the table that lacks it, or the buffered value around it and nothing more.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    super::{cause::Cause, notes::Ahead},
    DecodeError, Inquiry, Run, UNNAMED,
    poison::Poison,
    tree,
};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// How many tables are compared that may lack a key.
const MAX_TABLES: usize = 256;

impl Inquiry<'_> {
    /// An error about a missing key, at the table that lacks it.
    pub(super) fn missing(
        &mut self,
        whole: &Value,
        error: DecodeError,
        name: &'static str,
        region: &Keys,
        within: &[Keys],
    ) -> DecodeError {
        if let Some(list @ Value::List(_)) = tree::get(whole, &region.0).map(Value::inside) {
            return DecodeError::expected_table(list).moved(region);
        }
        let inner = within.iter().filter(|keys| *keys != region && lacks(whole, keys, name));
        let inner: Vec<&Keys> = inner.collect();
        match self.table_that_lacks(whole, name, region, &inner) {
            Some(keys) => error.moved(&keys.name(name)),
            None => error.missing_somewhere(name).moved(region),
        }
    }

    /// The last table that is asked for the key and is not taken without it. A table that is read before it may be asked
    /// for the key as well, as a map is; so may one around it.
    fn table_that_lacks(
        &mut self,
        whole: &Value,
        name: &'static str,
        region: &Keys,
        inner: &[&Keys],
    ) -> Option<Keys> {
        let (tree, reached) = self.reached(whole, name, inner)?;
        for keys in reached.into_iter().rev() {
            if self.is_asked_for(&tree, keys, name)? && !self.is_taken(&tree, keys, region)? {
                return Some(keys.clone());
            }
        }
        let is_region = lacks(whole, region, name) && self.is_asked_for(&tree, region, name)?;
        is_region.then(|| region.clone())
    }

    /// The tables that are read before the key is missing, in this order. All are replaced by values that no type reads, and
    /// those that are asked for are put back one by one. The others stay replaced in the tree.
    fn reached<'k>(
        &mut self,
        whole: &Value,
        name: &'static str,
        tables: &[&'k Keys],
    ) -> Option<(Value, Vec<&'k Keys>)> {
        if tables.len() > MAX_TABLES {
            return None;
        }
        let poisons: Vec<_> = tables.iter().map(|keys| (*keys, Poison::new())).collect();
        let mut reached: Vec<&Keys> = Vec::new();
        loop {
            // What is put back outside keeps its changes inside.
            let left: Vec<_> = poisons.iter().filter(|(keys, _)| !reached.contains(keys)).collect();
            let changes: BTreeMap<_, _> =
                left.iter().map(|(keys, poison)| ((*keys).clone(), poison.value())).collect();
            let tree = tree::with_all(whole, &changes);
            let run = self.run(&tree, false)?;
            if misses(&run, name) {
                return Some((tree, reached));
            }
            let asked = |error: &DecodeError| {
                left.iter().find(|(_, poison)| poison.is_refused_by(error.cause())).map(|(keys, _)| *keys)
            };
            reached.push(run.log.iter().find_map(asked)?);
        }
    }

    /// Whether the table at a place is asked for the key.
    fn is_asked_for(&mut self, tree: &Value, table: &Keys, name: &'static str) -> Option<bool> {
        let poison = Poison::new();
        let run = self.run(&tree::with(tree, &table.name(name).0, Some(&poison.value())), false)?;
        // A tag refuses it in words of its own.
        Some(run.refused(&poison) || !misses(&run, name))
    }

    /// Whether the value at a place is taken: then what comes next is refused, which is the same key of a struct once more,
    /// or another key of a map, or the next element.
    fn is_taken(&mut self, tree: &Value, keys: &Keys, region: &Keys) -> Option<bool> {
        let around = tree::parent(keys);
        match keys.0.last()? {
            Key::Index(index) => {
                let (items, next) = (tree::get(tree, &around.0)?.inside().as_list()?, Poison::new());
                let items = items.iter().take(index + 1).cloned().chain([next.value()]);
                let run = self.run(&tree::with(tree, &around.0, Some(&Value::list(items))), false)?;
                Some(run.refused(&next))
            }
            Key::Name(key) => {
                let next = Poison::new();
                let changed = tree::with(tree, &around.name(UNNAMED).0, Some(&next.value()));
                let run = self.twice(&changed, &around, key)?;
                if run.refused(&next) || !run.took_twice() {
                    return Some(run.refused(&next));
                }
                // The content of an enum with its tag beside it is not read before the tag.
                let unread = tree::with(&changed, &keys.0, Some(&Poison::new().value()));
                match self.twice(&unread, &around, key)?.took_twice() {
                    true if around == *region => Some(false),
                    true => self.is_taken(tree, &around, region),
                    false => Some(true),
                }
            }
        }
    }

    /// A run with a key of a table twice before all others.
    fn twice(&mut self, tree: &Value, table: &Keys, key: &Arc<str>) -> Option<Run> {
        let ahead = Ahead { table: table.clone(), names: [Arc::clone(key)].into(), times: 2 };
        self.run_ahead(tree, false, Some(ahead))
    }
}

fn misses(run: &Run, name: &str) -> bool {
    let cause = run.error.as_ref().map(DecodeError::cause);
    matches!(cause, Some(Cause::Missing(missing)) if missing == name)
}

fn lacks(whole: &Value, keys: &Keys, name: &str) -> bool {
    let table = tree::get(whole, &keys.0).and_then(|value| value.inside().as_table());
    table.is_some_and(|table| !table.contains_key(name))
}
