//! Requests to Secret Manager, sent concurrently, and repeated when the token is no longer valid.

use std::sync::Arc;

use hotswap_client::fetch_each;
use hotswap_core::secrets::{FetchError, FetchErrorKind, Fetched, Location};
use tokio::sync::Mutex;

use super::{access, secret_version::SecretVersion, session::Session, settings::Settings};

pub(super) struct Client {
    settings: Settings,
    /// Locked during a login, so that concurrent fetches share one.
    session: Mutex<Option<Arc<Session>>>,
}

impl Client {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, session: Mutex::default() }
    }

    /// Fetches all locations concurrently. Outcomes are in the same order.
    pub(super) async fn fetch(self: Arc<Self>, locations: Vec<Location>) -> Vec<Result<Fetched, FetchError>> {
        let places = locations.iter().map(SecretVersion::parse).collect();
        let session = async { self.session(None).await.map(drop) };
        fetch_each(places, session, |place| Arc::clone(&self).fetch_one(place)).await
    }

    async fn fetch_one(self: Arc<Self>, place: SecretVersion) -> Result<Fetched, FetchError> {
        let session = self.session(None).await?;
        match access::fetch(&session, &place).await {
            Err(error) if error.kind() == FetchErrorKind::Unauthenticated => {
                let session = self.session(Some(&session)).await?;
                access::fetch(&session, &place).await
            }
            other => other,
        }
    }

    /// A session with a token, other than the refused one. A session that cannot log in is dropped,
    /// because some credentials never try again.
    async fn session(&self, refused: Option<&Arc<Session>>) -> Result<Arc<Session>, FetchError> {
        let mut current = self.session.lock().await;
        let known = current.take();
        let known = known.filter(|known| refused.is_none_or(|refused| !Arc::ptr_eq(known, refused)));
        let session = match known {
            Some(known) => known,
            None => Arc::new(Session::open(&self.settings)?),
        };
        session.log_in().await?;
        Ok(Arc::clone(current.insert(session)))
    }
}
