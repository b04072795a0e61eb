//! The directories that need a watch now, each under one name.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::watch::resolved_path::{Names, ResolvedPath, Target};

/// The identity of a directory. It includes the creation time because an inode number is reused as soon as
/// the old directory is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    number: Number,
    born: Option<SystemTime>,
}

#[cfg(unix)]
type Number = (u64, u64);

/// If directories have no inode number, two names are treated as two directories.
#[cfg(not(unix))]
type Number = PathBuf;

impl Identity {
    fn read(dir: &Path) -> Option<Self> {
        let metadata = fs::metadata(dir).ok()?;
        #[cfg(unix)]
        let number = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let number = dir.to_owned();
        Some(Self { number, born: metadata.created().ok() })
    }
}

/// The directories to watch, and the relevant names in them.
#[derive(Debug, Default)]
pub(crate) struct WatchPlan {
    pub(crate) dirs: BTreeMap<PathBuf, (Identity, Names)>,
    /// See [`ResolvedPath::holders`]; holders that were removed in the meantime are left unchanged.
    pub(crate) holders: Vec<PathBuf>,
}

impl WatchPlan {
    /// The kernel has one watch per directory and notify one name per watch, the last one given. So if a
    /// directory has several names through mounts, one is chosen: the one in `watched`, if any.
    pub(crate) fn new(targets: &[Target], watched: &BTreeMap<PathBuf, Identity>) -> Self {
        let resolved = ResolvedPath::resolve(targets);
        let mut plan = Self::default();
        let mut chosen = BTreeMap::new();
        let (known, new): (Vec<_>, _) =
            resolved.dirs.into_iter().partition(|(dir, _)| watched.contains_key(dir));
        for (dir, names) in known.into_iter().chain::<Vec<_>>(new) {
            let Some(identity) = Identity::read(&dir) else { continue };
            let same = plan.dirs.iter_mut().find(|(_, (other, _))| *other == identity);
            if let Some((name, (_, all))) = same {
                all.merge(&names);
                chosen.insert(dir, name.clone());
            } else {
                plan.dirs.insert(dir, (identity, names));
            }
        }
        plan.holders = resolved
            .holders
            .into_iter()
            .map(|holder| chosen.get(&holder).cloned().unwrap_or(holder))
            .collect();
        plan
    }
}
