//! Templates in a new value that its type reads as that value.
//!
//! The same text may be another value at another place: a field of any type takes `8080` from a template for text, a set takes
//! two items for one. So each template is tried. Where it gives another value, the value stays, and the template is only shown.

use std::{ops::Range, sync::Arc};

use super::{arrange::first_template, holds_template, leaf::Leaf};
use crate::{erased_config::ErasedConfig, value::Value};

/// The new value with the templates of `kept` wherever they give what `plain` has; `None` if the type of the leaf reads it
/// in no form that can be stored. `root` has the new value.
pub(super) fn settled(root: &dyn ErasedConfig, slot: usize, plain: &Value, kept: Value) -> Option<Value> {
    let leaf = Leaf::new(slot);
    // A type that does not read what it writes is refused elsewhere, with its reason.
    if leaf.gives_on_trial(root, &kept, &kept) || !leaf.gives(root, plain) {
        return Some(kept);
    }
    let places = count(plain, &kept);
    let mut settling = Settling { root, leaf: &leaf, plain, kept: &kept, stored: vec![false; places] };
    settling.halves(0..places);
    let settled = settling.value(&shown_only);
    leaf.gives(root, &settled).then_some(settled)
}

/// The search for the templates that may be stored. All places with a template are numbered in order.
struct Settling<'a> {
    root: &'a dyn ErasedConfig,
    leaf: &'a Leaf,
    plain: &'a Value,
    kept: &'a Value,
    /// By number. A template that is not tried, because there was too much work, is only shown.
    stored: Vec<bool>,
}

impl Settling<'_> {
    /// Stores as many templates of the range as the type reads beside those that are stored already.
    fn search(&mut self, range: Range<usize>) {
        if self.leaf.is_spent() {
            return;
        }
        self.stored[range.clone()].fill(true);
        let value = self.value(&|plain, _| plain.clone());
        if !self.leaf.gives_on_trial(self.root, &value, &self.value(&shown_only)) {
            self.stored[range.clone()].fill(false);
            self.halves(range);
        }
    }

    fn halves(&mut self, range: Range<usize>) {
        let middle = range.start + range.len() / 2;
        if range.len() > 1 {
            self.search(range.start..middle);
            self.search(middle..range.end);
        }
    }

    /// The new value with what `other` gives where no template is stored.
    fn value(&self, other: &dyn Fn(&Value, &Value) -> Value) -> Value {
        let mut stored = self.stored.iter();
        chosen(self.plain, self.kept, &mut |plain, template| match stored.next() {
            Some(true) => template.clone(),
            _ => other(plain, template),
        })
    }
}

/// The value itself, displayed as the template.
fn shown_only(plain: &Value, template: &Value) -> Value {
    first_template(template).map_or_else(|| plain.clone(), |untyped| untyped.part(plain))
}

fn count(plain: &Value, kept: &Value) -> usize {
    let mut places = 0;
    chosen(plain, kept, &mut |plain, _| {
        places += 1;
        plain.clone()
    });
    places
}

/// The value of `kept` with what `choose` gives for each place that has a template.
fn chosen(plain: &Value, kept: &Value, choose: &mut dyn FnMut(&Value, &Value) -> Value) -> Value {
    match (plain, kept) {
        _ if !holds_template(kept) => kept.clone(),
        (Value::List(plain), Value::List(kept)) if plain.len() == kept.len() => {
            Value::list(plain.iter().zip(kept.iter()).map(|(plain, kept)| chosen(plain, kept, choose)))
        }
        (Value::Table(plain), Value::Table(kept)) if plain.keys().eq(kept.keys()) => {
            let pairs = plain.iter().zip(kept.values());
            Value::table(pairs.map(|((name, plain), kept)| (Arc::clone(name), chosen(plain, kept, choose))))
        }
        _ => choose(plain, kept),
    }
}
