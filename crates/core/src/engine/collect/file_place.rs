//! The precedence of a file among the sources, whether it exists or not.

use std::path::{Path, PathBuf};

use super::file::FileKind;
use crate::source::{SourceId, dir, format::Format, same_file};

/// A path of the builder, and its rank among the sources.
#[derive(Debug)]
pub(crate) struct FilePlace {
    pub(super) rank: usize,
    /// The path as the program gave it.
    pub(super) named: PathBuf,
    pub(super) absolute: PathBuf,
    pub(super) kind: FileKind,
}

impl FilePlace {
    /// The id of the source that a file at `path` would be; `None` if it would not belong to this
    /// entry.
    pub(crate) fn source_of(&self, path: &Path) -> Option<SourceId> {
        let path = std::path::absolute(path).ok()?;
        let source = |shown: &Path| SourceId { rank: self.rank, name: shown.display().to_string().into() };
        match self.kind {
            FileKind::File(_) => same_file(&self.absolute, &path).then(|| source(&self.named)),
            FileKind::Dir => {
                let (folder, name) = (path.parent()?, path.file_name()?);
                let is_listed = dir::is_listed(name, Format::EXTENSIONS) && same_file(&self.absolute, folder);
                is_listed.then(|| source(&self.named.join(name)))
            }
            FileKind::Dotenv => None,
        }
    }
}

/// A file that is read for the source of this rank.
#[derive(PartialEq)]
pub(super) struct RankedPath {
    pub(super) rank: usize,
    pub(super) path: PathBuf,
}

impl AsRef<Path> for RankedPath {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}
