//! The client of one server: its session, its mounts, and its requests.

use std::sync::{Arc, Mutex, PoisonError};

use hotswap_client::{fetch_each, together};
use hotswap_core::{
    Changed, Secret,
    secrets::{FetchError, FetchErrorKind, Fetched, Lease, Location, Payload},
};
use serde::Serialize;
use tokio::sync::Mutex as AsyncMutex;

use super::{
    call::{Failure, Reply, Request},
    error_messages,
    mount::{Engine, Mount},
    secret_path::SecretPath,
    session::Session,
    settings::Settings,
    token_renewal,
};

pub(super) struct Client {
    settings: Settings,
    /// Locked during a login, so that concurrent fetches share one.
    session: AsyncMutex<Option<Arc<Session>>>,
    unwrapped: Mutex<Option<Secret<String>>>,
    mounts: Mutex<Vec<Mount>>,
    changed: Arc<Mutex<Option<Changed>>>,
}

/// A failed request: whether a new token may help or not.
enum Refusal {
    Forbidden(FetchError),
    Other(FetchError),
}

impl From<Refusal> for FetchError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Forbidden(error) | Refusal::Other(error) => error,
        }
    }
}

#[derive(Serialize)]
struct Named<'a> {
    lease_id: &'a str,
}

impl Client {
    pub(super) fn new(settings: Settings, changed: Arc<Mutex<Option<Changed>>>) -> Self {
        let (session, unwrapped, mounts) = Default::default();
        Self { settings, session, unwrapped, mounts, changed }
    }

    /// Fetches all locations concurrently. Outcomes are in the same order.
    pub(super) async fn fetch(self: Arc<Self>, locations: Vec<Location>) -> Vec<Result<Fetched, FetchError>> {
        let places = locations.iter().map(|location| self.parse_path(location)).collect();
        let session = async { self.session().await.map(drop) };
        fetch_each(places, session, |place| Arc::clone(&self).fetch_one(place)).await
    }

    fn parse_path(&self, location: &Location) -> Result<SecretPath, FetchError> {
        let place = SecretPath::parse(location)?;
        self.settings.fence.check_path(&place.path)?;
        Ok(place)
    }

    async fn fetch_one(self: Arc<Self>, place: SecretPath) -> Result<Fetched, FetchError> {
        let session = self.session().await?;
        match self.read(&session, &place).await {
            Err(Refusal::Forbidden(error)) => {
                let session = self.revive(&session, error).await?;
                let fetched = self.read(&session, &place).await?;
                self.notify_changed();
                Ok(fetched)
            }
            other => Ok(other?),
        }
    }

    pub(super) async fn renew(self: Arc<Self>, lease: Lease) -> Result<Lease, FetchError> {
        let id = lease
            .id()
            .filter(|_| lease.is_renewable())
            .ok_or_else(|| FetchError::invalid("the lease cannot be renewed"))?;
        let session = self.session().await?;
        let reply = match self.extend(&session, id).await {
            Err(Refusal::Forbidden(error)) => {
                let session = self.revive(&session, error).await?;
                self.extend(&session, id).await?
            }
            other => other?,
        };
        let renewed = leased(&reply);
        // Near its maximum lifetime a lease is renewed for ever shorter times, so a new one is requested
        // early.
        if !renewed.is_renewable() || renewed.lasts() * 10 < lease.lasts() * 9 {
            let error = FetchError::new(
                FetchErrorKind::Unsupported,
                "the lease nears the longest time that it may last",
            );
            return Err(error);
        }
        Ok(renewed)
    }

    /// Revokes all leases concurrently and reports the first failure. The leases of a token that Vault no longer
    /// knows are already revoked.
    pub(super) async fn revoke(self: Arc<Self>, leases: Vec<Lease>) -> Result<(), FetchError> {
        let Some(session) = self.session.lock().await.clone() else { return Ok(()) };
        let outcomes = together(leases, |lease| {
            let session = Arc::clone(&session);
            async move {
                let Some(id) = lease.id() else { return Ok(()) };
                let outcome = match Request::write("sys/leases/revoke", &Named { lease_id: id }) {
                    Ok(request) => session.order(request).await,
                    Err(failure) => Err(failure),
                };
                outcome.map_err(|failure| error_messages::unrevoked(failure, session.address()))
            }
        });
        outcomes.await.into_iter().flatten().collect()
    }

    async fn extend(&self, session: &Session, id: &str) -> Result<Reply, Refusal> {
        let reply = match Request::write("sys/leases/renew", &Named { lease_id: id }) {
            Ok(request) => session.send(request).await,
            Err(failure) => Err(failure),
        };
        reply
            .map_err(|failure| refusal(failure, |failure| error_messages::lapsed(failure, session.address())))
    }

    async fn read(&self, session: &Session, place: &SecretPath) -> Result<Fetched, Refusal> {
        let mount = self.mount(session, &place.path).await?;
        self.settings.fence.check_mount(&place.path, &mount).map_err(Refusal::Other)?;
        if mount.engine == Engine::Plain && place.version.is_some() {
            let error = FetchError::invalid(format!("the engine at `{}` keeps no versions", mount.path));
            return Err(Refusal::Other(error.with_help("leave `?version=` out")));
        }
        let path = mount.ask(&place.path);
        let reply = session.send(Request::read(&path).version(place.version)).await.map_err(|failure| {
            if matches!(failure, Failure::Answered { status: 404, .. }) {
                // Another engine may be mounted there by now.
                self.mounts().retain(|known| *known != mount);
            }
            refusal(failure, |failure| error_messages::unread(failure, session.address(), &path))
        })?;
        let fetched = fetched(reply, mount.engine);
        // The content of a version never changes.
        Ok(if place.version.is_some() { fetched.settled() } else { fetched })
    }

    /// The mount of a path, which is requested once.
    async fn mount(&self, session: &Session, path: &str) -> Result<Mount, Refusal> {
        let known = self.mounts().iter().find(|mount| mount.holds(path)).cloned();
        if let Some(mount) = known {
            return Ok(mount);
        }
        let request = Request::read(format!("sys/internal/ui/mounts/{path}"));
        let mount = session.send(request).await.and_then(|reply| {
            let mount = reply.data.as_ref().and_then(Mount::read);
            mount.ok_or(Failure::Garbled)
        });
        let mount = mount.map_err(|failure| {
            refusal(failure, |failure| error_messages::unmounted(failure, session.address(), path))
        })?;
        self.mounts().push(mount.clone());
        Ok(mount)
    }

    fn mounts(&self) -> std::sync::MutexGuard<'_, Vec<Mount>> {
        self.mounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn session(self: &Arc<Self>) -> Result<Arc<Session>, FetchError> {
        let mut current = self.session.lock().await;
        match &*current {
            Some(session) => Ok(Arc::clone(session)),
            None => Ok(Arc::clone(current.insert(self.start().await?))),
        }
    }

    /// A session that replaces `old`, by a new login unless another task has already logged in.
    pub(super) async fn follow(self: &Arc<Self>, old: &Arc<Session>) -> Result<Arc<Session>, FetchError> {
        let mut current = self.session.lock().await;
        if let Some(other) = current.as_ref().filter(|session| !Arc::ptr_eq(session, old)) {
            return Ok(Arc::clone(other));
        }
        Ok(Arc::clone(current.insert(self.start().await?)))
    }

    async fn start(self: &Arc<Self>) -> Result<Arc<Session>, FetchError> {
        let session = Arc::new(Session::start(&self.settings, &self.unwrapped).await?);
        if let Some(life) = session.life {
            let keep = token_renewal::keep_alive(Arc::downgrade(self), Arc::downgrade(&session), life);
            let state_writer = tokio::spawn(keep).abort_handle();
            *session.state_writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(state_writer);
        }
        Ok(session)
    }

    /// A session with a valid token; `error` if the token of `old` is valid.
    ///
    /// The server also responds with "forbidden" for a token that it no longer knows.
    async fn revive(
        self: &Arc<Self>,
        old: &Arc<Session>,
        error: FetchError,
    ) -> Result<Arc<Session>, FetchError> {
        match old.look_at_itself().await {
            Ok(_) => return Err(error),
            Err(failure) if failure.is_forbidden() => {}
            Err(failure) => {
                return Err(error_messages::unread(failure, old.address(), "auth/token/lookup-self"));
            }
        }
        let dead = || old.expired();
        if !old.auth.can_repeat() {
            return Err(dead());
        }
        let new = self.follow(old).await?;
        if new.has_token_of(old) { Err(dead()) } else { Ok(new) }
    }

    /// Leases end with their token, so secrets with a lease are fetched again.
    pub(super) fn notify_changed(&self) {
        let changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(changed) = changed {
            changed.notify();
        }
    }
}

fn refusal(failure: Failure, words: impl FnOnce(Failure) -> FetchError) -> Refusal {
    match failure.is_forbidden() {
        true => Refusal::Forbidden(words(failure)),
        false => Refusal::Other(words(failure)),
    }
}

fn fetched(reply: Reply, engine: Engine) -> Fetched {
    let lease = (!reply.lease_id.is_empty()).then(|| leased(&reply));
    let mut data = reply.data.unwrap_or_default();
    let fetched = match engine {
        Engine::Plain => Fetched::new(Payload::json(data)),
        Engine::Kv2 => {
            let version = data.pointer("/metadata/version").map(ToString::to_string);
            let inside = data.get_mut("data").map(serde_json::Value::take).unwrap_or_default();
            let fetched = Fetched::new(Payload::json(inside));
            version.into_iter().fold(fetched, Fetched::version)
        }
    };
    lease.into_iter().fold(fetched, Fetched::leased)
}

fn leased(reply: &Reply) -> Lease {
    let lease = Lease::new(std::time::Duration::from_secs(reply.lease_duration.into()));
    if reply.renewable { lease.renewable(&reply.lease_id) } else { lease.revocable(&reply.lease_id) }
}
