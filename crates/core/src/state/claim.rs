//! The files that belong to a state directory, which nothing else may read or write.
//!
//! Different paths can lead to one file: relative, through links, through a mount, by a second hard link. So files are
//! compared by their inode numbers if they exist, and by their real parents and names if they do not exist yet.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use super::names;
use crate::{
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    source::stamp::Stamp,
};

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;

/// The files of a state directory, which need not exist.
pub(crate) struct Claim {
    dir: ResolvedFile,
    files: Vec<ResolvedFile>,
}

impl Claim {
    /// Reads the file system, and changes nothing.
    pub(crate) fn new(dir: &Path) -> Self {
        Self {
            dir: ResolvedFile::resolve(dir),
            files: names::ALL.iter().map(|name| ResolvedFile::resolve(&dir.join(name))).collect(),
        }
    }

    /// Whether `path` leads to a file that is written, renamed or removed here, or to the directory itself, which no
    /// file can replace.
    pub(crate) fn has_file(&self, path: &Path) -> bool {
        let real = ResolvedFile::resolve(path);
        let here =
            || real.path.parent().is_some_and(|parent| ResolvedFile::resolve(parent).is_same(&self.dir));
        let ours = || real.path.file_name().is_some_and(names::is_ours);
        let known = self.files.iter().chain([&self.dir]).any(|file| file.is_same(&real));
        known || (ours() && here())
    }

    /// Whether `path` leads to the directory itself.
    pub(crate) fn is_dir(&self, path: &Path) -> bool {
        ResolvedFile::resolve(path).is_same(&self.dir)
    }
}

/// The problem that `path` is used for `what` and belongs to a state directory.
pub(crate) fn collision(path: &Path, what: &str) -> Issue {
    let message = format!("{what} is also written as state: each would destroy the other");
    Issue::new(IssueKind::Setup, Keys::root(), message)
        .at(Origin::file(path))
        .with_help("give `state_dir` a directory that nothing else uses")
}

/// The target of a path.
struct ResolvedFile {
    /// With all links followed, as far as it exists.
    path: PathBuf,
    file: Option<Stamp>,
    parent: Option<Stamp>,
}

impl ResolvedFile {
    fn resolve(path: &Path) -> Self {
        let path = resolve(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        let file = stamp(&path);
        let parent = path.parent().and_then(stamp);
        Self { path, file, parent }
    }

    fn is_same(&self, other: &Self) -> bool {
        let same = |one: &Option<Stamp>, other: &Option<Stamp>| match (one, other) {
            // On systems without inode numbers, they are all 0.
            (Some(one), Some(other)) => one.ino != 0 && one.same_file(other),
            _ => false,
        };
        let named_alike = || self.path.file_name() == other.path.file_name();
        self.path == other.path
            || same(&self.file, &other.file)
            || (same(&self.parent, &other.parent) && named_alike())
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    fs::metadata(path).ok().map(|metadata| Stamp::from_metadata(&metadata))
}

/// Follows every link, also to a target that does not exist yet.
fn resolve(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if let Ok(real) = fs::canonicalize(&path) {
            return real;
        }
        match (fs::read_link(&path), path.parent()) {
            (Ok(next), Some(parent)) => path = parent.join(next),
            _ => break,
        }
    }
    let mut steps = path.components();
    match steps.next_back() {
        Some(Component::Normal(name)) => resolve(steps.as_path()).join(name),
        Some(Component::ParentDir) => {
            let mut above = resolve(steps.as_path());
            above.pop();
            above
        }
        _ => path,
    }
}

#[cfg(all(test, unix))]
#[path = "claim_tests.rs"]
mod tests;
