//! The names of the files in a state directory.

use std::ffi::OsStr;

use crate::save::atomic;

pub(super) const OVERRIDES: &str = "overrides.json";
pub(super) const HISTORY: &str = "history.json";
pub(super) const LOCK: &str = "lock";
const DAMAGED: &str = "damaged-";

/// The files that always exist.
pub(super) const ALL: [&str; 3] = [OVERRIDES, HISTORY, LOCK];

/// The extension of a damaged file, which replaces `json`.
pub(super) fn damaged(number: usize) -> String {
    format!("{DAMAGED}{number}")
}

/// Whether a file with this name in a state directory is written, renamed or removed there.
pub(super) fn is_ours(name: &OsStr) -> bool {
    let damaged = |name: &str| {
        let rest = name.strip_prefix("overrides.").or_else(|| name.strip_prefix("history."));
        rest.is_some_and(|rest| rest.starts_with(DAMAGED))
    };
    atomic::is_fresh(name) || name.to_str().is_some_and(|name| ALL.contains(&name) || damaged(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_used_is_known() {
        for name in ["overrides.json", "history.json", "lock", "overrides.damaged-3", ".hotswap-x.tmp"] {
            assert!(is_ours(OsStr::new(name)), "{name}");
        }
        for name in ["app.toml", "overrides.toml", "my-history.json", "lock.json", "overrides"] {
            assert!(!is_ours(OsStr::new(name)), "{name}");
        }
    }
}
