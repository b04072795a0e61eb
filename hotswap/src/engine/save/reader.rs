//! Reads a leaf as the next load would: what the file says of it, together with the other sources.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use crate::{
    engine::collect::SourceStatus,
    keys::Keys,
    load::{Model, Plan, below, merge, place, problems::Problems, put, taken_beside},
    member::Share,
    resolve::interpolate,
    root::Root,
    save::leaf::Reading,
    shape::{FieldShape, Kind, Merge, Shape},
    snapshot::Published,
    source::Layer,
    value::Value,
};

/// The sources beside a file, in order of precedence.
#[derive(Default)]
pub(super) struct Others {
    below: Vec<Arc<Layer>>,
    above: Vec<Arc<Layer>>,
}

impl Others {
    /// A file that is not a source is loaded on its own if it is `whole`, and above the others if not. Variables
    /// above a file do not count: they belong to the process, and the next one may have others.
    pub(super) fn of(path: &Path, layers: &[Arc<Layer>], whole: bool, sources: &[SourceStatus]) -> Self {
        let lasting = |layer: &&Arc<Layer>| !layer.is_of_variables();
        if let Some(own) = layers.iter().position(|layer| layer.is_file(path)) {
            let above = layers[own + 1..].iter().filter(lasting).cloned().collect();
            return Self { below: layers[..own].to_vec(), above };
        }
        // An optional file that is not there yet has no layer, but a place.
        let absent = sources.iter().position(|source| Path::new(&source.name) == path);
        let is_above = |layer: &&Arc<Layer>| {
            absent.is_some_and(|own| sources[own..].iter().any(|source| source.name == *layer.source().name))
        };
        if whole && absent.is_none() {
            return Self::default();
        }
        let (above, below) = layers.iter().filter(lasting).cloned().partition(|layer| is_above(&layer));
        Self { below, above }
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Layer>> {
        self.below.iter().chain(&self.above)
    }
}

/// Reads leaves as a load would.
pub(super) struct Reader<'r> {
    model: Model,
    published: &'r Published,
    variables: interpolate::Lookup<'r>,
    plan: Option<Plan>,
    shares: Shares,
    others: Others,
}

impl<'r> Reader<'r> {
    pub(super) fn new(
        model: Model,
        published: &'r Published,
        variables: interpolate::Lookup<'r>,
        others: Others,
        file: &Value,
    ) -> Self {
        let plan = Plan::of(model.shape);
        let trees = others.below.iter().map(|layer| layer.tree()).chain([file]);
        let trees = trees.chain(others.above.iter().map(|layer| layer.tree()));
        let all = trees.fold(Value::empty(), |low, high| joined(plan.as_ref(), low, high));
        let shares = Shares::of(model, [&published.tree, &all], file);
        Self { model, published, variables, plan, others, shares }
    }

    /// What the layers and the file say of the leaf at `keys`, and nothing else.
    fn merged(&self, keys: &Keys, raw: Option<&Value>) -> Value {
        let part = |value: &Value| place(&Value::empty(), keys, Some(value));
        let given = |layer: &Arc<Layer>| keys.find(layer.tree()).map(part);
        let own = raw.map(part);
        let (below, above) = (&self.others.below, &self.others.above);
        let parts = below.iter().filter_map(given).chain(own).chain(above.iter().filter_map(given));
        parts.fold(Value::empty(), |low, high| joined(self.plan.as_ref(), low, &high))
    }

    /// The leaf as its type reads it from what sources give.
    fn typed(&self, slot: usize, given: &Value) -> Option<Value> {
        let keys = self.model.shape.keys_of(slot);
        match keys.find(given) {
            Some(_) => self.decoded(slot, given)?.encode(slot).ok(),
            None => self.missing(slot),
        }
    }

    fn decoded(&self, slot: usize, given: &Value) -> Option<Box<dyn Root>> {
        let (shape, keys) = (self.model.shape, self.model.shape.keys_of(slot));
        let resolved = interpolate::resolve(given, self.variables, &|_, _| 0).ok()?;
        let complete = merge(below(shape, Some(&resolved)), &resolved);
        let mut problems = Problems::default();
        let mut copy = self.published.root.copy();
        copy.assign(slot, keys.find(&complete), &mut problems);
        problems.into_issues().is_empty().then_some(copy)
    }
}

/// Which keys flattened leaves take.
struct Shares {
    /// Found in several trees: a leaf asks for other keys when its value changes.
    found: Vec<Share>,
    /// What the file says, by the own names of the fields.
    file: Value,
}

impl Shares {
    fn of<'v>(model: Model, trees: impl IntoIterator<Item = &'v Value>, file: &Value) -> Self {
        Self { found: trees.into_iter().flat_map(|tree| model.shares(tree)).collect(), file: file.clone() }
    }

    fn of_leaf(&self, slot: usize) -> impl Iterator<Item = &Share> {
        self.found.iter().filter(move |share| share.slot == slot)
    }

    /// Whether the leaf takes a key of its table that no field has.
    fn takes(&self, shape: &'static Shape, slot: usize, keys: &Keys, name: &str) -> bool {
        if !self.of_leaf(slot).any(|share| share.takes_all) {
            return self.of_leaf(slot).any(|share| share.asked.contains(name));
        }
        let beside = self.found.iter().filter(|share| share.keys == *keys && !share.takes_all);
        name != "$schema"
            && !taken_beside(shape, keys).contains(name)
            && !beside.into_iter().any(|share| share.asked.contains(name))
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
        let level = keys.find(tree).and_then(Value::as_table).into_iter().flatten();
        let own = level.filter(|(name, _)| self.shares.takes(self.model.shape, slot, keys, name));
        Value::table(own.map(|(name, value)| (Arc::clone(name), value.clone())))
    }
}

impl Reading for Reader<'_> {
    fn owned(&self, slot: usize) -> BTreeSet<Arc<str>> {
        let part = self.part(slot, &self.model.shape.keys_of(slot), &self.shares.file);
        part.as_table().into_iter().flat_map(|table| table.keys()).cloned().collect()
    }

    fn read_shared(&self, slot: usize, raw: &Value) -> Option<(Value, bool)> {
        let keys = self.model.shape.keys_of(slot);
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
        let root =
            self.model.read_strictly(&place(&self.published.tree, &keys, Some(&level)), &keys, &names)?;
        let same = self.published.root.keep(slot).is_some_and(|kept| root.same(slot, &*kept));
        Some((root.encode(slot).ok()?, same))
    }

    fn read(&self, slot: usize, raw: Option<&Value>) -> Option<Value> {
        self.typed(slot, &self.merged(&self.model.shape.keys_of(slot), raw))
    }

    fn equals(&self, slot: usize, raw: Option<&Value>, new: &Value) -> bool {
        let keys = self.model.shape.keys_of(slot);
        let (given, new) = (self.merged(&keys, raw), place(&Value::empty(), &keys, Some(new)));
        if keys.find(&given).is_none() {
            return false;
        }
        let kept = self.decoded(slot, &new).and_then(|new| new.keep(slot));
        let given = self.decoded(slot, &given);
        given.zip(kept).is_some_and(|(given, kept)| given.same(slot, &*kept))
    }

    fn alone(&self, slot: usize, raw: &Value) -> Option<Value> {
        self.typed(slot, &place(&Value::empty(), &self.model.shape.keys_of(slot), Some(raw)))
    }

    /// Only the whole struct says what becomes of a field that is missing.
    fn missing(&self, slot: usize) -> Option<Value> {
        let shape = self.model.shape;
        let keys = shape.keys_of(slot);
        let others = place(&self.published.tree, &keys, None);
        let tree = put(&others, shape, &keys, None, Some(&others));
        self.model.read(&tree)?.encode(slot).ok()
    }

    fn remainder(&self, slot: usize, value: &Value) -> Option<Value> {
        let keys = self.model.shape.keys_of(slot);
        let first = self.merged(&keys, None);
        keys.find(&first)?;
        let first = self.typed(slot, &first)?;
        let field = self.model.shape.trail(slot).last().copied()?;
        let rest = remainder(field, &first, value);
        (rest != *value).then_some(rest)
    }

    fn can_write(&self, slot: usize) -> bool {
        self.published.root.encode(slot).is_ok()
    }

    fn blame(&self, keys: &Keys) -> Option<String> {
        let layer = self.others.all().rev().find(|layer| keys.find(layer.tree()).is_some());
        layer.map(|layer| layer.source().name.to_string())
    }
}

/// What is left of a value where its lists begin with those of `first`, and are appended to them.
fn remainder(field: &FieldShape, first: &Value, value: &Value) -> Value {
    match (field.merge, &field.kind, first, value) {
        (Merge::Append | Merge::Union, _, Value::List(first), Value::List(items))
            if items.starts_with(first) =>
        {
            Value::list(items[first.len()..].iter().cloned())
        }
        (_, Kind::Nested(inner) | Kind::Optional(inner), _, _) => remainders(inner, first, value),
        _ => value.clone(),
    }
}

fn remainders(shape: &'static Shape, first: &Value, value: &Value) -> Value {
    let Some(first) = first.as_table() else { return value.clone() };
    shape.fields.iter().filter(|field| !field.flatten).fold(value.clone(), |value, field| {
        let given = value.as_table().and_then(|table| table.get(field.key));
        match first.get(field.key).zip(given) {
            Some((first, given)) => {
                let rest = remainder(field, first, given);
                place(&value, &Keys::root().name(field.key), Some(&rest))
            }
            None => value,
        }
    })
}
