//! What the running program writes into files.

use std::path::Path;

use super::Core;
use crate::{
    effective::{self, Secrets},
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    save::{Leaves, save},
    shape::Leaf,
    snapshot::Published,
    template::as_written,
    value::Value,
};

impl Core {
    /// Writes the effective configuration.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        self.process.ensure_current()?;
        self.spare_state(path)?;
        let published = self.current.load_full();
        let references = self.board().references.clone();
        let leaves = effective::leaves(&published, Secrets::LeftOut(&references));
        let written = |leaf: &Leaf| leaves.iter().any(|(keys, _)| *keys == leaf.keys);
        let remarks = self.remarks(&published, |leaf| !written(leaf));
        let given = leaves.iter().filter(|(_, value)| *value != Value::Null);
        let given = given.map(|(keys, value)| (keys.clone(), Some(value.clone())));
        save(path, self.model.shape, given.collect(), &remarks)
    }

    /// Merges what was set at run time into a file.
    pub(crate) fn save_overrides(&self, path: &Path) -> Result<(), Error> {
        self.process.ensure_current()?;
        self.spare_state(path)?;
        let (published, pins) = (self.current.load_full(), self.board().pins.clone());
        let secrets = self.secrets(&published);
        let hidden = |keys: &Keys, value: Option<&Value>| {
            secrets.iter().any(|leaf| keys.starts_with(&leaf.keys))
                || value.is_some_and(effective::holds_secret)
        };
        let open = pins.iter().filter(|(keys, pin)| !hidden(keys, pin.value.as_ref()));
        let open: Leaves =
            open.map(|(keys, pin)| (keys.clone(), pin.value.as_ref().map(as_written))).collect();
        save(path, self.model.shape, open, &self.remarks(&published, |leaf| pins.contains_key(&leaf.keys)))
    }

    /// A file of the state directory has a form of its own; written over, it would be damaged at the next start.
    fn spare_state(&self, path: &Path) -> Result<(), Error> {
        if !self.keeper.as_ref().is_some_and(|keeper| keeper.claims(path)) {
            return Ok(());
        }
        let message = "the file belongs to the state directory, and is written by hotswap alone";
        let issue = Issue::new(IssueKind::Write, Keys::root(), message).at(Origin::file(path));
        Err(issue.with_help("choose another file").into())
    }

    fn secrets(&self, published: &Published) -> Vec<Leaf> {
        self.model.shape.leaves().into_iter().filter(|leaf| published.hides(leaf)).collect()
    }

    /// A line for each secret that is left out.
    fn remarks(&self, published: &Published, wanted: impl Fn(&Leaf) -> bool) -> Vec<String> {
        let secrets = self.secrets(published).into_iter().filter(|leaf| wanted(leaf));
        let variable = |keys: &Keys| self.names.as_ref().and_then(|names| names.variable(keys));
        let remark = |leaf: Leaf| match variable(&leaf.keys) {
            Some(variable) => format!("{} is secret and not written here: set {variable}", leaf.keys),
            None => format!("{} is secret and not written here", leaf.keys),
        };
        secrets.map(remark).collect()
    }
}
