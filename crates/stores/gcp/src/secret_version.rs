//! A parsed location: the full name of a secret, and a version.

use hotswap_core::secrets::{FetchError, Location};

/// Google's name of the newest version.
const LATEST: &str = "latest";

/// A parsed location of Secret Manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretVersion {
    /// `projects/P/secrets/S`, with the region if the secret has one.
    pub(super) secret: String,
    pub(super) version: String,
    pub(super) region: Option<String>,
}

impl SecretVersion {
    pub(super) fn parse(location: &Location) -> Result<Self, FetchError> {
        let parts: Vec<_> = location.as_str().split('/').collect();
        let (project, region, secret, version) = match parts[..] {
            ["projects", project, "secrets", secret] => (project, None, secret, LATEST),
            ["projects", project, "secrets", secret, "versions", version] => (project, None, secret, version),
            ["projects", project, "locations", region, "secrets", secret] => {
                (project, Some(region), secret, LATEST)
            }
            ["projects", project, "locations", region, "secrets", secret, "versions", version] => {
                (project, Some(region), secret, version)
            }
            // Otherwise part of a full name would be a secret of a project with the name
            // `projects`.
            ["projects", ..] => return Err(odd()),
            [project, secret] => (project, None, secret, LATEST),
            [project, secret, version] => (project, None, secret, version),
            _ => return Err(odd()),
        };
        if !is_project(project) || ![secret, version].into_iter().chain(region).all(is_name) {
            return Err(odd());
        }
        let above = region.map_or_else(String::new, |region| format!("locations/{region}/"));
        Ok(Self {
            secret: format!("projects/{project}/{above}secrets/{secret}"),
            version: version.to_owned(),
            region: region.map(str::to_owned),
        })
    }

    /// The name in the request.
    pub(super) fn name(&self) -> String {
        format!("{}/versions/{}", self.secret, self.version)
    }
}

/// Old project ids have a domain: `example.com:my-project`.
fn is_project(text: &str) -> bool {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || "-.:".contains(letter);
    text.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && text.chars().all(inside)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
}

fn odd() -> FetchError {
    FetchError::invalid("it is no name of Secret Manager").with_help(
        "write `gcp-sm:project/secret#key`, `gcp-sm:project/secret/version`, or the full name `projects/..`",
    )
}

#[cfg(test)]
mod tests {
    use super::{Location, SecretVersion};

    fn name(text: &str) -> Option<String> {
        SecretVersion::parse(&Location::new(text)).ok().map(|place| place.name())
    }

    #[test]
    fn a_short_name_and_a_full_one() {
        let latest = "projects/app-1/secrets/db_pass/versions/latest";
        for text in ["app-1/db_pass", "app-1/db_pass/latest", "projects/app-1/secrets/db_pass", latest] {
            assert_eq!(name(text).as_deref(), Some(latest), "{text}");
        }
        assert_eq!(name("example.com:app/db/7").unwrap(), "projects/example.com:app/secrets/db/versions/7");
        let full = "projects/p/secrets/s/versions/stable";
        assert_eq!(name(full).as_deref(), Some(full));
        let regional = "projects/p/locations/europe-west3/secrets/s";
        assert_eq!(name(regional), Some(format!("{regional}/versions/latest")));
        let overridden = format!("{regional}/versions/2");
        assert_eq!(name(&overridden), Some(overridden.clone()));
        assert_eq!(
            SecretVersion::parse(&Location::new(regional)).unwrap().region.as_deref(),
            Some("europe-west3")
        );
    }

    #[test]
    fn nothing_else() {
        for odd in [
            "",
            "p",
            "p/",
            "/s",
            "p//s",
            "p/s/1/2",
            "../s",
            "p/..",
            "p/s/..",
            "p/s?version=3",
            "p/s%2f",
            "p/s\n",
            "projects/p",
            "projects/p/secrets",
            "projects/p/secrets/s/versions",
            "projects/p/locations/eu/secrets",
            "projects/p/locations/eu/secrets/s/versions/..",
        ] {
            assert_eq!(name(odd), None, "{odd}");
        }
    }
}
