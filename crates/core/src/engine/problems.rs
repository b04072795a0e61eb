//! The problems that a configuration would have with other overrides.

use super::{
    Core, State,
    write::{fixed, placed},
};
use crate::{
    erased_config::ErasedConfig,
    error::Error,
    issue::Issue,
    load::{self, Input, Loaded},
    overrides::Overrides,
    snapshot::Published,
};

impl Core {
    /// The problems of the last accepted layers with other overrides.
    pub(super) fn problems(&self, state: &State, overrides: &Overrides) -> Vec<Issue> {
        self.loaded(state, overrides).err().iter().flat_map(Error::issues).cloned().collect()
    }

    /// Loads the last accepted layers with other overrides, without deferring values that need a restart.
    pub(super) fn loaded(&self, state: &State, overrides: &Overrides) -> Result<Loaded, Error> {
        let known = |name: &str| state.basis.variable(name);
        let secrets = &self.secret_manager.secrets(state.basis.secrets.clone());
        let (layers, unread) = (&state.basis.layers, Vec::new());
        let input = Input { layers, overrides, names: None, variables: &known, unread, secrets };
        load::load(self.config_type, &input)
    }

    /// The problems of a write that is refused, and those that the load of its values has.
    pub(super) fn with_other_problems(
        &self,
        state: &State,
        current: &Published,
        copy: Box<dyn ErasedConfig>,
        edits: Overrides,
        mut issues: Vec<Issue>,
    ) -> Error {
        let mut overrides = state.basis.overrides.clone();
        overrides.extend(edits.clone());
        if self.has_sources() {
            issues.extend(self.problems(state, &overrides));
        } else if let Err(others) = fixed(self.config_type, copy, current, &edits) {
            issues.extend(placed(others, &overrides).issues().cloned());
        }
        Error::new(issues)
    }
}
