//! Reads a leaf as the next load would: from the file together with the other sources.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use crate::{
    effective::SecretTexts,
    engine::collect::FilePlace,
    erased_config::ErasedConfig,
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{ConfigType, Plan, SharedLeaves, below, merge, place_at, put, texts},
    problems::Problems,
    resolve::interpolate,
    save::{
        difference::filled,
        leaf::{Reading, alike},
    },
    shape::{FieldShape, Kind, Merge, Shape},
    snapshot::Published,
    source::Layer,
    value::{Value, place_in},
};

/// The sources other than a file, in order of precedence.
#[derive(Default)]
pub(super) struct OtherSources {
    below: Vec<Arc<Layer>>,
    above: Vec<Arc<Layer>>,
}

impl OtherSources {
    /// A file that is not a source is loaded on its own if it is `whole`, and above the others if not. Variables
    /// above a file do not count: they belong to the process, and the next one may have others.
    pub(super) fn new(path: &Path, layers: &[Arc<Layer>], whole: bool, files: &[FilePlace]) -> Self {
        Self::of(path, layers, whole, files, &|layer| !layer.is_of_variables())
    }

    /// The same for a process with the same variables.
    pub(super) fn with_variables(
        path: &Path,
        layers: &[Arc<Layer>],
        whole: bool,
        files: &[FilePlace],
    ) -> Self {
        Self::of(path, layers, whole, files, &|_| true)
    }

    fn of(
        path: &Path,
        layers: &[Arc<Layer>],
        whole: bool,
        files: &[FilePlace],
        counts: &dyn Fn(&Layer) -> bool,
    ) -> Self {
        let counts = |layer: &&Arc<Layer>| counts(layer);
        // If a file is a source several times, the last one counts.
        if let Some(own) = layers.iter().rposition(|layer| layer.is_file(path)) {
            let above = layers[own + 1..].iter().filter(counts).cloned().collect();
            return Self { below: layers[..own].to_vec(), above };
        }
        // A file that does not exist yet has no layer, but may have a rank among the sources.
        let Some(own) = files.iter().rev().find_map(|file| file.source_of(path)) else {
            let all = layers.iter().filter(counts).cloned();
            let (above, below) = all.partition(|layer| layer.is_of_variables());
            return Self { below: if whole { Vec::new() } else { below }, above };
        };
        let (below, above) = layers.iter().filter(counts).cloned().partition(|layer| *layer.source() < own);
        Self { below, above }
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Layer>> {
        self.below.iter().chain(&self.above)
    }
}

/// Reads leaves as a load would.
pub(super) struct Reader<'r> {
    config_type: ConfigType,
    published: &'r Published,
    texts: &'r SecretTexts,
    variables: interpolate::Lookup<'r>,
    plan: Option<Plan>,
    shares: SharedLeaves,
    others: OtherSources,
    /// The content of the file, with the primary names of the fields.
    file: Value,
}

impl<'r> Reader<'r> {
    pub(super) fn new(
        config_type: ConfigType,
        published: &'r Published,
        texts: &'r SecretTexts,
        variables: interpolate::Lookup<'r>,
        others: OtherSources,
        file: &Value,
    ) -> Self {
        let plan = Plan::new(config_type.shape);
        let trees = others.below.iter().map(|layer| layer.tree()).chain([file]);
        let trees = trees.chain(others.above.iter().map(|layer| layer.tree()));
        let all = trees.fold(Value::empty(), |low, high| joined(plan.as_ref(), low, high));
        let shares = SharedLeaves::new(&*published.root, [&published.tree, &all]);
        Self { config_type, published, texts, variables, plan, others, shares, file: file.clone() }
    }

    /// The merged value of the layers and the file for the leaf at `keys`, and nothing else.
    fn merged(&self, keys: &Keys, raw: Option<&Value>) -> Value {
        let part = |value: &Value| place_at(&Value::empty(), keys, Some(value));
        let given = |layer: &Arc<Layer>| keys.find(layer.tree()).map(part);
        let own = raw.map(part);
        let (below, above) = (&self.others.below, &self.others.above);
        let parts = below.iter().filter_map(given).chain(own).chain(above.iter().filter_map(given));
        parts.fold(Value::empty(), |low, high| joined(self.plan.as_ref(), low, &high))
    }

    /// The leaf as its type reads it from the value of the sources.
    fn typed(&self, slot: usize, given: &Value) -> Option<Value> {
        let keys = self.config_type.shape.keys_of(slot);
        let Some(raw) = keys.find(given) else { return self.missing(slot) };
        let Some(decoded) = self.decoded(slot, given) else {
            return self.with_references(slot, &keys, given);
        };
        // Values of a type without `Serialize` are only known in the form of the sources.
        Some(decoded.encode(slot).unwrap_or_else(|_| raw.clone()))
    }

    /// The same if the type does not accept text: references are replaced by their secrets.
    fn with_references(&self, slot: usize, leaf: &Keys, given: &Value) -> Option<Value> {
        let (mut tree, mut references) = (given.clone(), Vec::new());
        for (keys, text) in texts(leaf.find(given)?, leaf) {
            if let Some(secret) = self.texts.secret(&keys, text) {
                place_in(&mut tree, &keys.0, Some(secret));
                let is_template = matches!(keys.find(given).map(Value::inside), Some(Value::Template(_)));
                let text = if is_template { Value::Template(text.into()) } else { Value::text(text) };
                references.push((keys, text));
            }
        }
        if references.is_empty() {
            return None;
        }
        let mut read = self.decoded(slot, &tree)?.encode(slot).ok()?;
        for (keys, text) in &references {
            place_in(&mut read, &keys.0[leaf.0.len()..], Some(text));
        }
        Some(read)
    }

    /// A configuration in which no source gives the leaf, and the tree from which it was read. Only the whole struct
    /// defines the value of a missing field.
    fn without(&self, slot: usize) -> Option<(Arc<dyn ErasedConfig>, Value)> {
        let (shape, keys) = (self.config_type.shape, self.config_type.shape.keys_of(slot));
        let others = place_at(&self.published.tree, &keys, None);
        let tree = put(&others, shape, &keys, None, Some(&others));
        Some((self.config_type.read(&tree)?, tree))
    }

    fn alike(&self, one: &Value, other: &Value) -> bool {
        one == other || alike(one, other, self.variables)
    }

    fn decoded(&self, slot: usize, given: &Value) -> Option<Box<dyn ErasedConfig>> {
        let (shape, keys) = (self.config_type.shape, self.config_type.shape.keys_of(slot));
        let resolved = interpolate::resolve(given, self.variables, &|_, _| 0).ok()?;
        let complete = merge(below(shape, Some(&resolved)), &resolved);
        let mut problems = Problems::default();
        let mut copy = self.published.root.copy();
        copy.assign(slot, keys.find(&complete), &mut problems);
        // Like a load, which finds unknown keys in the sources only. An enum may have a default of another variant.
        let is_of_default =
            |issue: &Issue| issue.kind() == IssueKind::UnknownKey && issue.keys().find(&resolved).is_none();
        problems.into_issues().iter().all(is_of_default).then_some(copy)
    }
}

fn joined(plan: Option<&Plan>, low: Value, high: &Value) -> Value {
    match plan {
        Some(plan) => plan.merge(low, high),
        None => merge(low, high),
    }
}

impl Reader<'_> {
    /// The part of a tree that a flattened leaf takes.
    fn part(&self, slot: usize, keys: &Keys, tree: &Value) -> Value {
        self.shares.part(slot, keys, keys.find(tree))
    }
}

impl Reading for Reader<'_> {
    fn owned(&self, slot: usize) -> BTreeSet<Arc<str>> {
        let part = self.part(slot, &self.config_type.shape.keys_of(slot), &self.file);
        part.as_table().into_iter().flat_map(|table| table.keys()).cloned().collect()
    }

    fn read_shared(&self, slot: usize, raw: &Value) -> Option<(Value, bool)> {
        let keys = self.config_type.shape.keys_of(slot);
        let part = |layer: &Arc<Layer>| self.part(slot, &keys, layer.tree());
        let (below, above) = (self.others.below.iter().map(part), self.others.above.iter().map(part));
        let given =
            below.chain([raw.clone()]).chain(above).fold(Value::empty(), |low, high| merge(low, &high));
        let given = interpolate::resolve(&given, self.variables, &|_, _| 0).ok()?;
        let mut level = keys.find(&self.published.tree).cloned().unwrap_or_else(Value::empty);
        let running = self.part(slot, &keys, &self.published.tree);
        let running = running.as_table().cloned().unwrap_or_default();
        level.entries_mut().retain(|name, _| !running.contains_key(name));
        let given = given.as_table().cloned().unwrap_or_default();
        level.entries_mut().extend(given.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
        let names = given.keys().cloned().collect();
        let tree = place_at(&self.published.tree, &keys, Some(&level));
        let root = self.config_type.read_strictly(&tree, &keys, &names)?;
        // A key that the leaf does not take would go to the leaf in the same table that takes every key.
        let own = SharedLeaves::new(&*root, [&tree]).part(
            slot,
            &keys,
            Some(&Value::Table(Arc::new(given.clone()))),
        );
        if own.as_table().is_none_or(|own| own.len() != given.len()) {
            return None;
        }
        let same = self.published.root.clone_at(slot).is_some_and(|kept| root.equals_at(slot, &*kept));
        Some((root.encode(slot).unwrap_or(Value::Table(Arc::new(given))), same))
    }

    fn read(&self, slot: usize, raw: Option<&Value>) -> Option<Value> {
        self.typed(slot, &self.merged(&self.config_type.shape.keys_of(slot), raw))
    }

    fn equals(&self, slot: usize, raw: Option<&Value>, new: &Value) -> bool {
        let keys = self.config_type.shape.keys_of(slot);
        let given = self.merged(&keys, raw);
        let Some(new) = keys.find(&given).and_then(|there| filled(new, there)) else {
            return false;
        };
        let new = place_at(&Value::empty(), &keys, Some(&new));
        let kept = self.decoded(slot, &new).and_then(|new| new.clone_at(slot));
        let given = self.decoded(slot, &given);
        given.zip(kept).is_some_and(|(given, kept)| given.equals_at(slot, &*kept))
    }

    fn alone(&self, slot: usize, raw: &Value) -> Option<Value> {
        self.typed(slot, &place_at(&Value::empty(), &self.config_type.shape.keys_of(slot), Some(raw)))
    }

    fn missing(&self, slot: usize) -> Option<Value> {
        let (root, tree) = self.without(slot)?;
        if let Ok(value) = root.encode(slot) {
            return Some(value);
        }
        let keys = self.config_type.shape.keys_of(slot);
        let default = keys.find(&tree).filter(|_| !self.config_type.is_flattened(slot)).cloned();
        default.or_else(|| {
            let null = self.decoded(slot, &place_at(&Value::empty(), &keys, Some(&Value::Null)))?;
            null.equals_at(slot, &*root.clone_at(slot)?).then_some(Value::Null)
        })
    }

    fn is_missing(&self, slot: usize) -> bool {
        let keys = self.config_type.shape.keys_of(slot);
        let given = self.merged(&keys, None);
        let same = || {
            let kept = self.without(slot)?.0.clone_at(slot)?;
            Some(self.decoded(slot, &given)?.equals_at(slot, &*kept))
        };
        keys.find(&given).is_none() || same().unwrap_or_default()
    }

    fn remainder(&self, slot: usize, value: &Value) -> Option<Value> {
        let keys = self.config_type.shape.keys_of(slot);
        let first = self.merged(&keys, None);
        keys.find(&first)?;
        let first = self.typed(slot, &first)?;
        let field = self.config_type.shape.trail(slot).last().copied()?;
        let rest = remainder(field, &first, value, &|one, other| self.alike(one, other));
        (rest != *value).then_some(rest)
    }

    fn can_write(&self, slot: usize) -> bool {
        self.published.root.encode(slot).is_ok()
    }

    fn overriding_source(&self, keys: &Keys) -> Option<String> {
        let layer = self.others.all().rev().find(|layer| keys.find(layer.tree()).is_some());
        layer.map(|layer| layer.source().name.to_string())
    }
}

/// Whether two values differ at most in notation.
type Alike<'a> = &'a dyn Fn(&Value, &Value) -> bool;

/// The rest of a value whose lists start with the lists of `first`, to which they are appended.
fn remainder(field: &FieldShape, first: &Value, value: &Value, alike: Alike<'_>) -> Value {
    match (field.merge, &field.kind, first, value) {
        (Merge::Append | Merge::Union, _, Value::List(first), Value::List(items))
            if items.len() >= first.len() && first.iter().zip(items.iter()).all(|(a, b)| alike(a, b)) =>
        {
            Value::list(items[first.len()..].iter().cloned())
        }
        (_, Kind::Nested(inner) | Kind::Optional(inner), _, _) => remainders(inner, first, value, alike),
        _ => value.clone(),
    }
}

fn remainders(shape: &'static Shape, first: &Value, value: &Value, alike: Alike<'_>) -> Value {
    let Some(first) = first.as_table() else { return value.clone() };
    shape.fields.iter().filter(|field| !field.flatten).fold(value.clone(), |value, field| {
        let given = value.as_table().and_then(|table| table.get(field.key));
        match first.get(field.key).zip(given) {
            Some((first, given)) => {
                let rest = remainder(field, first, given, alike);
                place_at(&value, &Keys::root().name(field.key), Some(&rest))
            }
            None => value,
        }
    })
}
