//! The client of one service: how it comes to be, and when there is another one.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_config::SdkConfig;
use tokio::sync::Mutex as AsyncMutex;

use super::{Config, config, words};
use crate::secrets::{BoxFuture, FetchError, FetchErrorKind, Fetched, Location, runtime::Runtime};

pub(super) type Outcome = Result<Fetched, FetchError>;

/// What a client of AWS's SDK can do here.
pub(super) trait Service: Clone + Send + Sync + 'static {
    fn connect(config: &SdkConfig) -> Self;

    /// One outcome for each location, in their order.
    fn fetch(self, locations: Vec<Location>) -> BoxFuture<'static, Vec<Outcome>>;
}

pub(super) struct Store<S> {
    config: Config,
    runtime: Mutex<Option<Arc<Runtime>>>,
    /// Held while one is made, so that one is enough for all who wait.
    service: Arc<AsyncMutex<Option<S>>>,
}

/// The client is made of the same, and would tell more.
impl<S> fmt::Debug for Store<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}

impl<S: Service> Store<S> {
    pub(super) fn new(config: Config) -> Self {
        Self { config, runtime: Mutex::default(), service: Arc::default() }
    }

    pub(super) fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Outcome>> {
        Box::pin(async move {
            let work = ask(Arc::clone(&self.service), self.config.clone(), locations.to_vec());
            let outcome = match self.runtime() {
                Ok(runtime) => runtime.run(work).await.flatten(),
                Err(error) => Err(error),
            };
            outcome.unwrap_or_else(|error| vec![Err(error); locations.len()])
        })
    }

    fn runtime(&self) -> Result<Arc<Runtime>, FetchError> {
        let mut runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        match &*runtime {
            Some(running) => Ok(Arc::clone(running)),
            None => Ok(Arc::clone(runtime.insert(Runtime::shared()?))),
        }
    }
}

async fn ask<S: Service>(
    known: Arc<AsyncMutex<Option<S>>>,
    config: Config,
    locations: Vec<Location>,
) -> Result<Vec<Outcome>, FetchError> {
    if config::logs_secrets() {
        return Err(words::exposed());
    }
    let before = known.lock().await.clone();
    if let Some(service) = before {
        let outcomes = service.fetch(locations.clone()).await;
        if !outcomes.iter().any(is_unknown) {
            return Ok(outcomes);
        }
        // Perhaps there are others by now where the credentials come from.
        *known.lock().await = None;
    }
    Ok(connected(&known, &config).await?.fetch(locations).await)
}

/// The client that others made, or a new one.
async fn connected<S: Service>(known: &AsyncMutex<Option<S>>, config: &Config) -> Result<S, FetchError> {
    let mut known = known.lock().await;
    if let Some(service) = &*known {
        return Ok(service.clone());
    }
    let service = S::connect(&config.load().await?);
    Ok(known.insert(service).clone())
}

/// Whether AWS does not know, or not any more, who asks.
fn is_unknown(outcome: &Outcome) -> bool {
    outcome.as_ref().is_err_and(|error| error.kind() == FetchErrorKind::Unauthenticated)
}
