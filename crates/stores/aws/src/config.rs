//! The settings for AWS, from the program and the environment.

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

/// Two attempts and the lookup of credentials fit into the default timeout of a fetch.
const TIMEOUT: Duration = Duration::from_secs(3);

/// A connection that takes longer is unlikely to succeed.
const CONNECT: Duration = Duration::from_secs(2);

/// The second attempt is for a connection that was closed in the meantime; longer pauses are up to the
/// configuration.
const ATTEMPTS: u32 = 2;
const PAUSE: Duration = Duration::from_millis(100);

/// Makes the SDK log whole responses, which its interface cannot prevent.
pub(super) const LOG: &str = "LOG_SENSITIVE_BODIES";

pub(super) fn logs_secrets() -> bool {
    env::var(LOG).is_ok_and(|value| value.eq_ignore_ascii_case("true"))
}

/// How to connect to a store of AWS.
///
/// Settings that are not given here come from the usual places of AWS's tools: variables, the files
/// `~/.aws/config` and `~/.aws/credentials`, web identities, containers, and the machine itself.
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
    /// up at the first fetch, and again when the credentials are no longer valid.
    ///
    /// See [`Config`] for an example.
    pub fn from_env() -> Self {
        Self { region: None, profile: None, endpoint_url: None, credentials: None, timeout: TIMEOUT }
    }

    /// The region, instead of `AWS_REGION` and that of the profile.
    ///
    /// See [`Config`] for an example.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// The profile in AWS's files, instead of `AWS_PROFILE`.
    ///
    /// See [`Config`] for an example.
    pub fn profile(self, name: impl Into<String>) -> Self {
        Self { profile: Some(name.into()), ..self }
    }

    /// Another address than the default of the region, instead of `AWS_ENDPOINT_URL`.
    ///
    /// See the page `aws` of the guide for an example.
    pub fn endpoint_url(self, url: impl Into<String>) -> Self {
        Self { endpoint_url: Some(url.into()), ..self }
    }

    /// An access key, instead of looking up credentials.
    ///
    /// See [`Credentials`] for an example.
    pub fn credentials(self, credentials: Credentials) -> Self {
        Self { credentials: Some(credentials), ..self }
    }

    /// The timeout until the start of a response; 3 seconds by default. A failed request is retried once.
    ///
    /// See [`Config`] for an example of a configuration.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Adds the settings of the environment.
    ///
    /// # Errors
    /// The region is not set, or the endpoint contains a password.
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

/// Adds a timeout for the lookup of credentials.
fn checked(config: SdkConfig) -> Result<SdkConfig, FetchError> {
    // The endpoint is shown in messages, so one with a password is refused.
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

/// The SDK's default client, but with ring, which avoids a second C library next to that of the other
/// clients.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::Ring));
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}
