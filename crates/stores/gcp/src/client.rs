//! What is asked of Secret Manager, all at once, and again when the token died.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{access, place::Place, session::Session, settings::Settings};
use crate::secrets::{FetchError, FetchErrorKind, Fetched, Location, runtime::together};

pub(super) struct Client {
    settings: Settings,
    /// Held during a login, so that one is enough for all who wait.
    session: Mutex<Option<Arc<Session>>>,
}

impl Client {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, session: Mutex::default() }
    }

    /// All at once, in their order.
    pub(super) async fn fetch(self: Arc<Self>, locations: Vec<Location>) -> Vec<Result<Fetched, FetchError>> {
        let places: Vec<_> = locations.iter().map(Place::parse).collect();
        // Else each of them would wait for a login that fails.
        if let Err(error) = self.session(None).await {
            return places
                .into_iter()
                .map(|place| Err(place.err().unwrap_or_else(|| error.clone())))
                .collect();
        }
        let outcomes = together(places, |place| {
            let client = Arc::clone(&self);
            async move { client.fetch_one(place).await }
        });
        let early = || Err(FetchError::unreachable("the client ended before it had an answer"));
        outcomes.await.into_iter().map(|outcome| outcome.unwrap_or_else(early)).collect()
    }

    async fn fetch_one(&self, place: Result<Place, FetchError>) -> Result<Fetched, FetchError> {
        let place = place?;
        let session = self.session(None).await?;
        match access::fetch(&session, &place).await {
            Err(error) if error.kind() == FetchErrorKind::Unauthenticated => {
                let session = self.session(Some(&session)).await?;
                access::fetch(&session, &place).await
            }
            other => other,
        }
    }

    /// One with a token, and another one than was refused. What cannot log in is forgotten, for some
    /// credentials never try again.
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
