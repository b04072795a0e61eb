//! What the running program writes into files.

use std::path::Path;

use super::Core;
use crate::{
    effective::{self, Secrets},
    error::Error,
    keys::Keys,
    save::{Leaves, save},
    shape::Leaf,
    value::Value,
};

impl Core {
    /// Writes the effective configuration.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        let published = self.current.load_full();
        let leaves = effective::leaves(&published, Secrets::LeftOut);
        let given = leaves.into_iter().filter(|(_, value)| *value != Value::Null);
        save(
            path,
            self.model.shape,
            given.map(|(keys, value)| (keys, Some(value))).collect(),
            &self.remarks(|_| true),
        )
    }

    /// Merges what was set at run time into a file.
    pub(crate) fn save_overrides(&self, path: &Path) -> Result<(), Error> {
        let pins = self.board().pins.clone();
        let secrets = self.secrets();
        let hidden = |keys: &Keys, value: Option<&Value>| {
            secrets.iter().any(|leaf| keys.starts_with(&leaf.keys))
                || value.is_some_and(effective::holds_secret)
        };
        let open = pins.iter().filter(|(keys, pin)| !hidden(keys, pin.value.as_ref()));
        let open: Leaves = open.map(|(keys, pin)| (keys.clone(), pin.value.clone())).collect();
        let remarks = self.remarks(|leaf| pins.contains_key(&leaf.keys));
        save(path, self.model.shape, open, &remarks)
    }

    fn secrets(&self) -> Vec<Leaf> {
        self.model.shape.leaves().into_iter().filter(Leaf::secret).collect()
    }

    /// A line for each secret that is left out.
    fn remarks(&self, wanted: impl Fn(&Leaf) -> bool) -> Vec<String> {
        let secrets = self.secrets().into_iter().filter(|leaf| wanted(leaf));
        let variable = |keys: &Keys| self.names.as_ref().and_then(|names| names.variable(keys));
        let remark = |leaf: Leaf| match variable(&leaf.keys) {
            Some(variable) => format!("{} is secret and not written here: set {variable}", leaf.keys),
            None => format!("{} is secret and not written here", leaf.keys),
        };
        secrets.map(remark).collect()
    }
}
