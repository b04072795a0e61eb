//! Keeps a token alive, and replaces it before it ends.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use hotswap_core::secrets::BoxFuture;

use super::{
    client::Client,
    session::{Session, TokenLifetime},
};

/// Closer to the end there is no further attempt: the next request detects the expiry.
const LAST: Duration = Duration::from_secs(1);

/// Runs until the token expires or is replaced. Boxed, because a session that it starts runs it, too.
pub(super) fn keep_alive(
    client: Weak<Client>,
    session: Weak<Session>,
    full: TokenLifetime,
) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let mut life = full;
        while life.lasts >= LAST {
            tokio::time::sleep(life.lasts * 2 / 3).await;
            let (Some(client), Some(session)) = (client.upgrade(), session.upgrade()) else { return };
            let Some(longer) = next(&client, &session, life, full).await else { return };
            life = longer;
        }
    })
}

/// `None` if the session has ended.
async fn next(
    client: &Arc<Client>,
    session: &Arc<Session>,
    life: TokenLifetime,
    full: TokenLifetime,
) -> Option<TokenLifetime> {
    // A third of the time is left for further attempts.
    let left = TokenLifetime { lasts: life.lasts / 3, ..life };
    if life.renewable {
        match session.renew().await {
            Ok(Some(longer)) if longer.lasts * 2 > full.lasts => return Some(longer),
            Err(failure) if failure.is_passing() => return Some(left),
            // It approaches its maximum lifetime, or is no longer valid.
            Ok(_) | Err(_) => {}
        }
    }
    if !session.auth.can_repeat() {
        return Some(left);
    }
    match client.follow(session).await {
        Ok(_) => {
            client.notify_changed();
            None
        }
        Err(_) => Some(left),
    }
}
