//! Withholds keys that reports must not show: in a text that contains secrets, an unexpected key may be one
//! of them.

use std::{cell::OnceCell, collections::BTreeSet};

use super::ConfigType;
use crate::{
    describe::StructInfo,
    issue::{Issue, IssueKind},
    keys::{Key, Keys},
    secret::MASK,
    shape::Leaf,
    value::Value,
};

/// Decides which keys of the problems of one load may be shown.
pub(super) struct Withheld<'l> {
    config_type: ConfigType,
    tree: &'l Value,
    leaves: Vec<Leaf>,
    /// Leaves in which a secret was read.
    secrets: &'l BTreeSet<Keys>,
    section: OnceCell<StructInfo>,
    guarded: OnceCell<BTreeSet<Keys>>,
}

impl<'l> Withheld<'l> {
    pub(super) fn new(config_type: ConfigType, tree: &'l Value, secrets: &'l BTreeSet<Keys>) -> Self {
        let (section, guarded) = (OnceCell::new(), OnceCell::new());
        Self { config_type, tree, leaves: config_type.shape.leaves(), secrets, section, guarded }
    }

    /// Masks each key that no type names in a text that may contain secrets, and each unknown key below a secret leaf.
    pub(super) fn apply(&self, issues: &mut [Issue]) {
        for issue in issues {
            if let Some(shown) = self.shown(issue) {
                *issue = issue.clone().at_withheld(shown);
            }
        }
    }

    fn shown(&self, issue: &Issue) -> Option<Keys> {
        let keys = issue.keys();
        let is_around = |leaf: &&Leaf| !leaf.field().flatten && keys.starts_with(&leaf.keys);
        let leaf = self.leaves.iter().find(is_around).filter(|leaf| leaf.keys != *keys)?;
        let mut named = match self.is_in_text(leaf) {
            true if leaf.secret() || self.may_hold_secret(leaf) => self.section().names(keys),
            // In a file, the keys of a map are chosen as names. An unknown key may be a misplaced secret.
            false if leaf.secret() && issue.kind() == IssueKind::UnknownKey => {
                (1..=keys.0.len()).map(|depth| depth < keys.0.len()).collect()
            }
            _ => return None,
        };
        // The type names the missing value.
        if let (IssueKind::Missing, Some(last)) = (issue.kind(), named.last_mut()) {
            *last = true;
        }
        let shown = keys.0.iter().zip(&named).map(|(key, named)| match named {
            true => key.clone(),
            false => Key::Name(MASK.into()),
        });
        let shown = Keys(shown.collect());
        (shown != *keys).then_some(shown)
    }

    /// Whether the leaf is one text of a source, such as a variable or a fetched secret.
    fn is_in_text(&self, leaf: &Leaf) -> bool {
        match leaf.keys.find(self.tree) {
            Some(Value::Secret(_)) => true,
            Some(value) => matches!(value, Value::Untyped(_)),
            None => false,
        }
    }

    fn section(&self) -> &StructInfo {
        self.section.get_or_init(self.config_type.describe)
    }

    fn may_hold_secret(&self, leaf: &Leaf) -> bool {
        self.secrets.contains(&leaf.keys)
            || self.guarded.get_or_init(|| self.section().guarded()).contains(&leaf.keys)
    }
}
