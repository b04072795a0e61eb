//! `aws-ssm:`.

use aws_config::SdkConfig;
use aws_sdk_ssm::{Client, types::Parameter};
use hotswap_client::together;
use hotswap_core::secrets::{BoxFuture, Fetched, Location, Payload, SecretProvider};

use super::{
    Config,
    error_messages::{self, RequestInfo},
    failure::Failure,
    secret_name::{LocationFormat, SecretName, VersionSelector},
    store::{FetchResult, Service, Store},
};

const FORM: LocationFormat = LocationFormat {
    example: "aws-ssm:/path/to/parameter",
    moving: "label",
    numbered: true,
    selectors: "`?version=3` or `?label=` with a label",
};

/// The maximum number of parameters in one request.
const BATCH: usize = 10;

/// The Parameter Store of AWS Systems Manager, for references such as `aws-ssm:/prod/db/password`.
///
/// ```
/// use hotswap::secrets::aws::{Config, ParameterStore};
///
/// // As AWS's own tools would reach it.
/// let plain = ParameterStore::from_env();
///
/// let there = ParameterStore::new(Config::from_env().region("eu-central-1"));
/// assert!(format!("{there:?}").contains("eu-central-1"));
/// # let _ = plain;
/// ```
///
/// # Locations
///
/// | location | content |
/// | --- | --- |
/// | `/prod/db/password`, or the ARN of a parameter | its newest version, decrypted |
/// | `/prod/db/password?label=live` | the version with this label |
/// | `/prod/db/password?version=3` | its third version, which is not fetched again |
///
/// `#key` selects a part of a parameter that is JSON. Up to ten parameters are fetched in one request; each has
/// its own result.
///
/// The client uses a thread with its own async runtime, which all clients share. The program needs none.
#[derive(Debug)]
pub struct ParameterStore(Store<Parameters>);

impl ParameterStore {
    /// Creates a provider with these settings.
    ///
    /// See [`ParameterStore`] for an example.
    pub fn new(config: Config) -> Self {
        Self(Store::new(config))
    }

    /// Creates a provider with the settings of AWS's own tools.
    ///
    /// See [`ParameterStore`] for an example.
    pub fn from_env() -> Self {
        Self::new(Config::from_env())
    }
}

impl SecretProvider for ParameterStore {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<FetchResult>> {
        self.0.fetch(locations)
    }
}

#[derive(Clone, Debug)]
struct Parameters {
    client: Client,
    asked: RequestInfo,
}

impl Service for Parameters {
    fn connect(config: &SdkConfig) -> Self {
        let asked = RequestInfo::new("the Parameter Store", "ssm:GetParameters", config);
        Self { client: Client::new(config), asked }
    }

    fn fetch(self, locations: Vec<Location>) -> BoxFuture<'static, Vec<FetchResult>> {
        let places: Vec<_> = locations.iter().map(|location| SecretName::parse(location, FORM)).collect();
        let batches = batches(places.iter().flatten());
        Box::pin(async move {
            let answers = together(batches, |batch| self.clone().fetch_batch(batch)).await;
            let answers: Vec<_> = answers.into_iter().flatten().flatten().collect();
            places.into_iter().map(|place| pick(&answers, &place?)).collect()
        })
    }
}

/// Each parameter once, and never two versions of one in a batch, because results are identified by name.
fn batches<'a>(places: impl Iterator<Item = &'a SecretName>) -> Vec<Vec<SecretName>> {
    let mut batches: Vec<Vec<SecretName>> = Vec::new();
    for place in places {
        if batches.iter().flatten().any(|other| other == place) {
            continue;
        }
        let room = |batch: &&mut Vec<SecretName>| {
            batch.len() < BATCH && batch.iter().all(|other| other.name != place.name)
        };
        match batches.iter_mut().find(room) {
            Some(batch) => batch.push(place.clone()),
            None => batches.push(vec![place.clone()]),
        }
    }
    batches
}

/// The name with its version in the syntax of AWS.
fn selector(place: &SecretName) -> String {
    let SecretName { name, version_selector } = place;
    match version_selector {
        None => name.clone(),
        Some(VersionSelector::Version(of) | VersionSelector::Moving(of)) => format!("{name}:{of}"),
    }
}

fn pick(answers: &[(SecretName, FetchResult)], place: &SecretName) -> FetchResult {
    let answer = answers.iter().find(|(of, _)| of == place).map(|(_, outcome)| outcome.clone());
    answer.unwrap_or_else(|| Err(error_messages::lost()))
}

impl Parameters {
    async fn fetch_batch(self, batch: Vec<SecretName>) -> Vec<(SecretName, FetchResult)> {
        match self.get(&batch).await {
            // One refused parameter causes a refusal of the whole batch.
            Err(Failure::Refused { .. }) if batch.len() > 1 => {
                let alone = together(batch, |place| {
                    let this = self.clone();
                    async move {
                        let answer = this.get(std::slice::from_ref(&place)).await;
                        let outcome = this.outcome(&answer, &place);
                        (place, outcome)
                    }
                });
                alone.await.into_iter().flatten().collect()
            }
            answer => {
                let outcome = |place: SecretName| {
                    let outcome = self.outcome(&answer, &place);
                    (place, outcome)
                };
                batch.into_iter().map(outcome).collect()
            }
        }
    }

    async fn get(&self, batch: &[SecretName]) -> Result<Vec<Parameter>, Failure> {
        let names = batch.iter().map(selector).collect();
        let request = self.client.get_parameters().set_names(Some(names)).with_decryption(true);
        request.send().await?.parameters.ok_or(Failure::Garbled)
    }

    fn outcome(&self, answer: &Result<Vec<Parameter>, Failure>, place: &SecretName) -> FetchResult {
        let parameters =
            answer.as_ref().map_err(|failure| error_messages::unread(failure.clone(), &self.asked, place))?;
        let found = parameters.iter().find(|parameter| is(parameter, place));
        let parameter = found.ok_or_else(|| error_messages::missing(&self.asked, place))?;
        let text = parameter.value().unwrap_or_default().to_owned();
        let fetched = Fetched::new(Payload::text(text)).version(parameter.version().to_string());
        Ok(if place.is_settled() { fetched.settled() } else { fetched })
    }
}

/// Whether this parameter is the result for the location. Not every AWS emulator returns the label.
fn is(parameter: &Parameter, place: &SecretName) -> bool {
    let named = [parameter.name(), parameter.arn()].contains(&Some(&*place.name));
    let selector = parameter.selector().map(|selector| selector.trim_start_matches(':'));
    named
        && match &place.version_selector {
            None => selector.is_none(),
            Some(VersionSelector::Version(number)) => parameter.version().to_string() == *number,
            Some(VersionSelector::Moving(label)) => selector.is_none_or(|selector| selector == label),
        }
}
