//! Secrets from Google Secret Manager, behind the feature `gcp`.

mod access;
mod checksum;
mod client;
mod credentials;
mod error_messages;
mod secret_version;
mod session;
mod settings;

use std::{path::Path, sync::Arc, time::Duration};

use hotswap_client::Running;
use hotswap_core::secrets::{BoxFuture, FetchError, Fetched, Location, SecretProvider};

pub use credentials::Credentials;

use self::{client::Client, settings::Settings};

/// Google Secret Manager, for references such as `gcp-sm:my-project/db#password`.
///
/// ```
/// use hotswap::secrets::google::{Credentials, SecretManager};
///
/// // GOOGLE_APPLICATION_CREDENTIALS, what `gcloud auth application-default login` left, or the metadata server.
/// let plain = SecretManager::from_env();
///
/// // Nothing from the environment.
/// let explicit = SecretManager::with(Credentials::file("/run/secrets/google.json"))
///     .endpoint("https://secretmanager.europe-west3.rep.googleapis.com");
/// assert!(format!("{explicit:?}").contains("europe-west3"));
/// # let _ = plain;
/// ```
///
/// # Locations
///
/// | location | content |
/// | --- | --- |
/// | `my-project/db` | the newest version of the secret `db` |
/// | `my-project/db/7`, `my-project/db/stable` | the version with this number, or with this alias |
/// | `projects/my-project/secrets/db` | the same by its full name, to which `/versions/7` may be added |
/// | `projects/my-project/locations/europe-west3/secrets/db` | a regional secret, from the endpoint of its region |
///
/// A secret is a text, or bytes if it is not UTF-8. `#key` reads it as JSON and selects a part. The checksum
/// of each secret is verified.
///
/// Every version is polled at intervals, even one with a number: its content never changes, but it may
/// be disabled or destroyed. The status then reports this, and the value in use stays in force.
///
/// # Tokens
///
/// The first fetch gets a token; there is no request before that. Google's client renews it before it
/// expires. If a token is refused anyway, credentials are read again and one new token is requested.
///
/// The client uses a thread with its own async runtime. The program needs none.
#[derive(Debug)]
pub struct SecretManager {
    settings: Settings,
    running: Running<Client>,
}

impl SecretManager {
    /// Uses the default credentials of Google's clients: the file that `GOOGLE_APPLICATION_CREDENTIALS`
    /// names, or else the one that `gcloud auth application-default login` wrote, or else those of the
    /// machine, from its metadata server.
    ///
    /// See [`SecretManager`] for an example.
    pub fn from_env() -> Self {
        Self::with(Credentials::of_environment())
    }

    /// Uses these credentials.
    ///
    /// See [`SecretManager`] for an example.
    pub fn with(credentials: Credentials) -> Self {
        Self { settings: Settings::new(credentials), running: Running::default() }
    }

    /// Sets the endpoint, in the form `https://host`, instead of `https://secretmanager.googleapis.com`;
    /// also for regional secrets. Any other text is an error of the fetch.
    ///
    /// See [`SecretManager`] for an example.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.settings.endpoint = Some(endpoint.into());
        self
    }

    /// Sets the timeout of one response; 5 seconds by default. A fetch may need two: the token and the
    /// secret.
    ///
    /// ```
    /// use hotswap::secrets::google::SecretManager;
    /// use std::time::Duration;
    ///
    /// let patient = SecretManager::from_env().timeout(Duration::from_secs(20));
    /// assert!(format!("{patient:?}").contains("20s"));
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }
}

impl SecretProvider for SecretManager {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        Box::pin(async move {
            let connect = || Client::new(self.settings.clone());
            let fetch = |client: Arc<Client>| client.fetch(locations.to_vec());
            let outcome = self.running.run(connect, fetch).await;
            outcome.unwrap_or_else(|error| vec![Err(error); locations.len()])
        })
    }

    fn working_directory(&self, directory: &Path) {
        self.settings.directory.set(directory);
    }
}
