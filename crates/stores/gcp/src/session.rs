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

/// Makes Google's client write its answers to the log, secrets among them.
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
        // Google's client panics where this fails.
        reqwest::Client::builder().build().map_err(|_| {
            FetchError::invalid("TLS cannot be set up")
                .with_help("see whether the machine has certificates of authorities: package ca-certificates")
        })?;
        let google = settings.credentials.open()?;
        Ok(Self { settings: settings.clone(), google, services: Mutex::default() })
    }

    /// Gets a token, if there is none that lasts.
    pub(super) async fn log_in(&self) -> Result<(), FetchError> {
        let late = || error_messages::late("the server that gives the token");
        let headers = self.in_time(self.google.headers(Default::default()), late).await?;
        headers.map(drop).map_err(|error| error_messages::no_token(&error, &self.settings.credentials))
    }

    /// What to ask, and where it is.
    pub(super) async fn service(
        &self,
        region: Option<&str>,
    ) -> Result<(SecretManagerService, String), FetchError> {
        let address = self.settings.address(region)?;
        if let Some(known) = self.services().get(&address) {
            return Ok((known.clone(), address));
        }
        // What failed is asked for again later, at a pace that the configuration knows.
        let mut builder = SecretManagerService::builder()
            .with_credentials(self.google.clone())
            .with_retry_policy(NeverRetry);
        // Where the endpoint is not said, it depends on the universe.
        if address != ENDPOINT {
            builder = builder.with_endpoint(&address);
        }
        let late = || error_messages::late("the metadata server");
        let service =
            self.in_time(builder.build(), late).await?.map_err(|error| error_messages::no_client(&error))?;
        self.services().insert(address.clone(), service.clone());
        Ok((service, address))
    }

    /// Runs a question for as long as one may take.
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
