//! Values that have no effect because a higher layer overrides them. A value of the wrong type causes a warning,
//! because it breaks the configuration once it is no longer overridden.

use std::collections::BTreeSet;

use super::{
    ConfigType, Problems, hidden_in,
    interpolated::interpolated,
    origins::showable,
    resolve_secrets::{texts, texts_in_text},
};
use crate::{
    excerpt::Show,
    issue::{Issue, IssueKind},
    keys::Keys,
    panics::catch_panic,
    secrets::lookup::SecretLookup,
    shape::{Kind, Merge, Shape},
    source::{Layer, holds_template, locate::SourceMap},
    value::Value,
};

/// The type errors of the values of one layer that are overridden in an accepted configuration.
///
/// The effective values have the right type, so these are all type errors of the layer, whatever overrides it
/// later.
pub(super) fn shadowed_type_errors(
    config_type: ConfigType,
    layer: &Layer,
    effective: &Value,
    secrets: &BTreeSet<Keys>,
    lookup: &SecretLookup,
) -> Vec<Issue> {
    let Some(hidden) = hidden(config_type.shape, layer.tree(), effective, lookup) else { return Vec::new() };
    let mut problems = Problems::of_types()
        .sealing(layer.sealed_leaves(config_type.shape).collect())
        .withholding(interpolated(&hidden, &|_| None));
    // A panic in code of the program is ignored, because the value has no effect.
    if catch_panic(|| (config_type.probe)(&hidden, &Keys::root(), &mut problems)).is_none() {
        return Vec::new();
    }
    let secrets: BTreeSet<Keys> =
        problems.take_secrets().into_iter().chain(secrets.iter().cloned()).collect();
    let mut found = problems.into_issues();
    found.retain(|issue| issue.kind() == IssueKind::WrongType);
    let secrets = hidden_in(config_type, &found, &secrets);
    let text = if found.is_empty() { None } else { layer.text_places() };
    let leaves = if found.is_empty() { Vec::new() } else { config_type.shape.leaves() };
    found
        .iter()
        .map(|issue| {
            let show = showable(&leaves, &secrets, issue.keys());
            report_shadowed(issue, layer, text.as_ref(), show)
        })
        .collect()
}

fn report_shadowed(issue: &Issue, layer: &Layer, text: Option<&SourceMap<'_>>, show: Show) -> Issue {
    let message = format!("{}, in a value that a higher layer hides", issue.message());
    let told = Issue::new(issue.kind(), issue.keys().clone(), message)
        .with_help(issue.help().unwrap_or("correct it or remove it"));
    layer.placed(told, text, issue.keys(), show)
}

/// The overridden part of a layer, without values that depend on all layers: tables, joined lists, and strings with
/// a variable or a reference.
fn hidden(shape: &'static Shape, given: &Value, effective: &Value, lookup: &SecretLookup) -> Option<Value> {
    let table = given.as_table()?;
    let mut hidden = Value::empty();
    for field in shape.fields {
        if let Some(inner) = field.inner().filter(|_| field.flatten) {
            let inside = self::hidden(inner, given, effective, lookup);
            let inside = inside.as_ref().and_then(Value::as_table).into_iter().flatten();
            hidden.entries_mut().extend(inside.map(|(name, value)| (name.clone(), value.clone())));
            continue;
        }
        let Some((name, value)) = table.get_key_value(field.key).filter(|_| !field.flatten) else { continue };
        let effect = effective.as_table().and_then(|table| table.get(field.key));
        let lost = match (&field.kind, value) {
            (Kind::Nested(inner) | Kind::Optional(inner), Value::Table(_)) => {
                self::hidden(inner, value, effect.unwrap_or(&Value::Null), lookup)
            }
            (Kind::Leaf, Value::Table(_)) => None,
            (Kind::Leaf, _) if !matches!(field.merge, Merge::Deep | Merge::Replace) => None,
            _ if effect == Some(value) || value.is_null() || holds_template(value) => None,
            _ if refers(value, lookup) => None,
            _ => Some(value.clone()),
        };
        lost.into_iter().for_each(|lost| drop(hidden.entries_mut().insert(name.clone(), lost)));
    }
    hidden.as_table().is_some_and(|table| !table.is_empty()).then_some(hidden)
}

fn refers(value: &Value, lookup: &SecretLookup) -> bool {
    let (whole, inside) = (texts(value, &Keys::root()), texts_in_text(value, &Keys::root(), true));
    whole.iter().chain(&inside).any(|(_, text)| lookup.reference(text).is_some())
}
