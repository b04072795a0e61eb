//! What the program says about AWS, and what the environment adds.

use std::{env, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_secretsmanager::config::SharedHttpClient;
use aws_smithy_http_client::{
    Builder, ConnectorBuilder,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use hotswap_core::secrets::{FetchError, FetchErrorKind};
use tokio::time::timeout;

use super::{
    Credentials,
    credentials_timeout::{CREDENTIALS_TIMEOUT, WithTimeout},
};

/// Two of these, and the way to the credentials, fit into the time that a fetch has if nothing is said.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Whoever is not connected by then will hardly be.
const CONNECT: Duration = Duration::from_secs(2);

/// A second one for a connection that was closed meanwhile; longer pauses are the configuration's own.
const ATTEMPTS: u32 = 2;
const PAUSE: Duration = Duration::from_millis(100);

/// Makes the SDK put whole answers into its log, which nothing in its interface forbids.
pub(super) const LOG: &str = "LOG_SENSITIVE_BODIES";

pub(super) fn logs_secrets() -> bool {
    env::var(LOG).is_ok_and(|value| value.eq_ignore_ascii_case("true"))
}

/// How a store of AWS is reached.
///
/// What is not said here comes from where all of AWS's tools look: variables, the files `~/.aws/config` and
/// `~/.aws/credentials`, web identities, containers, and the machine itself.
///
/// ```
/// use hotswap::secrets::aws::{Config, ParameterStore, SecretsManager};
///
/// let aws = Config::from_env().region("eu-central-1").profile("app");
/// let (secrets, parameters) = (SecretsManager::new(aws.clone()), ParameterStore::new(aws));
/// assert!(format!("{secrets:?} {parameters:?}").contains("eu-central-1"));
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    region: Option<String>,
    profile: Option<String>,
    endpoint_url: Option<String>,
    credentials: Option<Credentials>,
    timeout: Duration,
}

impl Config {
    /// The region, the profile, the endpoint and the credentials that AWS's own tools would use. They are looked
    /// for at the first fetch, and again when the credentials are not valid any more.
    ///
    /// See [`Config`] for an example.
    pub fn from_env() -> Self {
        Self { region: None, profile: None, endpoint_url: None, credentials: None, timeout: TIMEOUT }
    }

    /// The region, in the place of `AWS_REGION` and that of the profile.
    ///
    /// See [`Config`] for an example.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// The profile in AWS's files, in the place of `AWS_PROFILE`.
    ///
    /// See [`Config`] for an example.
    pub fn profile(self, name: impl Into<String>) -> Self {
        Self { profile: Some(name.into()), ..self }
    }

    /// Another address than the region's own, in the place of `AWS_ENDPOINT_URL`.
    ///
    /// See the page `aws` of the guide for an example.
    pub fn endpoint_url(self, url: impl Into<String>) -> Self {
        Self { endpoint_url: Some(url.into()), ..self }
    }

    /// An access key, in the place of all that is looked for.
    ///
    /// See [`Credentials`] for an example.
    pub fn credentials(self, credentials: Credentials) -> Self {
        Self { credentials: Some(credentials), ..self }
    }

    /// How long AWS may take to begin with an answer, 3 seconds if nothing is said. What failed is asked for a
    /// second time.
    ///
    /// See [`Config`] for an example of a configuration.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// With all that the environment adds.
    ///
    /// # Errors
    /// Nothing says which region, or the endpoint holds a password.
    pub(super) async fn load(&self) -> Result<SdkConfig, FetchError> {
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        let timeouts =
            TimeoutConfig::builder().connect_timeout(self.timeout.min(CONNECT)).read_timeout(self.timeout);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .retry_config(retries.with_initial_backoff(PAUSE).with_max_backoff(PAUSE))
            .timeout_config(timeouts.build());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(credentials) = &self.credentials {
            loader = loader.credentials_provider(credentials.keys());
        }
        let found = timeout(CREDENTIALS_TIMEOUT, loader.load()).await;
        checked(found.map_err(|_| late())?)
    }
}

fn late() -> FetchError {
    FetchError::new(FetchErrorKind::TimedOut, "nobody says in time which region is meant")
        .with_help("set AWS_REGION, name a profile that has one, or give `Config::region`")
}

/// With an end to looking for credentials.
fn checked(config: SdkConfig) -> Result<SdkConfig, FetchError> {
    // The endpoint is shown, so one with a password in it is not repeated.
    if config.endpoint_url().is_some_and(|url| url.contains('@')) {
        return Err(FetchError::invalid("the endpoint of AWS holds credentials")
            .with_help("give AWS_ENDPOINT_URL as `https://host:port`, and nothing else"));
    }
    if config.region().is_none() {
        return Err(FetchError::invalid("there is no region")
            .with_help("set AWS_REGION, name a profile that has one, or give `Config::region`"));
    }
    Ok(match config.credentials_provider() {
        Some(provider) => {
            let patient = SharedCredentialsProvider::new(WithTimeout(provider));
            config.into_builder().credentials_provider(patient).build()
        }
        None => config,
    })
}

/// As the SDK would make it, but with ring: no second library of C beside that of the other clients.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::Ring));
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}
