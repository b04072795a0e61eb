//! Restricts the files that references may name.
//!
//! A path has many spellings: `//proc`, `..`, links, links of the kernel that lead out of `/proc` again. So the
//! spelling of the path, every step of its resolution, and the opened file are checked.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use crate::{
    secrets::{FetchError, working_directory::WorkingDirectory},
    source::{mount::Mounts, read_error::Shown},
    watch::resolved_path::ResolvedPath,
};

/// Directories of the kernel, with processes, devices and settings.
const OF_THE_SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];
/// A directory like any other.
const SHARED_MEMORY: &str = "/dev/shm";
/// The same by file system type, for the `/proc` of another container that is mounted elsewhere.
const SHOWING_THE_SYSTEM: [&str; 12] = [
    "proc",
    "sysfs",
    "cgroup",
    "cgroup2",
    "debugfs",
    "tracefs",
    "securityfs",
    "configfs",
    "efivarfs",
    "pstore",
    "bpf",
    "binfmt_misc",
];

/// The directories that references may name, and additional permitted ones.
#[derive(Debug, Default)]
pub(super) struct Fence {
    /// The directory of relative paths.
    pub(super) directory: WorkingDirectory,
    /// Empty to permit any directory.
    under: Vec<PathBuf>,
    allowed: Vec<PathBuf>,
}

impl Fence {
    pub(super) fn under(dir: PathBuf) -> Self {
        Self { under: vec![dir], ..Self::default() }
    }

    pub(super) fn allow(&mut self, path: PathBuf) {
        self.allowed.push(path);
    }

    /// Checks a path before it is opened, because opening a file may have side effects.
    ///
    /// # Errors
    /// It leads to a directory of the kernel.
    pub(super) fn check_path(&self, path: &Path, chain: &ResolvedPath) -> Result<(), FetchError> {
        if self.is_allowed_by_name(path) {
            return Ok(());
        }
        let steps = chain.dirs.iter().flat_map(|(dir, names)| names.exact().map(|name| dir.join(name)));
        for step in std::iter::once(spelled_out(path)).chain(steps) {
            if let Some(root) = root_of(&step).filter(|_| !self.leads_to_allowed(&step)) {
                return Err(of_the_system(root));
            }
        }
        Ok(())
    }

    /// Checks the opened file.
    ///
    /// # Errors
    /// It belongs to the kernel, or it is outside of the directories that references may name.
    pub(super) fn check_open(&self, path: &Path, file: &fs::File, mounts: &Mounts) -> Result<(), FetchError> {
        if self.is_allowed_by_name(path) {
            return Ok(());
        }
        let real = real(path, file);
        if self.is_allowed(&real) {
            return Ok(());
        }
        if let Some(root) = root_of(&real) {
            return Err(of_the_system(root));
        }
        if let Some(kind) = mounts.kind_of(file).filter(|kind| SHOWING_THE_SYSTEM.contains(kind)) {
            return Err(of_the_system(&format!("a file system of the kind {kind}")));
        }
        let inside = |dir: &PathBuf| {
            fs::canonicalize(self.directory.resolve(dir)).is_ok_and(|dir| real.starts_with(dir))
        };
        match self.under.first() {
            Some(dir) if !self.under.iter().any(inside) => Err(outside(dir)),
            _ => Ok(()),
        }
    }

    /// Checks the spelling. `..` in a path may lead anywhere, so then only its target counts.
    fn is_allowed_by_name(&self, path: &Path) -> bool {
        let plain = path.components().all(|part| part != Component::ParentDir);
        plain && self.is_allowed(&spelled_out(path))
    }

    fn is_allowed(&self, path: &Path) -> bool {
        self.allowed().any(|allowed| path.starts_with(allowed))
    }

    fn allowed(&self) -> impl Iterator<Item = PathBuf> {
        self.allowed.iter().map(|path| spelled_out(&self.directory.resolve(path)))
    }

    /// Whether the path is allowed, or is a parent of an allowed one.
    fn leads_to_allowed(&self, path: &Path) -> bool {
        self.is_allowed(path) || self.allowed().any(|allowed| allowed.starts_with(path))
    }
}

/// The directory of the kernel that contains a path.
fn root_of(path: &Path) -> Option<&'static str> {
    let below = |root: &&str| path.starts_with(root) && path != Path::new(root);
    let shared = path.starts_with(SHARED_MEMORY);
    OF_THE_SYSTEM.into_iter().find(below).filter(|_| !shared)
}

/// Makes a path absolute, without `.`, `..` and double slashes. Links are not followed.
fn spelled_out(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The path of the opened file according to the system, because the original path may lead to another file by
/// now.
#[cfg(target_os = "linux")]
fn real(path: &Path, file: &fs::File) -> PathBuf {
    use std::os::fd::AsRawFd;
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    fs::read_link(link).unwrap_or_else(|_| resolved(path, file))
}

#[cfg(not(target_os = "linux"))]
fn real(path: &Path, file: &fs::File) -> PathBuf {
    resolved(path, file)
}

/// The current target of the path, if that is still the opened file; else empty.
fn resolved(path: &Path, file: &fs::File) -> PathBuf {
    use crate::source::stamp::Stamp;
    let resolve = || -> std::io::Result<Option<PathBuf>> {
        let real = fs::canonicalize(path)?;
        let same =
            Stamp::from_metadata(&fs::metadata(&real)?).same_file(&Stamp::from_metadata(&file.metadata()?));
        Ok(same.then_some(real))
    };
    resolve().ok().flatten().unwrap_or_default()
}

fn of_the_system(root: &str) -> FetchError {
    FetchError::denied(format!("it leads to {root}, which shows the system and holds no secrets"))
        .with_help("name the file that holds the secret; `File::allow` lifts this for a directory")
}

fn outside(dir: &Path) -> FetchError {
    FetchError::denied(format!("it is outside of {}", Shown(dir)))
        .with_help("put the file there, or name another directory with `File::under` or `File::allow`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_does_not_hide_where_a_path_leads() {
        for (path, plain) in [
            ("/proc/self/environ", "/proc/self/environ"),
            ("//proc/self/environ", "/proc/self/environ"),
            ("/proc/../proc/./self//environ", "/proc/self/environ"),
            ("/../../proc/self", "/proc/self"),
            ("/run/../proc/self", "/proc/self"),
        ] {
            assert_eq!(spelled_out(Path::new(path)), Path::new(plain), "{path}");
        }
    }

    #[test]
    fn shared_memory_is_a_directory_like_any_other() {
        for inside in ["/proc/1", "/sys/x", "/dev/fd/3", "/dev/shmem", "/dev/sda"] {
            assert!(root_of(Path::new(inside)).is_some(), "{inside}");
        }
        for outside in ["/dev/shm/x", "/process", "/srv/proc/x", "/", "/dev", "/system"] {
            assert_eq!(root_of(Path::new(outside)), None, "{outside}");
        }
    }

    #[test]
    fn what_is_allowed_is_a_directory_and_not_a_beginning() {
        let mut fence = Fence::default();
        fence.allow("/dev/fd".into());
        assert!(fence.is_allowed_by_name(Path::new("/dev/fd/3")));
        assert!(fence.is_allowed_by_name(Path::new("//dev/./fd/3")));
        for path in ["/dev/fdx/3", "/dev/fd/../mem", "/dev/fd/3/../../mem"] {
            assert!(!fence.is_allowed_by_name(Path::new(path)), "{path}");
        }
    }
}
