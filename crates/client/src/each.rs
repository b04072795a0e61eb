//! Fetches all locations of one request concurrently.

use std::future::Future;

use hotswap_core::secrets::{FetchError, Fetched};

use crate::runtime::together;

/// Fetches every location with `one`, after `session` has logged in. Returns one outcome for each location,
/// in the same order.
///
/// Without a session there are no further requests, because each would wait for a login that fails.
pub async fn fetch_each<P, F>(
    places: Vec<Result<P, FetchError>>,
    session: impl Future<Output = Result<(), FetchError>>,
    one: impl Fn(P) -> F,
) -> Vec<Result<Fetched, FetchError>>
where
    F: Future<Output = Result<Fetched, FetchError>> + Send + 'static,
{
    if let Err(error) = session.await {
        let refused = |place: Result<P, FetchError>| Err(place.err().unwrap_or_else(|| error.clone()));
        return places.into_iter().map(refused).collect();
    }
    let outcomes = together(places, |place| {
        let asked = place.map(&one);
        async move { asked?.await }
    });
    let ended = || Err(FetchError::unreachable("the client ended before it had an answer"));
    outcomes.await.into_iter().map(|outcome| outcome.unwrap_or_else(ended)).collect()
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use hotswap_core::secrets::{FetchError, Fetched, Payload};

    use super::fetch_each;

    type Place = Result<&'static str, FetchError>;

    fn fetch(places: Vec<Place>, session: Result<(), FetchError>) -> Vec<Result<Payload, FetchError>> {
        let one = |place: &'static str| async move {
            assert_ne!(place, "broken", "a client that panics");
            Ok(Fetched::new(Payload::text(place.to_owned())))
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let fetched = runtime.block_on(fetch_each(places, ready(session), one));
        fetched.into_iter().map(|outcome| outcome.map(|fetched| fetched.payload().clone())).collect()
    }

    #[test]
    fn outcomes_have_the_order_of_the_places() {
        let refused = FetchError::invalid("no such place");
        let outcomes = fetch(vec![Ok("a"), Err(refused.clone()), Ok("broken"), Ok("b")], Ok(()));
        assert_eq!(outcomes[0], Ok(Payload::text("a".to_owned())));
        assert_eq!(outcomes[1], Err(refused));
        assert_eq!(outcomes[2].as_ref().unwrap_err().to_string(), "the client ended before it had an answer");
        assert_eq!(outcomes[3], Ok(Payload::text("b".to_owned())));
    }

    #[test]
    fn without_a_session_each_place_has_its_error() {
        let (refused, away) = (FetchError::invalid("no such place"), FetchError::unreachable("away"));
        let outcomes = fetch(vec![Ok("broken"), Err(refused.clone())], Err(away.clone()));
        assert_eq!(outcomes, [Err(away), Err(refused)]);
    }
}
