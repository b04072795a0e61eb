//! Builds the explanation of one field.

use std::{cell::OnceCell, collections::BTreeSet, sync::Arc};

use super::{ExplainInput, Explanation, Given};
use crate::{
    excerpt,
    issue::{Issue, Origin},
    json_text,
    keys::{Key, Keys},
    load::{self, Plan, Trace},
    secret::MASK,
    shape::{Leaf, Merge},
    source::locate::SourceMap,
    suggest::did_you_mean,
    value::Value,
};

/// Parses each text once, however many fields are explained.
pub(super) struct Explainer<'s> {
    input: &'s ExplainInput,
    leaves: Vec<Leaf>,
    plan: Option<Plan>,
    texts: Vec<OnceCell<Option<SourceMap<'s>>>>,
    merged: OnceCell<Value>,
}

impl<'s> Explainer<'s> {
    pub(super) fn new(input: &'s ExplainInput) -> Self {
        let texts = input.layers.iter().map(|_| OnceCell::new()).collect();
        Self {
            input,
            leaves: input.shape.leaves(),
            plan: Plan::new(input.shape),
            texts,
            merged: OnceCell::new(),
        }
    }
}

impl Explainer<'_> {
    /// The path with numbers as indices of lists: `servers.3` is `servers[3]` if `servers` is a list.
    pub(super) fn as_places(&self, keys: Keys) -> Keys {
        let trees = [self.input.tree.as_ref(), Some(self.merged())].into_iter().flatten();
        trees.fold(keys, |keys, tree| as_places_of(tree, keys))
    }

    pub(super) fn explain(&self, path: String, keys: &Keys) -> Explanation {
        let overridden = self.overridden(keys);
        let fixed = self.input.fixed.as_ref().filter(|_| overridden.is_none());
        let fixed = fixed.and_then(|published| keys.find(&published.tree));
        let fixed = fixed.map(|value| self.open(keys, value, made_with()));
        let default = self
            .input
            .fixed
            .is_none()
            .then(|| load::default_of(self.input.shape, keys, Some(self.merged())))
            .flatten();
        let default = default.map(|value| self.layer_value(keys, &value, Origin::Default));
        let layers = self.layers(keys);
        let note = self.remark(keys, layers.len() > 1, &path);
        let given: Vec<_> = overridden.into_iter().chain(fixed).chain(layers).chain(default).collect();
        let note = note.or_else(|| given.is_empty().then(|| "no layer gives it a value".to_owned()));
        let known = self.leaves.iter().any(|leaf| related(&leaf.keys, keys));
        let path = if known { path } else { excerpt::name(&path) };
        Explanation { path, known, given, note, refused: self.refused(keys) }
    }

    /// The flattened leaf with this name in the table that it shares, if no field of that table has the name.
    pub(super) fn flattened(&self, above: &Keys, below: &Keys) -> Option<&Leaf> {
        let keys = above.join(below);
        let is_field = self.leaves.iter().any(|leaf| !leaf.field().flatten && related(&leaf.keys, &keys));
        let mut flattened = self.leaves.iter().filter(|leaf| leaf.field().flatten && !is_field);
        flattened.find(|leaf| !keys.is_root() && leaf.keys_with_name() == keys)
    }

    /// Explains all keys that a flattened leaf takes together.
    pub(super) fn explain_flattened(&self, path: String, leaf: &Leaf) -> Explanation {
        let given = |tree: &Value, origin: Origin| {
            let own = self.own_keys(leaf, leaf.keys.find(tree)?);
            own.as_table().is_some_and(|own| !own.is_empty()).then(|| self.open_flattened(leaf, &own, origin))
        };
        let overridden = self.input.overrides.get(&leaf.keys).map(|entry| {
            let own = entry.value.as_ref().map_or_else(Value::empty, |value| self.own_keys(leaf, value));
            self.open_flattened(leaf, &own, Origin::Override).overridden(entry)
        });
        let fixed = self.input.fixed.as_ref().filter(|_| overridden.is_none());
        let fixed = fixed.and_then(|published| given(&published.tree, made_with()));
        let layers = self.input.layers.iter().zip(&self.texts).rev().filter_map(|(layer, text)| {
            let text = text.get_or_init(|| layer.text_places());
            given(layer.tree(), layer.origin(text.as_ref(), &leaf.keys))
        });
        let given: Vec<_> = overridden.into_iter().chain(fixed).chain(layers).collect();
        let note = given.is_empty().then(|| "no layer gives it a value".to_owned());
        Explanation { path, known: true, given, note, refused: self.refused(&leaf.keys) }
    }

    /// The keys of a table that no field takes.
    fn own_keys(&self, leaf: &Leaf, table: &Value) -> Value {
        let taken = load::taken_beside(self.input.shape, &leaf.keys);
        let own = table.as_table().into_iter().flatten().filter(|(name, _)| !taken.contains(*name));
        Value::table(own.map(|(name, value)| (Arc::clone(name), value.clone())))
    }

    /// The value of a flattened leaf, masked if it contains a secret.
    fn open_flattened(&self, leaf: &Leaf, own: &Value, origin: Origin) -> Given {
        let mut leaves = self.leaves.iter().zip(&self.input.hidden);
        match leaves.any(|(other, hidden)| *hidden && other.slot == leaf.slot) {
            true => Given::new(MASK.into(), origin),
            false => Given::new(own.to_json(), origin).written(json_text::of_wide(own)),
        }
    }

    /// The merged layers: some defaults apply only if a struct is mentioned, others only if it is not.
    fn merged(&self) -> &Value {
        self.merged.get_or_init(|| {
            let trees = self.input.layers.iter().map(|layer| layer.tree());
            trees.fold(Value::empty(), |below, tree| match &self.plan {
                Some(plan) => plan.merge(below, tree),
                None => load::merge(below, tree),
            })
        })
    }

    fn refused(&self, keys: &Keys) -> Vec<String> {
        let of_field = |issue: &&Issue| !issue.keys().is_root() && related(issue.keys(), keys);
        let words = |issue: &Issue| match issue.help() {
            Some(help) => format!("{}; {help}", issue.message()),
            None => issue.message().to_owned(),
        };
        self.input.refused.iter().filter(of_field).map(words).collect()
    }

    fn overridden(&self, keys: &Keys) -> Option<Given> {
        let mut overrides = self.input.overrides.iter().rev();
        let (overridden, entry) = overrides
            .find(|(overridden, _)| keys.starts_with(overridden) && self.concerns(overridden, keys))?;
        let value = match &entry.value {
            Some(value) => match Keys(keys.0[overridden.0.len()..].to_vec()).find(value) {
                Some(value) => value.clone(),
                // The override of a flattened map removed the key.
                None if keys.parent() == *overridden && self.is_shared_table(overridden) => Value::Null,
                None => return None,
            },
            // As if no layer gave it, so the default applies.
            None => load::default_of(self.input.shape, keys, Some(self.merged())).unwrap_or(Value::Null),
        };
        Some(self.open(keys, &value, Origin::Override).overridden(entry))
    }

    /// Whether an override contains a path below its own: that of a flattened leaf does not contain the fields next to
    /// it.
    fn concerns(&self, overridden: &Keys, keys: &Keys) -> bool {
        let taken = load::taken_beside(self.input.shape, overridden);
        match keys.0.get(overridden.0.len()) {
            Some(Key::Name(name)) => !(self.is_shared_table(overridden) && taken.contains(name)),
            _ => true,
        }
    }

    /// Whether exactly one flattened leaf has its keys in this table.
    fn is_shared_table(&self, keys: &Keys) -> bool {
        let shape = self.input.shape;
        let at = |slot: &usize| shape.is_flattened(*slot) && shape.keys_of(*slot) == *keys;
        let slots: BTreeSet<usize> = self.leaves.iter().map(|leaf| leaf.slot).filter(at).collect();
        slots.len() == 1
    }

    /// Highest precedence first.
    fn layers(&self, keys: &Keys) -> Vec<Given> {
        let layers = &self.input.layers;
        let trace = Trace::new(self.plan.as_ref(), layers.iter().map(|layer| layer.tree()), keys, 0);
        let reached = trace.given.into_iter().rev().filter(|_| trace.depth == keys.0.len());
        reached
            .filter_map(|there| {
                let (layer, text) = (layers.get(there.layer)?, self.texts.get(there.layer)?);
                let text = text.get_or_init(|| layer.text_places());
                Some(self.layer_value(keys, &there.value, layer.origin(text.as_ref(), &there.keys)))
            })
            .collect()
    }

    /// The value in a source. A reference is shown, because it does not reveal its secret.
    fn layer_value(&self, keys: &Keys, value: &Value, origin: Origin) -> Given {
        let text = match value.inside() {
            Value::Text(text) | Value::Template(text) => Some(&**text),
            Value::Untyped(untyped) => Some(&*untyped.text),
            _ => None,
        };
        let reference = text.and_then(|text| self.input.secrets.reference(text));
        match self.masked(keys, value) {
            serde_json::Value::String(mask) if mask == MASK => {
                Given::new(reference.map_or(mask, |reference| reference.to_string()).into(), origin)
            }
            _ => self.open(keys, value, origin),
        }
    }

    /// The value with its secrets masked.
    fn open(&self, keys: &Keys, value: &Value, origin: Origin) -> Given {
        let masked = self.masked(keys, value);
        let text = json_text::of_wide(value).filter(|_| masked == value.to_json());
        Given::new(masked, origin).written(text)
    }

    /// The value as JSON, and every secret in it as `***`.
    fn masked(&self, keys: &Keys, value: &Value) -> serde_json::Value {
        let mut json = value.to_json();
        // A flattened leaf has the path of its struct, but does not contain the fields next to it.
        let named = self.leaves.iter().any(|leaf| !leaf.field().flatten && keys.starts_with(&leaf.keys));
        let leaves = self.leaves.iter().zip(&self.input.hidden).filter(|(_, hidden)| **hidden);
        for leaf in leaves.map(|(leaf, _)| leaf).filter(|leaf| !(named && leaf.field().flatten)) {
            if keys.starts_with(&leaf.keys) {
                return MASK.into();
            }
            if !leaf.keys.starts_with(keys) {
                continue;
            }
            // A value of another type in place of a table may also contain the secret.
            if !json.is_object() {
                return MASK.into();
            }
            let below = Keys(leaf.keys.0[keys.0.len()..].to_vec());
            json.pointer_mut(&below.pointer()).into_iter().for_each(|secret| *secret = MASK.into());
        }
        json
    }

    fn remark(&self, keys: &Keys, several: bool, path: &str) -> Option<String> {
        let field = self.leaves.iter().find(|leaf| related(&leaf.keys, keys));
        match field {
            None => Some(self.no_such_field(path)),
            Some(leaf) if leaf.keys == *keys && several => match leaf.field().merge {
                Merge::Append | Merge::Union | Merge::Key(_) => {
                    Some("the lists of all layers are joined, the lowest first".to_owned())
                }
                Merge::Deep | Merge::Replace => None,
            },
            Some(leaf) if leaf.keys.starts_with(keys) && leaf.keys != *keys && several => {
                Some("a table: ask for one of its fields to see which value wins".to_owned())
            }
            Some(_) => None,
        }
    }

    fn no_such_field(&self, path: &str) -> String {
        let names: Vec<_> = self.leaves.iter().map(|leaf| leaf.keys.to_string()).collect();
        match did_you_mean(path, names.iter().map(String::as_str)) {
            Some(name) => format!("no such field, did you mean `{name}`?"),
            None => "no such field".to_owned(),
        }
    }
}

fn as_places_of(tree: &Value, keys: Keys) -> Keys {
    let mut value = Some(tree);
    let step = |key: Key| {
        let index = match &key {
            Key::Name(name) => name.parse().ok().map(Key::Index),
            Key::Index(_) => None,
        };
        let below = |key: &Key| Keys(vec![key.clone()]).find(value?.inside());
        let (key, next) = match (below(&key), index) {
            (None, Some(index)) if below(&index).is_some() => {
                let next = below(&index);
                (index, next)
            }
            (next, _) => (key, next),
        };
        value = next;
        key
    };
    Keys(keys.0.into_iter().map(step).collect())
}

/// The origin of a value in a handle without sources.
pub(crate) fn made_with() -> Origin {
    Origin::Source { name: "the value that the handle was made with".to_owned() }
}

/// Whether one of two paths equals or contains the other.
fn related(one: &Keys, other: &Keys) -> bool {
    one.starts_with(other) || other.starts_with(one)
}
