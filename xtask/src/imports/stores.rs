//! The packages of the secret stores use the runtime only by its public seam.

use super::{read, uses};
use crate::steps::output_of;

const STORES: &str = "crates/stores/";

/// What a store may name of the packages of this workspace. Of `hotswap_core` also the public types at its root.
const SEAM: [&str; 3] = ["hotswap_core::secrets", "hotswap_core::support::store", "hotswap_client"];

/// One problem for each path outside the seam.
pub(super) fn problems() -> Result<Vec<String>, String> {
    let files = output_of("git", &["ls-files", &format!("{STORES}*.rs")])?;
    let mut problems = Vec::new();
    for file in files.lines() {
        // A file that was deleted and not committed yet has no imports.
        let Ok(text) = read(file) else { continue };
        let outside = uses::paths(&text, "hotswap").into_iter().filter(|path| !is_allowed(path));
        problems.extend(outside.map(|path| format!("{file}: a store may not use `{path}`")));
    }
    Ok(problems)
}

fn is_allowed(path: &str) -> bool {
    let is_below = |seam: &str| path.strip_prefix(seam).is_some_and(|r| r.is_empty() || r.starts_with("::"));
    let of_root = path.strip_prefix("hotswap_core::");
    SEAM.iter().any(|seam| is_below(seam))
        || of_root.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_uses_the_public_seam_only() {
        for allowed in [
            "hotswap_core::SecretProvider",
            "hotswap_core::secrets::Fetched",
            "hotswap_core::support::store::Shown",
            "hotswap_client::together",
        ] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in [
            "hotswap_core",
            "hotswap_core::__private::Value",
            "hotswap_core::support::command_line::Keys",
            "hotswap_core::support::store_of_others",
            "hotswap_cli::Config",
            "hotswap_vault::Vault",
        ] {
            assert!(!is_allowed(refused), "{refused}");
        }
    }
}
