//! What a version stands on; and what an older one stood on, told by how it differs from the next.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    sync::Arc,
};

use super::delta::{Edit, apply, apply_map, diff_map, diff_open, holds_value};
use crate::{
    keys::Keys,
    pins::{Pin, Pins},
    root::Root,
    secret::Private,
    source::{Layer, SourceId},
    value::Value,
    variables::Variables,
};

/// Everything that a version can be loaded from again.
#[derive(Clone)]
pub(crate) struct Content {
    /// Lowest precedence first.
    pub(crate) layers: Vec<Arc<Layer>>,
    pub(crate) variables: Arc<Variables>,
    pub(crate) pins: Pins,
    /// The running values of fields whose new ones wait for a restart.
    pub(crate) held: Held,
    /// Without sources there is nothing to load from, so the value itself is kept.
    pub(crate) value: Option<Fixed>,
}

/// Values that hold in place of what the layers and pins say; `None` for a field that has none.
pub(crate) type Held = BTreeMap<Keys, Option<Value>>;

/// A value that was not loaded, and what is known of its tree.
#[derive(Clone)]
pub(crate) struct Fixed {
    pub(crate) root: Arc<dyn Root>,
    pub(crate) tree: Value,
}

/// The way back from a content to the one before it.
pub(crate) struct Back {
    /// The sources that gave something else, or `None` for nothing.
    pub(crate) layers: Vec<(SourceId, Option<OldLayer>)>,
    pub(crate) variables: Vec<(OsString, Option<Private>)>,
    pub(crate) pins: Vec<(Keys, Option<OldPin>)>,
    pub(crate) held: Vec<(Keys, Option<Option<Value>>)>,
    pub(crate) value: Option<Fixed>,
}

pub(crate) struct OldLayer {
    /// The layer without its values, unless it is like the next one's.
    pub(crate) head: Option<Arc<Layer>>,
    pub(crate) edits: Vec<Edit>,
}

/// The value of a pin is a whole leaf, which may be large, so it is told by edits too.
pub(crate) struct OldPin {
    /// Without its value where `edits` tell it.
    pub(crate) pin: Pin,
    pub(crate) edits: Option<Vec<Edit>>,
}

impl Content {
    /// What a load takes for pins, so that it yields the version as it ran.
    pub(crate) fn running_pins(&self) -> Pins {
        let held = self.held.iter().map(|(keys, value)| (keys.clone(), Pin::new(value.clone(), None)));
        self.pins.clone().into_iter().chain(held).collect()
    }

    /// How to get back from here to `old`.
    pub(crate) fn back_to(&self, old: &Self) -> Back {
        Back {
            layers: old_layers(&self.layers, &old.layers),
            variables: self.old_variables(old),
            pins: old_pins(&self.pins, &old.pins),
            held: old_held(&self.held, &old.held),
            value: old.value.clone(),
        }
    }

    /// Those that texts of fields name which are not secret. The others may hold secrets, and nobody asks for them.
    fn old_variables(&self, old: &Self) -> Vec<(OsString, Option<Private>)> {
        if Arc::ptr_eq(&self.variables, &old.variables) {
            return Vec::new();
        }
        let named: BTreeSet<&str> = old.layers.iter().flat_map(|layer| layer.variables()).collect();
        let mut changes = diff_map(&self.variables, &old.variables);
        changes.retain(|(name, _)| name.to_str().is_some_and(|name| named.contains(name)));
        changes
    }

    /// Goes back, one version for each step, newest first.
    pub(crate) fn go_back<'b>(&self, steps: impl Iterator<Item = &'b Back>) -> Self {
        let mut walk = Walk::from(self);
        steps.for_each(|step| walk.step(step));
        walk.end(&self.layers)
    }
}

impl Back {
    /// Whether both contents are the same.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { layers, variables, pins, held, value } = self;
        layers.is_empty() && variables.is_empty() && pins.is_empty() && held.is_empty() && value.is_none()
    }
}

type BySource<'l> = BTreeMap<&'l SourceId, &'l Arc<Layer>>;

pub(crate) fn by_source(layers: &[Arc<Layer>]) -> BySource<'_> {
    layers.iter().map(|layer| (layer.source(), layer)).collect()
}

fn old_layers(new: &[Arc<Layer>], old: &[Arc<Layer>]) -> Vec<(SourceId, Option<OldLayer>)> {
    // As after every write: only sources change layers.
    if new.len() == old.len() && new.iter().zip(old).all(|(new, old)| Arc::ptr_eq(new, old)) {
        return Vec::new();
    }
    let (new, old) = (by_source(new), by_source(old));
    let gone = new.keys().filter(|source| !old.contains_key(*source));
    let gone = gone.map(|source| ((*source).clone(), None));
    let other = old.iter().filter_map(|(source, layer)| {
        let layer = OldLayer::of(layer, new.get(source).copied())?;
        Some(((*source).clone(), Some(layer)))
    });
    gone.chain(other).collect()
}

impl OldLayer {
    /// `None` if it differs in nothing.
    fn of(old: &Arc<Layer>, new: Option<&Arc<Layer>>) -> Option<Self> {
        if new.is_some_and(|new| Arc::ptr_eq(old, new)) {
            return None;
        }
        let empty = Value::empty();
        let head = old.with_past(Value::empty());
        let alike = new.is_some_and(|new| head.is_like(&new.with_past(Value::empty())));
        let edits = diff_open(new.map_or(&empty, |new| new.tree()), old.tree());
        let head = (!alike).then(|| Arc::new(head));
        (head.is_some() || !edits.is_empty()).then_some(Self { head, edits })
    }
}

/// Secrets that run stay as they are.
fn old_held(new: &Held, old: &Held) -> Vec<(Keys, Option<Option<Value>>)> {
    let mut changes = diff_map(new, old);
    changes.retain(|(keys, old)| {
        ![new.get(keys), old.as_ref()].into_iter().flatten().flatten().any(holds_value)
    });
    changes
}

/// A secret that was set stays as it is, and one that is not there any more does not come back.
fn old_pins(new: &Pins, old: &Pins) -> Vec<(Keys, Option<OldPin>)> {
    let old_pin = |keys: &Keys, pin: Pin| match (new.get(keys).and_then(|pin| pin.value.as_ref()), &pin.value)
    {
        (Some(new), Some(value)) => {
            let edits = diff_open(new, value);
            OldPin { pin: Pin { value: None, ..pin }, edits: Some(edits) }
        }
        _ => OldPin { pin, edits: None },
    };
    let value = |pin: Option<&Pin>| pin.and_then(|pin| pin.value.clone());
    let comes_back = |keys: &Keys, pin: Option<&Pin>| match (value(new.get(keys)), value(pin)) {
        (Some(Value::Secret(_)), _) => false,
        (None, Some(old)) => !holds_value(&old),
        (_, old) => !matches!(old, Some(Value::Secret(_))),
    };
    let changes = diff_map(new, old).into_iter();
    let changes = changes.filter(|(keys, pin)| comes_back(keys, pin.as_ref()));
    changes.map(|(keys, pin)| (keys.clone(), pin.map(|pin| old_pin(&keys, pin)))).collect()
}

/// A content on its way back.
struct Walk {
    layers: BTreeMap<SourceId, (Arc<Layer>, Value)>,
    variables: Arc<Variables>,
    pins: Pins,
    held: Held,
    value: Option<Fixed>,
}

impl Walk {
    fn from(content: &Content) -> Self {
        let layer = |layer: &Arc<Layer>| (layer.source().clone(), (Arc::clone(layer), layer.tree().clone()));
        let Content { layers, variables, pins, held, value } = content.clone();
        Self { layers: layers.iter().map(layer).collect(), variables, pins, held, value }
    }

    fn step(&mut self, back: &Back) {
        for (source, old) in &back.layers {
            self.layer(source, old.as_ref());
        }
        if !back.variables.is_empty() {
            apply_map(Arc::make_mut(&mut self.variables), &back.variables);
        }
        for (keys, old) in &back.pins {
            self.pin(keys, old.as_ref());
        }
        apply_map(&mut self.held, &back.held);
        self.value.clone_from(&back.value);
    }

    fn layer(&mut self, source: &SourceId, old: Option<&OldLayer>) {
        let before = self.layers.remove(source);
        let Some(old) = old else { return };
        let (head, mut tree) = match (&old.head, before) {
            (Some(head), before) => (Arc::clone(head), before.map_or_else(Value::empty, |(_, tree)| tree)),
            (None, Some(before)) => before,
            (None, None) => return,
        };
        apply(&mut tree, &old.edits);
        self.layers.insert(source.clone(), (head, tree));
    }

    fn pin(&mut self, keys: &Keys, old: Option<&OldPin>) {
        let before = self.pins.remove(keys);
        let Some(OldPin { pin, edits }) = old else { return };
        let mut pin = pin.clone();
        if let Some(edits) = edits {
            let mut value = before.and_then(|pin| pin.value).unwrap_or(Value::Null);
            apply(&mut value, edits);
            pin.value = Some(value);
        }
        self.pins.insert(keys.clone(), pin);
    }

    /// A layer that is as it was at the start is that one, which knows its text.
    fn end(self, start: &[Arc<Layer>]) -> Content {
        let start = by_source(start);
        let layers = self.layers.into_iter().map(|(source, (head, tree))| match start.get(&source) {
            Some(layer) if Arc::ptr_eq(layer, &head) && *layer.tree() == tree => head,
            _ => Arc::new(head.with_past(tree)),
        });
        Content {
            layers: layers.collect(),
            variables: self.variables,
            pins: self.pins,
            held: self.held,
            value: self.value,
        }
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
pub(crate) mod tests;
