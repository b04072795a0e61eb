//! A large value piece by piece: each element of a list, and each entry of a large table, beside the least of what is
//! around it. So the work is linear in the number of elements, whatever each of them needs.

use std::{ops::Range, sync::Arc};

use super::{
    DecodeError, Inquiry, Run,
    search::Refusal,
    tree::{self, sealed_as},
};
use crate::{
    keys::{Key, Keys},
    value::Value,
};

/// How many nodes a value may have that is read as a whole.
pub(super) const SMALL: usize = 128;

/// A list, or a table that is too large for a struct.
struct Wide<'v> {
    keys: Keys,
    value: &'v Value,
    entries: Vec<(Option<&'v Arc<str>>, &'v Value)>,
}

impl<'v> Wide<'v> {
    fn new(tree: &'v Value, keys: &Keys) -> Option<Self> {
        let value = tree::get(tree, &keys.0)?;
        let entries = match value.inside() {
            Value::List(items) => items.iter().map(|item| (None, item)).collect(),
            Value::Table(table) => table.iter().map(|(name, value)| (Some(name), value)).collect(),
            _ => return None,
        };
        Some(Self { keys: keys.clone(), value, entries })
    }

    fn piece(&self, range: Range<usize>) -> Value {
        let entries = self.entries.get(range).unwrap_or_default();
        self.with(entries.iter().map(|(name, value)| (*name, (*value).clone())))
    }

    fn with<'n>(&self, entries: impl IntoIterator<Item = (Option<&'n Arc<str>>, Value)>) -> Value {
        let entries = entries.into_iter();
        let value = match self.value.inside() {
            Value::Table(_) => {
                Value::table(entries.filter_map(|(name, value)| Some((Arc::clone(name?), value))))
            }
            _ => Value::list(entries.map(|(_, value)| value)),
        };
        sealed_as(self.value, value)
    }

    /// The only element in a changed tree that holds a piece of one.
    fn only(&self, tree: &Value, at: usize) -> Option<Value> {
        let key = match self.entries.get(at)?.0 {
            Some(name) => Key::Name(Arc::clone(name)),
            None => Key::Index(0),
        };
        tree::get(tree, &self.keys.with(key).0).cloned()
    }
}

impl Inquiry<'_> {
    /// A value that the type takes, with its run.
    pub(super) fn solve(&mut self, value: Value, run: Run) -> Result<(Value, Run), Refusal> {
        if run.error.is_none() || tree::size(&value) <= SMALL {
            return self.try_meanings(value, run);
        }
        let wide: Vec<_> = tree::wide(&value).iter().filter_map(|keys| Wide::new(&value, keys)).collect();
        match self.in_pieces(&value, &wide)? {
            Some(changed) => {
                let Some(run) = self.run(&changed, false) else { return Err(Refusal::undecided()) };
                self.try_meanings(changed, run)
            }
            None => self.try_meanings(value, run),
        }
    }

    /// The value with each element as the type takes it alone; `None` if it takes none of them alone.
    fn in_pieces(&mut self, value: &Value, wide: &[Wide<'_>]) -> Result<Option<Value>, Refusal> {
        if wide.is_empty() {
            return Ok(None);
        }
        let cut = |tree: Value, wide: &Wide<'_>| tree::with(&tree, &wide.keys.0, Some(&wide.piece(0..1)));
        let base = wide.iter().fold(value.clone(), cut);
        let Some(run) = self.run(&base, false) else { return Err(Refusal::undecided()) };
        let base = match self.solve(base, run) {
            Ok((base, _)) => base,
            Err(refusal) if wide.iter().any(|wide| refusal.is_inside(&wide.keys)) => return Err(refusal),
            Err(_) => return Ok(None),
        };
        let mut whole = base.clone();
        for wide in wide {
            whole = tree::with(&whole, &wide.keys.0, Some(&self.elements(&base, wide)?));
        }
        Ok(Some(whole))
    }

    /// All elements as the type takes each of them. Pieces grow as long as the type takes them as they are.
    fn elements(&mut self, base: &Value, wide: &Wide<'_>) -> Result<Value, Refusal> {
        let mut found: Vec<_> = wide.only(base, 0).into_iter().collect();
        let (mut at, mut length) = (1, 1);
        while at < wide.entries.len() {
            let end = wide.entries.len().min(at + length);
            let tree = tree::with(base, &wide.keys.0, Some(&wide.piece(at..end)));
            let Some(run) = self.run(&tree, false) else { return Err(Refusal::undecided()) };
            length = match run.error {
                None => length * 2,
                Some(_) if end - at > 1 => 1,
                Some(_) => {
                    let solved = self.solve(tree, run).map_err(|refusal| refusal.shifted(&wide.keys, at))?;
                    found.extend(wide.only(&solved.0, at));
                    at = end;
                    continue;
                }
            };
            if run.error.is_none() {
                found.extend(wide.entries[at..end].iter().map(|(_, value)| (*value).clone()));
                at = end;
            }
        }
        Ok(wide.with(wide.entries.iter().map(|(name, _)| *name).zip(found)))
    }
}

impl Refusal {
    /// Whether the decoder saw the way to the error further than this place.
    fn is_inside(&self, keys: &Keys) -> bool {
        self.region.0.len() > keys.0.len() && self.region.starts_with(keys)
    }

    /// The same for the first element of a piece of the list at `list`, which begins at an index.
    fn shifted(self, list: &Keys, by: usize) -> Self {
        let shift = |mut keys: Keys| {
            let is_inside = keys.starts_with(list);
            if let Some(Key::Index(index)) = keys.0.get_mut(list.0.len()).filter(|_| is_inside) {
                *index += by;
            }
            keys
        };
        let keys = shift(self.error.keys());
        let error: DecodeError = self.error.moved(&keys);
        Self { error, region: shift(self.region) }
    }
}
