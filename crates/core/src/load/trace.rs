//! Traces a merge back: which layers contributed to a value of the merged tree.

use super::plan::{Plan, Step, items, meets};
use crate::{
    keys::{Key, Keys},
    shape::Merge,
    value::Value,
};

/// The value of one layer at a path.
#[derive(Clone, Debug)]
pub(crate) struct Contribution {
    /// The index of the layer, from the lowest.
    pub(crate) layer: usize,
    /// The path in the layer: an element of a joined list has another index there.
    pub(crate) keys: Keys,
    pub(crate) value: Value,
}

/// The values at `keys`, or at the nearest path above it that any layer has; lowest precedence first.
pub(crate) struct Trace {
    pub(crate) given: Vec<Contribution>,
    /// The number of keys of that path.
    pub(crate) depth: usize,
}

impl Trace {
    /// Follows `keys`. On the first `hiding` steps a layer is dropped once a higher one hides it.
    pub(crate) fn new<'v>(
        plan: Option<&Plan>,
        layers: impl Iterator<Item = &'v Value>,
        keys: &Keys,
        hiding: usize,
    ) -> Self {
        let given = layers.enumerate();
        let given =
            given.map(|(layer, tree)| Contribution { layer, keys: Keys::root(), value: tree.clone() });
        let mut trace = Self { given: given.collect(), depth: 0 };
        let mut step = Next::Table(plan);
        for key in &keys.0 {
            let mut below = match (step.list(), key) {
                (Some(way), Key::Index(index)) => element(way, &trace.given, *index),
                _ => trace.given.iter().filter_map(|given| given.below(key)).collect(),
            };
            step = step.next(key);
            if trace.depth < hiding {
                step.hide(&mut below);
            }
            if below.is_empty() {
                break;
            }
            trace = Self { given: below, depth: trace.depth + 1 };
        }
        trace
    }
}

/// The plan at the current path.
#[derive(Clone, Copy)]
enum Next<'p> {
    Table(Option<&'p Plan>),
    Own(Merge),
}

impl<'p> Next<'p> {
    fn next(self, key: &Key) -> Self {
        let (Self::Table(Some(plan)), Key::Name(name)) = (self, key) else { return Self::Table(None) };
        match plan.step_for(name) {
            Some(Step::Inside(plan)) => Self::Table(Some(plan)),
            Some(Step::Own(way)) => Self::Own(*way),
            None => Self::Table(None),
        }
    }

    /// How the lists at this path are joined.
    fn list(self) -> Option<Merge> {
        match self {
            Self::Own(way @ (Merge::Append | Merge::Union | Merge::Key(_))) => Some(way),
            Self::Own(_) | Self::Table(_) => None,
        }
    }

    /// Keeps the contributions that have an effect: the highest one, and those with which it is
    /// merged.
    fn hide(self, given: &mut Vec<Contribution>) {
        let meet = |value: &Value| match self {
            Self::Own(Merge::Replace) => false,
            _ if value.as_table().is_some() => true,
            next => next.list().is_some() && items(value).is_some(),
        };
        let last = given.len().saturating_sub(1);
        let apart = given.iter().rposition(|given| !meet(&given.value));
        let first = apart.map_or(0, |apart| if apart == last { apart } else { apart + 1 });
        given.drain(..first);
    }
}

impl Contribution {
    fn below(&self, key: &Key) -> Option<Self> {
        let step = Keys(vec![key.clone()]);
        let value = step.find(self.value.inside())?.clone();
        Some(Self { layer: self.layer, keys: self.keys.join(&step), value })
    }
}

/// The contributions to one element of joined lists: several if elements with the same key were
/// merged.
fn element(way: Merge, lists: &[Contribution], index: usize) -> Vec<Contribution> {
    let mut all: Vec<Vec<Contribution>> = Vec::new();
    for list in lists {
        for (place, item) in items(&list.value).unwrap_or_default().iter().enumerate() {
            let given = Contribution { layer: list.layer, keys: list.keys.index(place), value: item.clone() };
            match meets(way, all.iter().map(|given| &given[0].value), item) {
                None => all.push(vec![given]),
                Some(at) if matches!(way, Merge::Key(_)) => all[at].push(given),
                Some(_) => {}
            }
        }
    }
    if index < all.len() { all.swap_remove(index) } else { Vec::new() }
}
