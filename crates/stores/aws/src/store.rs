//! The client of one service: its creation and replacement.

use std::{fmt, sync::Arc};

use aws_config::SdkConfig;
use hotswap_client::Running;
use hotswap_core::secrets::{BoxFuture, FetchError, FetchErrorKind, Fetched, Location};
use tokio::sync::Mutex as AsyncMutex;

use super::{Config, config, error_messages};

pub(super) type FetchResult = Result<Fetched, FetchError>;

/// The operations of a client of AWS's SDK.
pub(super) trait Service: Clone + Send + Sync + 'static {
    fn connect(config: &SdkConfig) -> Self;

    /// One outcome for each location, in the same order.
    fn fetch(self, locations: Vec<Location>) -> BoxFuture<'static, Vec<FetchResult>>;
}

pub(super) struct Store<S> {
    config: Config,
    /// Locked during the creation of a client, so that concurrent fetches share one.
    service: Running<AsyncMutex<Option<S>>>,
}

/// Omits the client, whose `Debug` would reveal more.
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
        // There may be new credentials by now.
        *known.lock().await = None;
    }
    Ok(connected(&known, &config).await?.fetch(locations).await)
}

/// The existing client, or a new one.
async fn connected<S: Service>(known: &AsyncMutex<Option<S>>, config: &Config) -> Result<S, FetchError> {
    let mut known = known.lock().await;
    if let Some(service) = &*known {
        return Ok(service.clone());
    }
    let service = S::connect(&config.load().await?);
    Ok(known.insert(service).clone())
}

/// Whether the credentials are invalid or have expired.
fn is_unknown(outcome: &FetchResult) -> bool {
    outcome.as_ref().is_err_and(|error| error.kind() == FetchErrorKind::Unauthenticated)
}
