//! What changed since the last reload cycle that was used.

use std::{collections::BTreeSet, path::PathBuf};

use super::{ENVIRONMENT, SourceEntry};
use crate::snapshot::Cause;

/// What changed, gathered into a cause.
#[derive(Clone, Default)]
pub(super) struct Changes {
    files: BTreeSet<PathBuf>,
    sources: BTreeSet<String>,
    environment: bool,
    /// Variables that templates or references may name.
    pub(super) variables: bool,
}

impl Changes {
    pub(super) fn record(&mut self, entry: &SourceEntry) {
        match entry {
            SourceEntry::File(file) => self.files.extend(file.changed_paths()),
            SourceEntry::Env(_) => self.environment = true,
            SourceEntry::Custom(custom) => drop(self.sources.insert(custom.name().to_owned())),
        }
    }

    pub(super) fn any(&self) -> bool {
        self.environment || self.variables || !self.files.is_empty() || !self.sources.is_empty()
    }

    /// What the sources are called in the status.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let files = self.files.iter().map(|path| path.display().to_string());
        let mut names: BTreeSet<String> = files.chain(self.sources.iter().cloned()).collect();
        // A variable that only templates name may come from a dotenv file, which changed too then.
        if self.environment || (self.variables && names.is_empty()) {
            names.insert(ENVIRONMENT.to_owned());
        }
        names
    }

    pub(super) fn cause(self) -> Cause {
        match (self.files.is_empty(), self.sources.is_empty()) {
            (false, _) => Cause::Files(self.files.into_iter().collect()),
            (true, false) => Cause::Sources(self.sources.into_iter().collect()),
            (true, true) => Cause::Environment,
        }
    }
}
