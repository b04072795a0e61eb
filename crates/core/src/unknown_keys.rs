//! Unknown keys, and aliases of fields.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    issue::{Issue, IssueKind, Issues},
    keys::Keys,
    shape::{FieldShape, Kind, Shape},
    suggest::did_you_mean,
    value::{Table, Value},
};

/// The number of unknown keys for which a name is suggested: more than this are not typos.
pub(crate) const SUGGESTED: usize = 20;

/// A tree with every alias replaced by the primary name of the field.
#[derive(Clone, Debug)]
pub(crate) struct Normal {
    pub(crate) tree: Value,
    /// The path with primary names, and as it was written.
    pub(crate) renamed: Vec<(Keys, Keys)>,
    /// The first unknown keys, with the name that was probably meant.
    pub(crate) unknown: Vec<(Keys, Option<String>)>,
    /// The number of further unknown keys.
    pub(crate) more_unknown: usize,
    /// Fields given twice under different names.
    pub(crate) twice: Vec<Twice>,
    /// Deprecated fields: the path with primary names, the path as written, and the advice.
    pub(crate) deprecated: Vec<(Keys, Keys, &'static str)>,
}

/// A field given under two of its names.
#[derive(Clone, Debug)]
pub(crate) struct Twice {
    /// The path with its primary name.
    pub(crate) keys: Keys,
    /// Its first name in the table, as written.
    pub(crate) first: Keys,
    pub(crate) other: String,
    /// The other name, as written.
    pub(crate) written: Keys,
}

impl Normal {
    /// Wraps a tree that was already checked.
    pub(crate) fn new(tree: Value) -> Self {
        Self {
            tree,
            renamed: Vec::new(),
            unknown: Vec::new(),
            more_unknown: 0,
            twice: Vec::new(),
            deprecated: Vec::new(),
        }
    }

    /// One problem for each unknown key, created by `issue`.
    pub(crate) fn unknown_keys<T>(
        &self,
        mut issue: impl FnMut(Issue, &Keys) -> T,
    ) -> impl Iterator<Item = T> {
        let last = self.unknown.len().saturating_sub(1);
        self.unknown.iter().enumerate().map(move |(place, (keys, meant))| {
            let message = unknown_key(meant.as_deref());
            let more = if place == last { self.more_unknown } else { 0 };
            issue(Issue::new(IssueKind::UnknownKey, keys.clone(), message).and_more(more), keys)
        })
    }
}

/// Checks the keys of one layer against the fields, at every depth that the fields describe.
pub(crate) fn normalise(tree: &Value, shape: &'static Shape) -> Normal {
    let mut normal = Normal::new(Value::empty());
    normal.tree = normal.level(tree, shape, &Keys::root(), &Keys::root());
    normal
}

/// The fields whose keys are on one level, including those of flattened structs.
#[derive(Default)]
pub(crate) struct Level {
    fields: BTreeMap<&'static str, &'static FieldShape>,
    /// Whether a flattened leaf takes the remaining keys.
    open: bool,
}

impl Level {
    pub(crate) fn new(shape: &'static Shape) -> Self {
        let mut level = Self::default();
        level.add(shape);
        level
    }

    /// Whether a flattened leaf takes keys that match no field.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Whether a field has this name.
    pub(crate) fn takes(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.keys().copied()
    }

    fn add(&mut self, shape: &'static Shape) {
        for field in shape.fields {
            match field.inner() {
                Some(inner) if field.flatten => self.add(inner),
                None if field.flatten => self.open = true,
                _ => {
                    self.fields.insert(field.key, field);
                    self.fields.extend(field.aliases.iter().map(|alias| (*alias, field)));
                }
            }
        }
    }
}

impl Normal {
    fn level(&mut self, value: &Value, shape: &'static Shape, own: &Keys, written: &Keys) -> Value {
        let Some(table) = value.as_table() else { return value.clone() };
        let level = Level::new(shape);
        let mut result: Option<Table> = None;
        for (name, value) in table {
            let Some(field) = level.fields.get(&**name) else {
                self.unfamiliar(name, &level, written);
                continue;
            };
            let place = own.name(field.key);
            if let Some(instead) = field.deprecated {
                self.deprecated.push((place.clone(), written.name(name), instead));
            }
            let inner = match field.kind {
                Kind::Leaf => value.clone(),
                Kind::Nested(inner) | Kind::Optional(inner) => {
                    self.level(value, inner, &place, &written.name(name))
                }
            };
            let aliased = **name != *field.key;
            if aliased {
                self.alias(table, field, name, &place, written);
            }
            if aliased || !is_unchanged(&inner, value) {
                let entries = result.get_or_insert_with(|| table.clone());
                if aliased {
                    entries.remove(name);
                }
                entries.entry(field.key.into()).and_modify(|slot| *slot = inner.clone()).or_insert(inner);
            }
        }
        result.map_or_else(|| value.clone(), |entries| Value::Table(Arc::new(entries)))
    }

    fn unfamiliar(&mut self, name: &str, level: &Level, written: &Keys) {
        if level.open {
            return;
        }
        if self.unknown.len() == Issues::MAX {
            self.more_unknown += 1;
            return;
        }
        let suggest = self.unknown.len() < SUGGESTED;
        let known = level.fields.keys().copied().filter(|_| suggest);
        self.unknown.push((written.name(name), did_you_mean(name, known).map(str::to_owned)));
    }

    fn alias(&mut self, table: &Table, field: &FieldShape, name: &str, own: &Keys, written: &Keys) {
        let names =
            std::iter::once(&field.key).chain(field.aliases).filter(|other| table.contains_key(**other));
        let given: Vec<_> = names.collect();
        if given.len() > 1 && given.last().is_some_and(|last| ***last == *name) {
            self.twice.push(Twice {
                keys: own.clone(),
                first: written.name(given[0]),
                other: name.to_owned(),
                written: written.name(name),
            });
        }
        self.renamed.push((own.clone(), written.name(name)));
    }
}

/// The message for an unknown key.
pub(crate) fn unknown_key(meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("unknown key, did you mean `{meant}`?"),
        None => "unknown key".to_owned(),
    }
}

/// The tree without the keys that [`normalise`] found unknown, for a decoder that would report each of them once more.
pub(crate) fn without_unknown(tree: Value, shape: &'static Shape) -> Value {
    let Value::Table(mut table) = tree else { return tree };
    let level = Level::new(shape);
    let entries = Arc::make_mut(&mut table);
    entries.retain(|name, _| level.open || level.fields.contains_key(&**name));
    for (name, value) in entries {
        if let Some(inner) = level.fields.get(&**name).and_then(|field| field.inner()) {
            *value = without_unknown(std::mem::replace(value, Value::Null), inner);
        }
    }
    Value::Table(table)
}

/// Whether normalising changed nothing, detected by sharing.
fn is_unchanged(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Table(a), Value::Table(b)) => Arc::ptr_eq(a, b),
        _ => true,
    }
}
