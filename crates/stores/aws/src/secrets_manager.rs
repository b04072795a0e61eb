//! `aws-sm:`.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::{Client, operation::get_secret_value::GetSecretValueOutput};
use hotswap_client::together;
use hotswap_core::secrets::{BoxFuture, FetchError, Fetched, Location, Payload, SecretProvider};

use super::{
    Config,
    error_messages::{self, RequestInfo},
    failure::Failure,
    secret_name::{LocationFormat, SecretName, VersionSelector},
    store::{FetchResult, Service, Store},
};

const FORM: LocationFormat = LocationFormat {
    example: "aws-sm:name#key",
    moving: "stage",
    numbered: false,
    selectors: "`?stage=AWSPREVIOUS` or `?version=` with the version's id",
};

/// AWS Secrets Manager, for references such as `aws-sm:prod/db#password`.
///
/// ```
/// use hotswap::secrets::aws::{Config, SecretsManager};
///
/// // As AWS's own tools would reach it.
/// let plain = SecretsManager::from_env();
///
/// let there = SecretsManager::new(Config::from_env().region("eu-central-1"));
/// assert!(format!("{there:?}").contains("eu-central-1"));
/// # let _ = plain;
/// ```
///
/// # Locations
///
/// | location | content |
/// | --- | --- |
/// | `prod/db`, or the ARN of a secret | its current version, at the stage `AWSCURRENT` |
/// | `prod/db?stage=AWSPREVIOUS` | the version at this stage |
/// | `prod/db?version=2e1d..` | the version with this id, which is not fetched again |
///
/// `#key` selects a part of a secret that is JSON. A binary secret is bytes, or text if it is UTF-8.
///
/// The client uses a thread with its own async runtime, which all clients share. The program needs none.
#[derive(Debug)]
pub struct SecretsManager(Store<Manager>);

impl SecretsManager {
    /// Creates a provider with these settings.
    ///
    /// See [`SecretsManager`] for an example.
    pub fn new(config: Config) -> Self {
        Self(Store::new(config))
    }

    /// Creates a provider with the settings of AWS's own tools.
    ///
    /// See [`SecretsManager`] for an example.
    pub fn from_env() -> Self {
        Self::new(Config::from_env())
    }
}

impl SecretProvider for SecretsManager {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<FetchResult>> {
        self.0.fetch(locations)
    }
}

#[derive(Clone, Debug)]
struct Manager {
    client: Client,
    asked: RequestInfo,
}

impl Service for Manager {
    fn connect(config: &SdkConfig) -> Self {
        let asked = RequestInfo::new("Secrets Manager", "secretsmanager:GetSecretValue", config);
        Self { client: Client::new(config), asked }
    }

    /// One request per secret, because a batch supports no versions, and needs another permission.
    fn fetch(self, locations: Vec<Location>) -> BoxFuture<'static, Vec<FetchResult>> {
        Box::pin(async move {
            let outcomes = together(locations, |location| self.clone().fetch_one(location)).await;
            outcomes
                .into_iter()
                .map(|outcome| outcome.unwrap_or_else(|| Err(error_messages::lost())))
                .collect()
        })
    }
}

impl Manager {
    async fn fetch_one(self, location: Location) -> FetchResult {
        let place = SecretName::parse(&location, FORM)?;
        let request = self.client.get_secret_value().secret_id(&place.name);
        let request = match &place.version_selector {
            None => request,
            Some(VersionSelector::Version(id)) => request.version_id(id),
            Some(VersionSelector::Moving(stage)) => request.version_stage(stage),
        };
        let answer = request.send().await;
        let answer = answer.map_err(|error| error_messages::unread(error.into(), &self.asked, &place))?;
        let version = answer.version_id().map(str::to_owned);
        let fetched = Fetched::new(self.payload(answer, &place)?);
        let fetched = version.into_iter().fold(fetched, Fetched::version);
        Ok(if place.is_settled() { fetched.settled() } else { fetched })
    }

    fn payload(&self, answer: GetSecretValueOutput, place: &SecretName) -> Result<Payload, FetchError> {
        if let Some(text) = answer.secret_string {
            return Ok(Payload::text(text));
        }
        let binary = answer
            .secret_binary
            .ok_or_else(|| error_messages::unread(Failure::Garbled, &self.asked, place))?;
        let text = String::from_utf8(binary.into_inner());
        Ok(text.map_or_else(|error| Payload::bytes(error.into_bytes()), Payload::text))
    }
}
