//! The changes since the last read that was used.

use std::{collections::BTreeSet, path::PathBuf};

use super::{ENVIRONMENT, SourceEntry};
use crate::snapshot::Cause;

/// Collects changes into a cause.
#[derive(Clone, Default)]
pub(super) struct Changes {
    files: BTreeSet<PathBuf>,
    sources: BTreeSet<String>,
    environment: bool,
    /// Whether variables changed to which templates or references may refer.
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

    /// The names of the changed sources in the status.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let files = self.files.iter().map(|path| path.display().to_string());
        let mut names: BTreeSet<String> = files.chain(self.sources.iter().cloned()).collect();
        // A variable that is only used in templates may come from a dotenv file, which then changed
        // too.
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
