//! The settings for Secret Manager.

use std::time::Duration;

use hotswap_client::server;
use hotswap_core::{secrets::FetchError, support::store::WorkingDirectory};

use super::Credentials;

/// The default endpoint of Google's client.
pub(super) const ENDPOINT: &str = "https://secretmanager.googleapis.com";

/// A store that takes longer for one response is treated as unreachable.
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) credentials: Credentials,
    pub(super) endpoint: Option<String>,
    pub(super) timeout: Duration,
    pub(super) directory: WorkingDirectory,
}

impl Settings {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { credentials, endpoint: None, timeout: TIMEOUT, directory: WorkingDirectory::default() }
    }

    /// The endpoint for the secrets of a region, or for global ones.
    pub(super) fn address(&self, region: Option<&str>) -> Result<String, FetchError> {
        match (&self.endpoint, region) {
            (Some(endpoint), _) => checked(endpoint),
            (None, Some(region)) => Ok(format!("https://secretmanager.{region}.rep.googleapis.com")),
            (None, None) => Ok(ENDPOINT.into()),
        }
    }
}

fn checked(endpoint: &str) -> Result<String, FetchError> {
    let url = server(endpoint, "the endpoint", "give it as `https://host`, and nothing else")?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_an_endpoint_of_its_own() {
        let mut settings = Settings::new(Credentials::anonymous());
        assert_eq!(settings.address(None).unwrap(), ENDPOINT);
        let regional = "https://secretmanager.europe-west3.rep.googleapis.com";
        assert_eq!(settings.address(Some("europe-west3")).unwrap(), regional);
        settings.endpoint = Some("http://127.0.0.1:8080/".into());
        assert_eq!(settings.address(Some("europe-west3")).unwrap(), "http://127.0.0.1:8080");
    }

    #[test]
    fn an_endpoint_names_a_server_and_nothing_else() {
        for odd in
            ["google", "ftp://host", "https://user:hunter2@host", "https://host/v1", "https://h?hunter2"]
        {
            let error = checked(odd).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
