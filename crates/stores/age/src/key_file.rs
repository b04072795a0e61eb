//! Files that contain an identity or a passphrase.

use std::{
    collections::BTreeSet,
    fs::Metadata,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use hotswap_core::{
    secrets::{FetchError, FetchErrorKind},
    support::store::{ReadError, Shown, lock_within, open, within},
};
use zeroize::Zeroizing;

use super::ExposedKeys;

/// A key takes 74 bytes; a file of a hundred, with comments, fits.
const MAX_SIZE: u64 = 64 * 1024;

/// Reads a file once, and checks the mode of the opened file.
pub(super) fn read(path: &Path, exposed: ExposedKeys) -> Result<Zeroizing<Vec<u8>>, FetchError> {
    let failed = |error: ReadError| {
        let message = format!("{}: {error}", Shown(path));
        let refused = FetchError::new(FetchErrorKind::Unauthenticated, message);
        match error.help() {
            Some(help) => refused.with_help(help),
            None => refused,
        }
    };
    let system = |error| ReadError::from_io(path, error);
    let file = open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(|error| failed(system(error)))?;
    judge(path, &metadata, exposed)?;
    let content = within(&file, metadata.len(), MAX_SIZE).map_err(|error| failed(system(error)))?;
    let content = content.ok_or_else(|| failed(ReadError::TooLarge { limit: MAX_SIZE }))?;
    Ok(Zeroizing::new(content))
}

fn judge(path: &Path, metadata: &Metadata, exposed: ExposedKeys) -> Result<(), FetchError> {
    /// The files for which a warning was logged.
    static WARNED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

    if exposed == ExposedKeys::Allow || !is_exposed(metadata) {
        return Ok(());
    }
    let message = format!("{} can be read by more than its owner", Shown(path));
    let help = format!("take the right away with `chmod 600 {}`", Shown(path));
    if exposed == ExposedKeys::Deny {
        return Err(FetchError::new(FetchErrorKind::Unauthenticated, message).with_help(help));
    }
    // In a fork a thread of the parent may hold the lock forever: a repeated warning is better than a load that
    // hangs.
    let warned = lock_within(&WARNED, Duration::from_secs(1));
    if warned.is_none_or(|mut warned| warned.insert(path.to_owned())) {
        log::warn!(target: "hotswap", "hotswap: {message}; {help}");
    }
    Ok(())
}

/// Whether the group or all users may read or write.
#[cfg(unix)]
fn is_exposed(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o066 != 0
}

#[cfg(not(unix))]
fn is_exposed(_: &Metadata) -> bool {
    false
}
