//! Checks whether other users may write or replace a file.

#[cfg(unix)]
use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
};

#[cfg(unix)]
use crate::secrets::FetchError;
use crate::{
    source::{mount::Mounts, read_error::Shown},
    watch::resolved_path::ResolvedPath,
};

/// Refuses a file that others may write or, if it must be private, read.
#[cfg(unix)]
pub(super) fn check_file(metadata: &Metadata, private: bool) -> Result<(), FetchError> {
    let mode = metadata.mode() & 0o777;
    let (others, who) = if private { (0o077, "others than its owner") } else { (0o002, "everybody") };
    if mode & others == 0 {
        return Ok(());
    }
    let may = if private { "may use it" } else { "may write it" };
    let error = FetchError::denied(format!("{who} {may}: its mode is {mode:04o}"));
    Err(error.with_help(format!("take the permissions {:04o} away", mode & others)))
}

/// Warns of every directory on the path of a file in which others may replace the next component.
///
/// They cannot do so in a sticky directory, such as `/tmp` and mounts of Kubernetes secrets, nor in one that is
/// mounted read-only, such as config maps.
#[cfg(unix)]
pub(super) fn warn_of_directories(chain: &ResolvedPath, private: bool, mounts: &Mounts) -> Vec<String> {
    let (others, who) = if private { (0o022, "others than its owner") } else { (0o002, "everybody") };
    let exposed = chain.dirs.keys().filter_map(|dir| {
        let mode = fs::metadata(dir).ok()?.mode() & 0o7777;
        let exposed = mode & others != 0 && mode & 0o1000 == 0 && !mounts.is_read_only(dir);
        exposed.then(|| {
            format!(
                "{who} may replace files in {}, a directory on its path, whose mode is {mode:04o}; take the permissions \
                 {:04o} away, or set its sticky bit",
                Shown(dir),
                mode & others
            )
        })
    });
    exposed.collect()
}

#[cfg(not(unix))]
pub(super) fn warn_of_directories(_: &ResolvedPath, _: bool, _: &Mounts) -> Vec<String> {
    Vec::new()
}
