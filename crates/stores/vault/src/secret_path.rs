//! A parsed location: a path, and the version of a secret.

use hotswap_core::secrets::{FetchError, Location};

/// A parsed location of Vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretPath {
    /// Without leading and trailing slashes.
    pub(super) path: String,
    pub(super) version: Option<u64>,
}

impl SecretPath {
    pub(super) fn parse(location: &Location) -> Result<Self, FetchError> {
        let path = location.path().trim_matches('/');
        // The URL would drop dot segments, and request another secret.
        let odd =
            |part: &str| part.is_empty() || part == "." || part == ".." || part.contains(char::is_control);
        // In a URL, both would be other spellings of a path, which would bypass the checks.
        let respelled = path.contains('\\') || has_escape(path);
        if path.split('/').any(odd) || !path.contains('/') || respelled {
            return Err(FetchError::invalid("it is no path of Vault")
                .with_help("write `vault:mount/path#key` without `\\` and `%XX`, for example `vault:secret/app#password`"));
        }
        Ok(Self { path: path.to_owned(), version: location.query().map(version).transpose()? })
    }
}

/// Whether there is a `%` with two hexadecimal digits.
fn has_escape(path: &str) -> bool {
    let digits = |rest: &str| rest.len() > 1 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    path.split('%').skip(1).any(digits)
}

fn version(query: &str) -> Result<u64, FetchError> {
    let number = query.strip_prefix("version=").and_then(|number| number.parse().ok());
    number.filter(|number| *number > 0).ok_or_else(|| {
        FetchError::invalid("what stands behind `?` is not a version")
            .with_help("write `?version=3`, or nothing")
    })
}

#[cfg(test)]
mod tests {
    use super::{Location, SecretPath};

    #[test]
    fn a_path_and_perhaps_a_version() {
        let place =
            |text| SecretPath::parse(&Location::new(text)).ok().map(|place| (place.path, place.version));
        assert_eq!(place("secret/app"), Some(("secret/app".into(), None)));
        assert_eq!(place("/secret/app/"), Some(("secret/app".into(), None)));
        assert_eq!(place("secret/data/app?version=3"), Some(("secret/data/app".into(), Some(3))));
        for odd in [
            "",
            "secret",
            "a//b",
            "a/../b",
            "a/./b",
            "a/b\n",
            "a/b?version=0",
            "a/b?version=x",
            "a/b?x=1",
            "a/%62",
            "a\\b/c",
        ] {
            assert_eq!(place(odd), None, "{odd}");
        }
    }
}
