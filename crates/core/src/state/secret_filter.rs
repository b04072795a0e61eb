//! Removes values of secrets from what is written. References to them are kept.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    effective::holds_secret,
    keys::Keys,
    load::place_at,
    resolve::interpolate,
    secret::marker::SecretForm,
    secrets::registry::ProviderRegistry,
    shape::{Leaf, Shape},
    snapshot::Published,
    template::holds_display_only,
    unknown_keys::normalise,
    value::Value,
};

/// The paths of secret leaves, and the schemes of references.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretFilter {
    places: Vec<Keys>,
    providers: Arc<ProviderRegistry>,
}

impl SecretFilter {
    /// The fields that are marked secret, and those in which a secret was read.
    pub(crate) fn for_version(
        current: &Published,
        reads: &BTreeSet<Keys>,
        providers: &Arc<ProviderRegistry>,
    ) -> Self {
        let hidden = |leaf: &Leaf| current.hides(leaf) || reads.contains(&leaf.keys);
        let leaves = current.root.shape().leaves().into_iter().filter(hidden);
        Self { places: leaves.map(|leaf| leaf.keys).collect(), providers: Arc::clone(providers) }
    }

    pub(super) fn new(places: Vec<Keys>, providers: &Arc<ProviderRegistry>) -> Self {
        Self { places, providers: Arc::clone(providers) }
    }

    /// The filter for an old version, in which unmarked secrets were read in the leaves `read` only.
    pub(super) fn of_version(&self, shape: &'static Shape, read: &BTreeSet<Keys>) -> Self {
        let leaves = shape.leaves();
        let is_marked = |keys: &Keys| leaves.iter().any(|leaf| leaf.secret() && leaf.keys == *keys);
        let places = self.places.iter().filter(|keys| is_marked(keys) || read.contains(*keys));
        Self { places: places.cloned().collect(), providers: Arc::clone(&self.providers) }
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &Keys> {
        self.places.iter()
    }

    /// The value at a path as it may be written; `None` if nothing may be written.
    pub(super) fn redact(&self, at: &Keys, value: &Value) -> Option<Value> {
        let value = &unsealed(value);
        if self.places.iter().any(|secret| at.starts_with(secret)) {
            return self.is_reference(value).then(|| value.clone());
        }
        let below = self.places.iter().filter(|secret| secret.starts_with(at));
        let shown = below.fold(value.clone(), |value, secret| {
            let below = Keys(secret.0[at.0.len()..].to_vec());
            match below.find(&value) {
                Some(found) if !found.is_null() && !self.is_reference(found) => {
                    place_at(&value, &below, None)
                }
                _ => value,
            }
        });
        if holds_secret(&shown) { open(&shown) } else { Some(shown) }
    }

    /// Whether the value is only a reference to a secret. Text that is mixed with other text, or has a default, may
    /// contain part of the secret.
    fn is_reference(&self, value: &Value) -> bool {
        let scalar = matches!(value, Value::Template(_) | Value::Text(_) | Value::Untyped(_));
        scalar
            && matches!(
                SecretForm::new(value, &self.providers),
                SecretForm::Reference | SecretForm::Variables
            )
    }

    /// Whether the values of a change must not be written, because there is a secret at or below its path.
    pub(super) fn hides_change(&self, path: &str) -> bool {
        let keys = Keys::parse(path);
        self.places.iter().any(|secret| keys.starts_with(secret) || secret.starts_with(&keys))
    }

    /// A tree as it may be written, without unknown keys, whose content may be anything.
    pub(super) fn tree(&self, tree: &Value, shape: &'static Shape) -> Value {
        let unknown = normalise(tree, shape).unknown.into_iter();
        let known = unknown.fold(tree.clone(), |tree, (keys, _)| place_at(&tree, &keys, None));
        self.redact(&Keys::root(), &known).unwrap_or_else(Value::empty)
    }
}

/// Unseals texts that consist of variables, because only the template is written. Seals text whose template cannot be
/// written to a file, because after a restart it would be resolved differently.
fn unsealed(value: &Value) -> Value {
    match value {
        Value::Secret(_) => match value.inside() {
            template @ Value::Template(text) if interpolate::is_only_variables(text) => template.clone(),
            _ => value.clone(),
        },
        Value::Untyped(untyped) if untyped.is_display_only() => Value::secret(value.clone()),
        Value::List(items) if is_mixed(value) => Value::list(items.iter().map(unsealed)),
        Value::Table(table) if is_mixed(value) => {
            Value::table(table.iter().map(|(key, value)| (Arc::clone(key), unsealed(value))))
        }
        other => other.clone(),
    }
}

fn is_mixed(value: &Value) -> bool {
    holds_secret(value) || holds_display_only(value)
}

/// Removes sealed values. A list with a sealed item is removed as a whole, because a list without some of its items
/// would be a different one.
fn open(value: &Value) -> Option<Value> {
    match value {
        Value::Secret(_) => None,
        Value::List(_) if holds_secret(value) => None,
        Value::Table(table) => {
            let entries = table.iter().filter_map(|(key, value)| Some((Arc::clone(key), open(value)?)));
            Some(Value::table(entries))
        }
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filter(places: &[&str]) -> SecretFilter {
        let places = places.iter().map(|place| place.split('.').collect()).collect();
        SecretFilter { places, ..SecretFilter::default() }
    }

    fn shown(at: &str, value: Value) -> Option<serde_json::Value> {
        let at = at.split('.').filter(|name| !name.is_empty()).collect();
        filter(&["db.password"]).redact(&at, &value).map(|value| value.to_json())
    }

    #[test]
    fn a_secret_is_left_out_wherever_the_value_begins() {
        let whole = json!({"db": {"password": "x", "host": "h"}});
        assert_eq!(shown("", whole.into()), Some(json!({"db": {"host": "h"}})));
        assert_eq!(shown("db", json!({"password": "x"}).into()), Some(json!({})));
        assert_eq!(shown("db.password", Value::text("x")), None);
        assert_eq!(shown("db.password.part", Value::text("x")), None);
        assert_eq!(shown("db.host", Value::text("h")), Some(json!("h")));
    }

    #[test]
    fn a_reference_stays_unless_more_stands_beside_it() {
        let template = |text: &str| shown("db.password", Value::Template(text.into()));
        assert_eq!(template("${DB_PASSWORD}"), Some(json!("${DB_PASSWORD}")));
        for only in ["${A}${B}", "${A:}", "${A:${B}}", "file:/run/${A}"] {
            assert_eq!(template(only), Some(json!(only)), "{only}");
        }
        for more in ["x${DB_PASSWORD}", "${DB_PASSWORD:x}", "${A}x${B}", "$${x}", "${A:${B:x}}", "${A"] {
            assert_eq!(template(more), None, "{more}");
        }
        assert_eq!(shown("db.password", Value::text("file:/run/pw")), Some(json!("file:/run/pw")));
        assert_eq!(shown("db.password", Value::text("unheard-of:pw")), None);
    }

    #[test]
    fn what_says_that_it_is_secret_is_left_out_too() {
        let secret = || Value::secret(Value::text("x"));
        let table = Value::table([("a".into(), secret()), ("b".into(), Value::Int(1))]);
        assert_eq!(shown("", table), Some(json!({"b": 1})));
        assert_eq!(shown("list", Value::list([Value::Int(1), secret()])), None);
    }
}
