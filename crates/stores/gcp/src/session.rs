//! Credentials with a token, and a client of Google's for each endpoint.

use std::{
    collections::BTreeMap,
    env,
    future::Future,
    sync::{Mutex, PoisonError},
};

use google_cloud_auth::credentials::Credentials as Google;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_secretmanager_v1::client::SecretManagerService;
use hotswap_core::secrets::FetchError;

use super::{
    Credentials, error_messages,
    settings::{ENDPOINT, Settings},
};

/// Makes Google's client log its responses, including secrets.
const LOGGING: &str = "GOOGLE_CLOUD_RUST_LOGGING";

pub(super) struct Session {
    settings: Settings,
    google: Google,
    services: Mutex<BTreeMap<String, SecretManagerService>>,
}

impl Session {
    pub(super) fn open(settings: &Settings) -> Result<Self, FetchError> {
        if env::var(LOGGING).is_ok_and(|value| value == "true") {
            let error = FetchError::invalid(format!("with {LOGGING} Google's client would log the secret"));
            return Err(error.with_help(format!("take {LOGGING} out of the environment")));
        }
        // Checked here because Google's client panics if this fails.
        reqwest::Client::builder().build().map_err(|_| {
            FetchError::invalid("TLS cannot be set up")
                .with_help("see whether the machine has certificates of authorities: package ca-certificates")
        })?;
        let google = settings.credentials.open(&settings.directory)?;
        Ok(Self { settings: settings.clone(), google, services: Mutex::default() })
    }

    /// Gets a token, unless there is a valid one.
    pub(super) async fn log_in(&self) -> Result<(), FetchError> {
        let late = || error_messages::late("the server that gives the token");
        let headers = self.in_time(self.google.headers(Default::default()), late).await?;
        headers.map(drop).map_err(|error| error_messages::no_token(&error, &self.settings.credentials))
    }

    /// The client for an endpoint.
    pub(super) async fn service(
        &self,
        region: Option<&str>,
    ) -> Result<(SecretManagerService, String), FetchError> {
        let address = self.settings.address(region)?;
        if let Some(known) = self.services().get(&address) {
            return Ok((known.clone(), address));
        }
        // The configuration retries failed requests itself.
        let mut builder = SecretManagerService::builder()
            .with_credentials(self.google.clone())
            .with_retry_policy(NeverRetry);
        // The default endpoint depends on the universe.
        if address != ENDPOINT {
            builder = builder.with_endpoint(&address);
        }
        let late = || error_messages::late("the metadata server");
        let service =
            self.in_time(builder.build(), late).await?.map_err(|error| error_messages::no_client(&error))?;
        self.services().insert(address.clone(), service.clone());
        Ok((service, address))
    }

    /// Runs a request with a timeout.
    pub(super) async fn in_time<T>(
        &self,
        question: impl Future<Output = T>,
        late: impl FnOnce() -> FetchError,
    ) -> Result<T, FetchError> {
        tokio::time::timeout(self.settings.timeout, question).await.map_err(|_| late())
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.settings.credentials
    }

    fn services(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, SecretManagerService>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
