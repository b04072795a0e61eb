//! `aws-ssm:`.

use aws_config::SdkConfig;
use aws_sdk_ssm::{Client, types::Parameter};
use hotswap_client::together;
use hotswap_core::secrets::{BoxFuture, Fetched, Location, Payload, SecretProvider};

use super::{
    Config,
    failure::Failure,
    place::{Form, Pin, Place},
    store::{Outcome, Service, Store},
    words::{self, Asked},
};

const FORM: Form = Form {
    example: "aws-ssm:/path/to/parameter",
    moving: "label",
    numbered: true,
    pins: "`?version=3` or `?label=` with a label",
};

/// What one question may ask for.
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
/// # What a reference may name
///
/// | location | gives |
/// | --- | --- |
/// | `/prod/db/password`, or the ARN of a parameter | its newest version, decrypted |
/// | `/prod/db/password?label=live` | the version with this label |
/// | `/prod/db/password?version=3` | its third version, for ever |
///
/// `#key` picks a part of a parameter that is JSON. Up to ten parameters are asked for at once; each is an answer
/// of its own.
///
/// The client brings a thread with an async runtime of its own, shared by all of them. The program needs
/// none.
#[derive(Debug)]
pub struct ParameterStore(Store<Parameters>);

impl ParameterStore {
    /// The one that is reached like this.
    ///
    /// See [`ParameterStore`] for an example.
    pub fn new(config: Config) -> Self {
        Self(Store::new(config))
    }

    /// The one that AWS's own tools would reach.
    ///
    /// See [`ParameterStore`] for an example.
    pub fn from_env() -> Self {
        Self::new(Config::from_env())
    }
}

impl SecretProvider for ParameterStore {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Outcome>> {
        self.0.fetch(locations)
    }
}

#[derive(Clone, Debug)]
struct Parameters {
    client: Client,
    asked: Asked,
}

impl Service for Parameters {
    fn connect(config: &SdkConfig) -> Self {
        let asked = Asked::new("the Parameter Store", "ssm:GetParameters", config);
        Self { client: Client::new(config), asked }
    }

    fn fetch(self, locations: Vec<Location>) -> BoxFuture<'static, Vec<Outcome>> {
        let places: Vec<_> = locations.iter().map(|location| Place::parse(location, FORM)).collect();
        let batches = batches(places.iter().flatten());
        Box::pin(async move {
            let answers = together(batches, |batch| self.clone().fetch_batch(batch)).await;
            let answers: Vec<_> = answers.into_iter().flatten().flatten().collect();
            places.into_iter().map(|place| pick(&answers, &place?)).collect()
        })
    }
}

/// Each of them once, and none beside another version of the same, for answers are told apart by name.
fn batches<'a>(places: impl Iterator<Item = &'a Place>) -> Vec<Vec<Place>> {
    let mut batches: Vec<Vec<Place>> = Vec::new();
    for place in places {
        if batches.iter().flatten().any(|other| other == place) {
            continue;
        }
        let room = |batch: &&mut Vec<Place>| {
            batch.len() < BATCH && batch.iter().all(|other| other.name != place.name)
        };
        match batches.iter_mut().find(room) {
            Some(batch) => batch.push(place.clone()),
            None => batches.push(vec![place.clone()]),
        }
    }
    batches
}

/// As AWS writes a name with its version.
fn selector(place: &Place) -> String {
    let Place { name, pin } = place;
    match pin {
        None => name.clone(),
        Some(Pin::Version(of) | Pin::Moving(of)) => format!("{name}:{of}"),
    }
}

fn pick(answers: &[(Place, Outcome)], place: &Place) -> Outcome {
    let answer = answers.iter().find(|(of, _)| of == place).map(|(_, outcome)| outcome.clone());
    answer.unwrap_or_else(|| Err(words::lost()))
}

impl Parameters {
    async fn fetch_batch(self, batch: Vec<Place>) -> Vec<(Place, Outcome)> {
        match self.get(&batch).await {
            // One of them is enough for a refusal of all.
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
                let outcome = |place: Place| {
                    let outcome = self.outcome(&answer, &place);
                    (place, outcome)
                };
                batch.into_iter().map(outcome).collect()
            }
        }
    }

    async fn get(&self, batch: &[Place]) -> Result<Vec<Parameter>, Failure> {
        let names = batch.iter().map(selector).collect();
        let request = self.client.get_parameters().set_names(Some(names)).with_decryption(true);
        request.send().await?.parameters.ok_or(Failure::Garbled)
    }

    fn outcome(&self, answer: &Result<Vec<Parameter>, Failure>, place: &Place) -> Outcome {
        let parameters =
            answer.as_ref().map_err(|failure| words::unread(failure.clone(), &self.asked, place))?;
        let found = parameters.iter().find(|parameter| is(parameter, place));
        let parameter = found.ok_or_else(|| words::missing(&self.asked, place))?;
        let text = parameter.value().unwrap_or_default().to_owned();
        let fetched = Fetched::new(Payload::text(text)).version(parameter.version().to_string());
        Ok(if place.is_settled() { fetched.settled() } else { fetched })
    }
}

/// Whether this parameter is the answer for the place. Not every server that stands in for AWS repeats a label.
fn is(parameter: &Parameter, place: &Place) -> bool {
    let named = [parameter.name(), parameter.arn()].contains(&Some(&*place.name));
    let selector = parameter.selector().map(|selector| selector.trim_start_matches(':'));
    named
        && match &place.pin {
            None => selector.is_none(),
            Some(Pin::Version(number)) => parameter.version().to_string() == *number,
            Some(Pin::Moving(label)) => selector.is_none_or(|selector| selector == label),
        }
}
