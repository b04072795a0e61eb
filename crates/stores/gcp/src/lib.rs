//! Secrets from Google Secret Manager, behind the feature `gcp`.

mod access;
mod checksum;
mod client;
mod credentials;
mod error_messages;
mod secret_version;
mod session;
mod settings;

use std::{sync::Arc, time::Duration};

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
/// # What a reference may name
///
/// | location | gives |
/// | --- | --- |
/// | `my-project/db` | the newest version of the secret `db` |
/// | `my-project/db/7`, `my-project/db/stable` | the version with this number, or with this alias |
/// | `projects/my-project/secrets/db` | the same by its full name, to which `/versions/7` may be added |
/// | `projects/my-project/locations/europe-west3/secrets/db` | a regional secret, from the endpoint of its region |
///
/// A secret is a text, or bytes if it is no UTF-8. `#key` reads it as JSON and picks a part. What arrives is
/// held against its checksum.
///
/// Every version is looked at again at intervals, even one with a number: its content never changes, but
/// somebody may disable or destroy it. The status tells then, and the value in use stays.
///
/// # Tokens
///
/// The first fetch gets a token; nothing happens before. Google's client gets another one before it expires.
/// A token that is refused all the same is followed by a new one once, for which credentials are read again.
///
/// The client brings a thread with an async runtime of its own. The program needs none.
#[derive(Debug)]
pub struct SecretManager {
    settings: Settings,
    running: Running<Client>,
}

impl SecretManager {
    /// With the credentials that the environment gives to all of Google's clients: the file that
    /// `GOOGLE_APPLICATION_CREDENTIALS` names, else the one that `gcloud auth application-default login`
    /// wrote, else those of the machine, from its metadata server.
    ///
    /// See [`SecretManager`] for an example.
    pub fn from_env() -> Self {
        Self::with(Credentials::of_environment())
    }

    /// With these credentials.
    ///
    /// See [`SecretManager`] for an example.
    pub fn with(credentials: Credentials) -> Self {
        Self { settings: Settings::new(credentials), running: Running::default() }
    }

    /// Where to ask, as `https://host`, in the place of `https://secretmanager.googleapis.com`; regional
    /// secrets too. Any other text is an error of the fetch.
    ///
    /// See [`SecretManager`] for an example.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.settings.endpoint = Some(endpoint.into());
        self
    }

    /// How long one answer may take, 5 seconds if nothing is said. A fetch may need two: the token and the
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
}
