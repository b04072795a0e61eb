//! Restricts the paths that references may name.

use hotswap_core::secrets::FetchError;

use super::mount::Mount;

/// Paths with tokens, keys and settings of Vault itself.
const OF_VAULT: [&str; 4] = ["auth", "sys", "identity", "cubbyhole"];

/// Path prefixes, compared by whole segments.
#[derive(Clone, Debug, Default)]
pub(super) struct Fence {
    /// Empty to permit any path.
    only: Vec<String>,
    allowed: Vec<String>,
}

impl Fence {
    pub(super) fn only(&mut self, prefix: &str) {
        self.only.push(prefix.to_owned());
    }

    pub(super) fn allow(&mut self, prefix: &str) {
        self.allowed.push(prefix.to_owned());
    }

    /// Checks a path before any request.
    ///
    /// # Errors
    /// References must not name it, whatever is mounted there.
    pub(super) fn check_path(&self, path: &str) -> Result<(), FetchError> {
        if begins(path, &self.allowed) {
            return Ok(());
        }
        let first = path.split('/').next().unwrap_or_default();
        if OF_VAULT.contains(&first) {
            return Err(of_vault(first));
        }
        // The path of a versioned engine may contain `data`, and the engine is not known yet.
        let segments: Vec<_> = path.split('/').collect();
        let without = |at: usize| [&segments[..at], &segments[at + 1..]].concat().join("/");
        let mut spellings = (1..segments.len()).filter(|at| segments[*at] == "data").map(without);
        match self.is_inside(path) || spellings.any(|path| self.is_inside(&path)) {
            true => Ok(()),
            false => Err(self.outside()),
        }
    }

    /// Checks the mount of the path, because the path may lead through a namespace, or have another
    /// meaning.
    ///
    /// # Errors
    /// References must not name it.
    pub(super) fn check_mount(&self, path: &str, mount: &Mount) -> Result<(), FetchError> {
        if begins(path, &self.allowed) {
            return Ok(());
        }
        if mount.is_of_vault(path) {
            return Err(of_vault(mount.path.trim_end_matches('/')));
        }
        match self.is_inside(&mount.logical(path)) || self.is_inside(&mount.ask(path)) {
            true => Ok(()),
            false => Err(self.outside()),
        }
    }

    fn is_inside(&self, path: &str) -> bool {
        self.only.is_empty() || begins(path, &self.only)
    }

    fn outside(&self) -> FetchError {
        let only: Vec<_> = self.only.iter().map(|prefix| format!("`{prefix}`")).collect();
        FetchError::denied(format!("references may only name what is below {}", only.join(" or ")))
            .with_help("name a secret there, or admit another path with `Vault::only` or `Vault::allow`")
    }
}

/// Whether a path is at or below one of the prefixes.
fn begins(path: &str, prefixes: &[String]) -> bool {
    prefixes.iter().any(|prefix| {
        let rest = path.strip_prefix(prefix.trim_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn of_vault(root: &str) -> FetchError {
    FetchError::denied(format!("`{root}` belongs to Vault itself and holds no secrets of the program"))
        .with_help("name a secret; `Vault::allow` lifts this for a path")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fence(only: &[&str], allowed: &[&str]) -> Fence {
        let mut fence = Fence::default();
        only.iter().for_each(|prefix| fence.only(prefix));
        allowed.iter().for_each(|prefix| fence.allow(prefix));
        fence
    }

    fn mount(path: &str, kind: &str) -> Mount {
        let options = json!({ "version": if kind == "kv" { "2" } else { "1" } });
        Mount::read(&json!({ "path": path, "type": kind, "options": options })).unwrap()
    }

    fn admits(fence: &Fence, path: &str, mount: &Mount) -> bool {
        fence.check_path(path).and_then(|()| fence.check_mount(path, mount)).is_ok()
    }

    #[test]
    fn what_belongs_to_vault_is_refused_by_its_first_segment() {
        let open = fence(&[], &[]);
        for path in ["auth/token/lookup-self", "sys/health", "identity/oidc/token/x", "cubbyhole/x"] {
            assert!(open.check_path(path).is_err(), "{path}");
        }
        for path in ["secret/auth", "system/x", "authority/x", "database/creds/sys"] {
            assert!(open.check_path(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn what_belongs_to_vault_is_refused_inside_of_a_namespace_too() {
        let open = fence(&[], &[]);
        for (path, at, kind) in [
            ("team/cubbyhole/x", "cubbyhole/", "cubbyhole"),
            ("team/sys/health", "sys/", "system"),
            ("team/sys/health", "sys/", "ns_system"),
            ("team/identity/oidc/token/x", "identity/", "ns_identity"),
            ("team/auth/token/lookup-self", "token/", "ns_token"),
            ("team/auth/approle/role/x/role-id", "approle/", "approle"),
            ("team/auth/approle/role/x/role-id", "team/auth/approle/", "approle"),
        ] {
            assert!(!admits(&open, path, &mount(at, kind)), "{path}");
        }
        assert!(admits(&open, "team/secret/auth", &mount("secret/", "kv")));
        assert!(admits(&open, "team/auth/app", &mount("team/auth/", "kv")));
    }

    #[test]
    fn allowing_one_path_allows_what_is_below_and_nothing_beside() {
        let fence = fence(&[], &["identity/oidc/token/"]);
        let identity = mount("identity/", "identity");
        assert!(admits(&fence, "identity/oidc/token/app", &identity));
        for path in ["identity/oidc/tokens/app", "identity/entity/id/x", "sys/health"] {
            assert!(!admits(&fence, path, &identity), "{path}");
        }
    }

    #[test]
    fn only_counts_whole_segments_and_both_spellings_of_a_secret() {
        let fence = fence(&["secret/app/"], &["identity/oidc/token/"]);
        let (two, one) = (mount("secret/", "kv"), mount("secret/", "generic"));
        for path in ["secret/app/db", "secret/data/app/db", "secret/app"] {
            assert!(admits(&fence, path, &two), "{path}");
        }
        for path in
            ["secret/apple/db", "secret/other", "secret/data/other", "secrets/app/db", "database/creds/app"]
        {
            assert!(!admits(&fence, path, &two), "{path}");
        }
        // Without versions, `data` is part of the name.
        assert!(!admits(&fence, "secret/data/app/db", &one));
        assert!(admits(&fence, "identity/oidc/token/app", &mount("identity/", "identity")));
    }
}
