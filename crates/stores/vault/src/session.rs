//! A token, from the login to its end.

use std::{sync::Mutex, sync::PoisonError, time::Duration};

use hotswap_client::credential_file;
use hotswap_core::{
    Secret,
    secrets::{FetchError, Payload},
    support::store::Shown,
};
use rustify::clients::reqwest::Client as Http;
use serde::Serialize;
use serde_json::Value as Json;
use tokio::task::AbortHandle;
use vaultrs::api::{AuthInfo, EndpointMiddleware};
use zeroize::Zeroize;

use super::{
    auth::{Auth, Method},
    call::{Failure, Reply, Request},
    connection, error_messages,
    settings::Settings,
};

/// Longer times are treated as unlimited.
const LONGEST: u64 = 366 * 24 * 3600;

/// The lifetime of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenLifetime {
    pub(super) lasts: Duration,
    pub(super) renewable: bool,
}

/// A client with a token, which is wiped when it is dropped.
pub(super) struct Session {
    http: Http,
    headers: EndpointMiddleware,
    pub(super) auth: Auth,
    /// `None` for a token that does not expire, as far as known.
    pub(super) life: Option<TokenLifetime>,
    /// Keeps the token alive.
    pub(super) state_writer: Mutex<Option<AbortHandle>>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.headers.token.zeroize();
        if let Some(state_writer) = self.state_writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            state_writer.abort();
        }
    }
}

impl TokenLifetime {
    fn new(seconds: u64, renewable: bool) -> Option<Self> {
        (seconds > 0).then(|| Self { lasts: Duration::from_secs(seconds.min(LONGEST)), renewable })
    }

    fn from_auth(auth: &AuthInfo) -> Option<Self> {
        Self::new(auth.lease_duration, auth.renewable)
    }
}

#[derive(Serialize)]
struct AppRole<'a> {
    role_id: &'a str,
    secret_id: &'a str,
}

#[derive(Serialize)]
struct Kubernetes<'a> {
    role: &'a str,
    jwt: &'a str,
}

#[derive(Serialize)]
struct Nothing {}

impl Session {
    /// Gets a token. An unwrapped token is kept in `unwrapped`, because it cannot be unwrapped again.
    pub(super) async fn start(
        settings: &Settings,
        unwrapped: &Mutex<Option<Secret<String>>>,
    ) -> Result<Self, FetchError> {
        let auth = settings.auth()?;
        let headers = EndpointMiddleware {
            token: String::new(),
            version: "v1".into(),
            wrap: None,
            namespace: settings.namespace().map(|name| header(name, "namespace")).transpose()?,
        };
        let http = connection::connect(settings)?;
        let mut session =
            Self { http, headers, auth: auth.clone(), life: None, state_writer: Mutex::default() };
        let login = format!("auth/{}/login", auth.mount);
        match &auth.method {
            Method::Token(token) => session.use_token(token.expose()).await?,
            Method::TokenFile(path) => session.use_token(&read(path)?).await?,
            Method::Wrapped(wrapping) => session.unwrap(wrapping, unwrapped).await?,
            Method::AppRole { role, secret } => {
                let body = AppRole { role_id: role, secret_id: secret.expose() };
                session.log_in(Request::write(login, &body)).await?;
            }
            Method::Kubernetes { role, token } => {
                let jwt = read(token)?;
                session.log_in(Request::write(login, &Kubernetes { role, jwt: &jwt })).await?;
            }
        }
        Ok(session)
    }

    async fn log_in(&mut self, request: Result<Request, Failure>) -> Result<(), FetchError> {
        let reply = match request {
            Ok(request) => self.send(request).await,
            Err(failure) => Err(failure),
        };
        let auth = reply.and_then(|reply| reply.auth.ok_or(Failure::Garbled));
        self.accept_auth(auth.map_err(|failure| self.unknown(failure))?)
    }

    fn accept_auth(&mut self, auth: AuthInfo) -> Result<(), FetchError> {
        self.life = TokenLifetime::from_auth(&auth);
        self.headers.token = header(auth.client_token, "token")?;
        Ok(())
    }

    async fn unwrap(
        &mut self,
        wrapping: &Secret<String>,
        unwrapped: &Mutex<Option<Secret<String>>>,
    ) -> Result<(), FetchError> {
        let known = unwrapped.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = known {
            return self.use_token(token.expose()).await;
        }
        self.headers.token = header(wrapping.expose().clone(), "wrapped token")?;
        self.log_in(Request::write("sys/wrapping/unwrap", &Nothing {})).await?;
        let token = Secret::new(self.headers.token.clone());
        *unwrapped.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
        Ok(())
    }

    /// A token may lack the permission to look up itself, so a refusal is not an error yet.
    async fn use_token(&mut self, token: &str) -> Result<(), FetchError> {
        self.headers.token = header(token.trim().to_owned(), "token")?;
        self.life = match self.look_at_itself().await {
            Ok(life) => life,
            Err(failure) if failure.is_forbidden() => None,
            Err(failure) => return Err(self.unknown(failure)),
        };
        Ok(())
    }

    /// The remaining lifetime of the token.
    pub(super) async fn look_at_itself(&self) -> Result<Option<TokenLifetime>, Failure> {
        let data = self.send(Request::read("auth/token/lookup-self")).await?.data.unwrap_or_default();
        let seconds = data.get("ttl").and_then(Json::as_u64).unwrap_or_default();
        let renewable = data.get("renewable").and_then(Json::as_bool).unwrap_or_default();
        // The response contains the token.
        drop(Payload::json(data));
        Ok(TokenLifetime::new(seconds, renewable))
    }

    pub(super) async fn renew(&self) -> Result<Option<TokenLifetime>, Failure> {
        let reply = self.send(Request::write("auth/token/renew-self", &Nothing {})?).await?;
        let mut auth = reply.auth.ok_or(Failure::Garbled)?;
        auth.client_token.zeroize();
        Ok(TokenLifetime::from_auth(&auth))
    }

    pub(super) async fn send(&self, request: Request) -> Result<Reply, Failure> {
        request.send(&self.http, &self.headers).await
    }

    /// Sends a request with an empty response.
    pub(super) async fn order(&self, request: Request) -> Result<(), Failure> {
        request.order(&self.http, &self.headers).await
    }

    pub(super) fn address(&self) -> &str {
        &self.http.base
    }

    pub(super) fn has_token_of(&self, other: &Self) -> bool {
        self.headers.token == other.headers.token
    }

    /// The error of a token that is no longer valid and cannot be replaced.
    pub(super) fn expired(&self) -> FetchError {
        error_messages::expired(&self.auth.method, self.headers.namespace.as_deref())
    }

    fn unknown(&self, failure: Failure) -> FetchError {
        error_messages::unknown(failure, self.address(), &self.auth, self.headers.namespace.as_deref())
    }
}

/// A text that is valid in a header.
fn header(mut text: String, what: &str) -> Result<String, FetchError> {
    if !text.is_empty() && text.chars().all(|letter| letter.is_ascii_graphic()) {
        return Ok(text);
    }
    text.zeroize();
    Err(FetchError::invalid(format!("the {what} is empty, or holds letters that none has")))
}

/// A token has a few hundred bytes, and a wrapped one a few thousand.
const MAX_TOKEN: u64 = 64 << 10;

fn read(path: &std::path::Path) -> Result<zeroize::Zeroizing<String>, FetchError> {
    let refused = |why: &str, help: Option<&str>| {
        let message = format!("the token in {} cannot be read: {why}", Shown(path));
        let refused = FetchError::invalid(message);
        match help {
            Some(help) => refused.with_help(help),
            None => refused,
        }
    };
    let bytes =
        credential_file::read(path, MAX_TOKEN).map_err(|error| refused(&error.to_string(), error.help()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| refused("it is not UTF-8", None))?;
    Ok(zeroize::Zeroizing::new(text.to_owned()))
}
