//! The client of one service: how it comes to be, and when there is another one.

use std::{fmt, sync::Arc};

use aws_config::SdkConfig;
use hotswap_client::Running;
use hotswap_core::secrets::{BoxFuture, FetchError, FetchErrorKind, Fetched, Location};
use tokio::sync::Mutex as AsyncMutex;

use super::{Config, config, error_messages};

pub(super) type FetchResult = Result<Fetched, FetchError>;

/// What a client of AWS's SDK can do here.
pub(super) trait Service: Clone + Send + Sync + 'static {
    fn connect(config: &SdkConfig) -> Self;

    /// One outcome for each location, in their order.
    fn fetch(self, locations: Vec<Location>) -> BoxFuture<'static, Vec<FetchResult>>;
}

pub(super) struct Store<S> {
    config: Config,
    /// Held while one is made, so that one is enough for all who wait.
    service: Running<AsyncMutex<Option<S>>>,
}

/// The client is made of the same, and would tell more.
impl<S> fmt::Debug for Store<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}

impl<S: Service> Store<S> {
    pub(super) fn new(config: Config) -> Self {
        Self { config, service: Running::default() }
    }

    pub(super) fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<FetchResult>> {
        Box::pin(async move {
            let work = |known| ask(known, self.config.clone(), locations.to_vec());
            let outcome = self.service.run(AsyncMutex::default, work).await;
            outcome.flatten().unwrap_or_else(|error| vec![Err(error); locations.len()])
        })
    }
}

async fn ask<S: Service>(
    known: Arc<AsyncMutex<Option<S>>>,
    config: Config,
    locations: Vec<Location>,
) -> Result<Vec<FetchResult>, FetchError> {
    if config::logs_secrets() {
        return Err(error_messages::exposed());
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
fn is_unknown(outcome: &FetchResult) -> bool {
    outcome.as_ref().is_err_and(|error| error.kind() == FetchErrorKind::Unauthenticated)
}
