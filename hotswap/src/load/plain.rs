//! Secrets in plain text of which no field says that they are secret: known once the decoder has met them.

use std::collections::BTreeSet;

use super::Input;
use crate::{
    excerpt::Show,
    issue::{Issue, IssueKind},
    keys::Keys,
    secrets::known::Secrets,
    shape::Shape,
    source::{Layer, UnknownKeys, plain_secret},
};

/// What refuses the load, and what only warns. `met` are the places where a secret was read.
pub(super) fn secrets(
    met: &BTreeSet<Keys>,
    shape: &'static Shape,
    input: &Input<'_>,
) -> (Vec<Issue>, Vec<Issue>) {
    let (mut issues, mut warnings) = (Vec::new(), Vec::new());
    for layer in input.layers {
        let found: Vec<_> = met.iter().filter(|keys| is_plain(layer, keys, input.secrets)).collect();
        // To find places costs as much as to parse.
        let text = if found.is_empty() { None } else { layer.text_places() };
        let told = |keys: &Keys| {
            let issue = plain_secret(keys, shape, input.names);
            layer.placed(issue, text.as_ref(), keys, Show::Key)
        };
        let list = if layer.plaintext() == UnknownKeys::Deny { &mut issues } else { &mut warnings };
        list.extend(found.into_iter().map(told));
    }
    (issues, warnings)
}

/// Whether a layer has the text of a secret at this place, and did not say so when it was read.
fn is_plain(layer: &Layer, keys: &Keys, stores: &Secrets) -> bool {
    if layer.plaintext() == UnknownKeys::Allow {
        return false;
    }
    let known =
        layer.complaints().any(|(_, issue)| issue.kind() == IssueKind::PlainSecret && issue.keys() == keys);
    let plain = |text: &str| !text.is_empty() && stores.reference(text).is_none() && !text.contains("${");
    !known && keys.find(layer.tree()).is_some_and(|value| value.as_text().is_some_and(plain))
}

/// A credential where a secret belongs is none that is shown.
pub(super) fn without_credentials_of(secrets: &BTreeSet<Keys>, issues: &mut Vec<Issue>) {
    let secret = |keys: &Keys| secrets.iter().any(|leaf| !leaf.is_root() && keys.starts_with(leaf));
    issues.retain(|issue| issue.kind() != IssueKind::Credential || !secret(issue.keys()));
}
