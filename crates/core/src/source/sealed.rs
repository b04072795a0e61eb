//! Files that are encrypted as a whole: `secrets.toml.age` is a TOML file once it is decrypted.

use std::path::Path;

use super::format::Format;
use crate::{
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    secrets::{FetchErrorKind, Payload, registry::ProviderRegistry},
};

/// The extension after that of the format.
const EXTENSION: &str = "age";

/// The scheme whose provider decrypts.
const SCHEME: &str = "age";

/// Whether the file at this path is encrypted.
pub fn is_sealed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

/// The path without the extension of encryption.
pub(crate) fn inner(path: &Path) -> &Path {
    match path.file_stem() {
        Some(stem) if is_sealed(path) => Path::new(stem),
        _ => path,
    }
}

/// The format of a file, encrypted or not.
pub(crate) fn format(path: &Path) -> Option<Format> {
    Format::of(inner(path))
}

/// The reason for which a file cannot be decrypted, and whether it may be decrypted later without a
/// change.
pub(crate) struct Locked {
    pub(crate) issue: Box<Issue>,
    pub(crate) passing: bool,
}

/// Decrypts a file. The plaintext is never longer than the ciphertext, so the size limit applies to
/// it, too.
pub(crate) fn open(shown: &Path, bytes: &[u8], providers: &ProviderRegistry) -> Result<Payload, Locked> {
    let opened = providers.provider(SCHEME).and_then(|provider| provider.open(bytes));
    opened.map_err(|error| {
        let message = format!("the file cannot be decrypted: {error}");
        let issue = Issue::new(IssueKind::Unreadable, Keys::root(), message).at(Origin::file(shown));
        let issue = match error.help() {
            Some(help) => issue.with_help(help),
            None => issue,
        };
        // Another identity may be added later, without a change of the ciphertext.
        Locked {
            issue: issue.into(),
            passing: !matches!(error.kind(), FetchErrorKind::Invalid | FetchErrorKind::Unsupported),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::open;
    use crate::secrets::{KnownStore, registry::ProviderRegistry};

    #[test]
    fn the_feature_that_is_off_is_named() {
        const OFF: &[KnownStore] = &[KnownStore { scheme: "age", feature: "age", open: None }];
        let Err(locked) = open(Path::new("a.toml.age"), b"", &ProviderRegistry::new(OFF)) else {
            panic!("it is open")
        };
        assert!(locked.issue.message().ends_with("it needs the feature `age` of hotswap"));
        assert!(!locked.passing && locked.issue.help().is_some());
    }
}
