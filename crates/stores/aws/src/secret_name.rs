//! A parsed location: a name and a version.

use hotswap_core::secrets::{FetchError, Location};

/// A parsed location of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretName {
    /// A name or an ARN.
    pub(super) name: String,
    pub(super) version_selector: Option<VersionSelector>,
}

/// Another version than the current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum VersionSelector {
    /// Its content never changes.
    Version(String),
    /// A name that moves from version to version.
    Moving(String),
}

/// The syntax of locations of a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocationFormat {
    pub(super) example: &'static str,
    /// The parameter for moving names.
    pub(super) moving: &'static str,
    /// Whether versions are numbers.
    pub(super) numbered: bool,
    /// The permitted text after `?`.
    pub(super) selectors: &'static str,
}

impl SecretName {
    pub(super) fn parse(location: &Location, form: LocationFormat) -> Result<Self, FetchError> {
        let name = location.path();
        if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_graphic()) {
            return Err(FetchError::invalid("it is no name that AWS gives")
                .with_help(format!("write `{}`", form.example)));
        }
        let version_selector = location.query().map(|query| {
            VersionSelector::parse(query, form).ok_or_else(|| {
                FetchError::invalid("what stands behind `?` names no version")
                    .with_help(format!("write {}, or nothing", form.selectors))
            })
        });
        Ok(Self { name: name.to_owned(), version_selector: version_selector.transpose()? })
    }

    /// Whether its content never changes.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.version_selector, Some(VersionSelector::Version(_)))
    }
}

impl VersionSelector {
    fn parse(query: &str, form: LocationFormat) -> Option<Self> {
        let (key, value) = query.split_once('=')?;
        let sound = !value.is_empty() && value.chars().all(|letter| letter.is_ascii_graphic());
        let digit = value.starts_with(|letter: char| letter.is_ascii_digit());
        match key {
            "version" if form.numbered => {
                let number = value.parse().ok().filter(|number: &u64| *number > 0)?;
                Some(Self::Version(number.to_string()))
            }
            "version" if sound => Some(Self::Version(value.to_owned())),
            key if key == form.moving && sound && !(form.numbered && digit) => {
                Some(Self::Moving(value.to_owned()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Location, LocationFormat, SecretName, VersionSelector};

    const NUMBERED: LocationFormat =
        LocationFormat { example: "", moving: "label", numbered: true, selectors: "" };

    #[test]
    fn a_name_and_perhaps_a_version() {
        let version_selector = |form, text| {
            SecretName::parse(&Location::new(text), form).ok().map(|place| place.version_selector)
        };
        let named = LocationFormat { moving: "stage", numbered: false, ..NUMBERED };
        let (version, moving) = (
            |id: &str| VersionSelector::Version(id.into()),
            |name: &str| VersionSelector::Moving(name.into()),
        );
        assert_eq!(version_selector(named, "app"), Some(None));
        assert_eq!(version_selector(named, "app?version=1b-2"), Some(Some(version("1b-2"))));
        assert_eq!(version_selector(named, "app?stage=AWSPREVIOUS"), Some(Some(moving("AWSPREVIOUS"))));
        assert_eq!(version_selector(NUMBERED, "/app?version=03"), Some(Some(version("3"))));
        assert_eq!(version_selector(NUMBERED, "/app?label=live"), Some(Some(moving("live"))));
        for odd in ["", "a b", "a\n", "a?", "a?version=", "a?label=live", "a?stage=", "a?stage=two\nlines"] {
            assert_eq!(version_selector(named, odd), None, "{odd}");
        }
        for odd in ["/a?version=x", "/a?version=0", "/a?label=3rd", "/a?stage=live"] {
            assert_eq!(version_selector(NUMBERED, odd), None, "{odd}");
        }
    }
}
