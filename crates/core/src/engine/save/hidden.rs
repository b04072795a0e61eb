//! Saved values that variables hide.
//!
//! A variable does not forbid a save, because the next process may have other variables. But if they stay as they are, the
//! saved value has no effect after a restart.

use std::{path::Path, sync::Arc};

use super::{
    Document, SaveInput,
    reader::{OtherSources, Reader},
};
use crate::{
    effective::holds_secret,
    engine::Core,
    issue::{Issue, IssueKind},
    keys::Keys,
    save::leaf::{Leaves, Made},
    source::{Layer, format::edit::change::Change},
    value::Value,
};

impl Core {
    /// A warning for each saved value instead of which a variable gives another one after a restart.
    pub(super) fn hidden_by_variables(
        &self,
        path: &Path,
        input: &SaveInput,
        document: &Document,
        leaves: &Leaves<'_>,
        made: &Made,
    ) -> Vec<Issue> {
        let layers: Vec<_> = input.layers.iter().filter(|layer| layer.is_of_variables()).collect();
        if layers.is_empty() {
            return Vec::new();
        }
        let all = OtherSources::with_variables(path, &input.layers, document.whole, &self.files);
        let (published, texts) = (&input.published, &input.texts);
        let reader = Reader::new(self.config_type, published, texts, leaves.variables, all, leaves.own);
        let with_variables = Leaves { reading: &reader, ..*leaves };
        let after = Change::Inside(made.changes.clone()).apply(Some(leaves.tree));
        let hidden = |keys: &Keys, value: &Value| {
            let layer = layers.iter().rev().find(|layer| keys.find(layer.tree()).is_some())?;
            let raw = leaves.written(keys);
            let raw = after.as_ref().and_then(|after| raw.find(after));
            let is_hidden = leaves.gives(keys, raw, value) && !with_variables.gives(keys, raw, value);
            is_hidden.then(|| self.hidden_by(layer, keys))
        };
        let values = document.leaves.iter().filter_map(|(keys, value)| Some((keys, value.as_ref()?)));
        values
            .filter(|(_, value)| !holds_secret(value))
            .filter_map(|(keys, value)| hidden(keys, value))
            .collect()
    }

    fn hidden_by(&self, layer: &Arc<Layer>, keys: &Keys) -> Issue {
        let variable = self.names.as_ref().and_then(|names| names.variable(keys));
        let variable = variable.unwrap_or_else(|| layer.source().name.to_string());
        let message = format!(
            "the file was saved, but {variable} gives another value and takes precedence over the file"
        );
        Issue::new(IssueKind::Write, keys.clone(), message)
            .at(layer.origin(None, keys))
            .with_help(format!("remove {variable}, or change it as well"))
    }
}
