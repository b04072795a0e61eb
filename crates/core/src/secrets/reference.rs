//! `scheme:location#key`: a text in place of a secret.

use std::{fmt, sync::Arc};

use super::Location;
use crate::excerpt;

/// The scheme of a provider, and a location.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SecretKey {
    pub(crate) scheme: Arc<str>,
    pub(crate) location: Location,
}

/// A parsed reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) secret_key: SecretKey,
    /// The selected part of the content.
    pub(crate) key: Option<Arc<str>>,
}

/// The scheme of a text that has the form of a reference.
pub(crate) fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    let sound = scheme.starts_with(|c: char| c.is_ascii_lowercase()) && scheme.chars().all(letter);
    (sound && !rest.is_empty()).then_some(scheme)
}

impl Reference {
    /// Parses a reference; `None` for a text of another form, or with a scheme that is not `known`.
    pub(crate) fn parse(text: &str, known: impl Fn(&str) -> bool) -> Option<Self> {
        let scheme = scheme(text).filter(|scheme| known(scheme))?;
        let rest = &text[scheme.len() + 1..];
        let (location, key) = match rest.split_once('#') {
            Some((location, key)) => (location, Some(key)),
            None => (rest, None),
        };
        let secret_key = SecretKey { scheme: scheme.into(), location: Location::new(location) };
        Some(Self { secret_key, key: key.map(Into::into) })
    }
}

/// A long location is cut.
impl fmt::Display for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.location)
    }
}

/// A long location is cut.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.secret_key)?;
        self.key.iter().try_for_each(|key| write!(f, "#{}", excerpt::name(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    fn parts(text: &str) -> Option<(String, String, Option<String>)> {
        let found = Reference::parse(text, |scheme| matches!(scheme, "vault" | "aws-sm" | "file"))?;
        let key = found.key.as_deref().map(str::to_owned);
        Some((found.secret_key.scheme.to_string(), found.secret_key.location.as_str().to_owned(), key))
    }

    #[test]
    fn a_reference_has_scheme_location_and_key() {
        let of = |scheme: &str, location: &str, key: Option<&str>| {
            Some((scheme.to_owned(), location.to_owned(), key.map(str::to_owned)))
        };
        assert_eq!(parts("vault:secret/data/app#pw"), of("vault", "secret/data/app", Some("pw")));
        assert_eq!(parts("vault:app?version=3#a.b"), of("vault", "app?version=3", Some("a.b")));
        assert_eq!(parts("file:/run/secrets/pw"), of("file", "/run/secrets/pw", None));
        assert_eq!(parts("file:C:\\pw"), of("file", "C:\\pw", None));
        assert_eq!(parts("aws-sm:app#a#b"), of("aws-sm", "app", Some("a#b")));
    }

    #[test]
    fn anything_else_is_a_plain_value() {
        for text in
            ["", "vault", "vault:", ":x", "Vault:x", "postgres://u:p@h/db", "hunter2", "va ult:x", " vault:x"]
        {
            assert_eq!(parts(text), None, "{text:?}");
        }
    }
}
