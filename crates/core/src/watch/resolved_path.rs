//! The directories that determine the target of a path.
//!
//! A watch on a file ends with its first atomic replacement, and a watch on a directory does not report a link
//! above it that gets another target. So each step of the resolution from the root to the file is recorded,
//! including links: the directory, and the name that was looked up in it. Only a change to one of these names
//! can change the target of the path.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    fs,
    path::{Component, Path, PathBuf},
};

use crate::source::dir;

/// As many links as Linux follows.
const LINKS: usize = 40;

/// The path of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    File(PathBuf),
    /// Every file of the directory with one of these extensions.
    Dir {
        path: PathBuf,
        extensions: &'static [&'static str],
    },
}

/// The names that matter in one directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    exact: BTreeSet<OsString>,
    /// In addition, every name that a directory source with these extensions reads.
    extensions: Vec<&'static str>,
}

/// The steps of the resolution of some targets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ResolvedPath {
    /// Every directory on the paths, with all links followed, so that one directory has one name (except for
    /// mounts).
    pub(crate) dirs: BTreeMap<PathBuf, Names>,
    /// For each target, the directory that contains the file, or the nearest existing one: without a watch
    /// on it, the target is not watched.
    pub(crate) holders: Vec<PathBuf>,
}

impl Names {
    pub(crate) fn matter(&self, name: &OsStr) -> bool {
        self.exact.contains(name) || dir::is_listed(name, &self.extensions)
    }

    /// The names that were looked up.
    pub(crate) fn exact(&self) -> impl Iterator<Item = &OsStr> {
        self.exact.iter().map(OsString::as_os_str)
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.exact.extend(other.exact.iter().cloned());
        self.list(&other.extensions);
    }

    fn list(&mut self, extensions: &[&'static str]) {
        self.extensions.extend(extensions);
        self.extensions.sort_unstable();
        self.extensions.dedup();
    }
}

impl ResolvedPath {
    /// Resolves every target. Only reads the file system. A path that cannot be resolved completely gives the
    /// steps up to the failure.
    pub(crate) fn resolve(targets: &[Target]) -> Self {
        let mut resolved = Self::default();
        for target in targets {
            let (Target::File(path) | Target::Dir { path, .. }) = target;
            let (mut holder, end) = resolved.walk(path);
            if let (Target::Dir { extensions, .. }, Some(dir)) = (target, end) {
                resolved.enter(&dir, extensions);
                holder = dir;
            }
            resolved.holders.push(holder);
        }
        resolved
    }

    /// Follows `path`. Returns the last directory that was searched, and the target if it exists.
    fn walk(&mut self, path: &Path) -> (PathBuf, Option<PathBuf>) {
        let Ok(path) = std::path::absolute(path) else { return (PathBuf::new(), None) };
        let (mut here, mut holder, mut links) = (PathBuf::new(), PathBuf::new(), 0);
        let mut rest = steps(&path);
        while let Some(step) = rest.pop() {
            let name = match step {
                Step::Jump(root) => {
                    here.push(root);
                    continue;
                }
                Step::Up => {
                    here.pop();
                    continue;
                }
                Step::Into(name) => name,
            };
            self.dirs.entry(here.clone()).or_default().exact.insert(name.clone());
            holder.clone_from(&here);
            match look(&here.join(&name), rest.is_empty()) {
                Found::Here(next) => here = next,
                Found::Link(goal) if links < LINKS => {
                    links += 1;
                    rest.extend(steps(&goal));
                }
                _ => return (holder, None),
            }
        }
        (holder, Some(here))
    }

    /// All names of a directory source are relevant, and so are the steps of its links.
    fn enter(&mut self, dir: &Path, extensions: &'static [&'static str]) {
        let Ok(entries) = fs::read_dir(dir) else { return };
        self.dirs.entry(dir.to_owned()).or_default().list(extensions);
        for entry in entries.filter_map(Result::ok) {
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if is_link && dir::is_listed(&entry.file_name(), extensions) {
                self.walk(&entry.path());
            }
        }
    }
}

enum Step {
    /// Continues at a root.
    Jump(OsString),
    Up,
    Into(OsString),
}

/// The steps of a path in reverse order, so that they can be popped and a link can push its own.
fn steps(path: &Path) -> Vec<Step> {
    let step = |component: Component<'_>| match component {
        Component::Prefix(_) | Component::RootDir => Some(Step::Jump(component.as_os_str().to_owned())),
        Component::CurDir => None,
        Component::ParentDir => Some(Step::Up),
        Component::Normal(name) => Some(Step::Into(name.to_owned())),
    };
    path.components().rev().filter_map(step).collect()
}

enum Found {
    Here(PathBuf),
    Link(PathBuf),
    /// The resolution cannot continue.
    Nothing,
}

fn look(path: &Path, last: bool) -> Found {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::read_link(path).map_or(Found::Nothing, Found::Link),
        Ok(found) if found.is_dir() || last => Found::Here(path.to_owned()),
        _ => Found::Nothing,
    }
}

#[cfg(test)]
#[cfg(unix)]
#[path = "resolved_path_tests.rs"]
mod tests;
