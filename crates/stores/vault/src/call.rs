//! One request to the server, and its response.
//!
//! vaultrs supplies the headers and the envelope of responses. Its own calls are not used, because they drop the lease
//! of a response, and log text from the server.

use std::error::Error as StdError;

use rustify::{
    clients::reqwest::Client as Http,
    endpoint::Endpoint,
    enums::{RequestMethod, RequestType, ResponseType},
    errors::ClientError,
};
use serde::Serialize;
use serde_json::Value as Json;
use vaultrs::api::{EndpointMiddleware, EndpointResult};
use zeroize::{Zeroize, Zeroizing};

/// Vault's envelope of every response.
pub(super) type Reply = EndpointResult<Json>;

pub(super) struct Request {
    path: String,
    query: Option<String>,
    /// A request without a body is a read.
    body: Option<Zeroizing<Vec<u8>>>,
}

/// A failed request. Contains no text from the server except the body, which is not shown.
#[derive(Debug)]
pub(super) enum Failure {
    Answered { status: u16, body: Zeroizing<String> },
    Unreachable(String),
    Untrusted(String),
    TimedOut,
    Garbled,
}

impl Request {
    pub(super) fn read(path: impl Into<String>) -> Self {
        Self { path: path.into(), query: None, body: None }
    }

    pub(super) fn version(self, version: Option<u64>) -> Self {
        Self { query: version.map(|version| format!("version={version}")), ..self }
    }

    pub(super) fn write(path: impl Into<String>, body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|_| Failure::Garbled)?;
        Ok(Self { path: path.into(), query: None, body: Some(body.into()) })
    }

    pub(super) async fn send(self, http: &Http, headers: &EndpointMiddleware) -> Result<Reply, Failure> {
        let answer = self.with_middleware(headers).exec(http).await?;
        let mut body = answer.response.into_body();
        let reply = serde_json::from_slice(&body).map_err(|_| Failure::Garbled);
        body.zeroize();
        reply
    }

    /// Sends a request with an empty response.
    pub(super) async fn order(self, http: &Http, headers: &EndpointMiddleware) -> Result<(), Failure> {
        let answer = self.with_middleware(headers).exec(http).await?;
        answer.response.into_body().zeroize();
        Ok(())
    }
}

impl Endpoint for Request {
    type Response = Json;
    const REQUEST_BODY_TYPE: RequestType = RequestType::JSON;
    const RESPONSE_BODY_TYPE: ResponseType = ResponseType::JSON;

    fn path(&self) -> String {
        self.path.clone()
    }

    fn method(&self) -> RequestMethod {
        if self.body.is_some() { RequestMethod::POST } else { RequestMethod::GET }
    }

    fn query(&self) -> Result<Option<String>, ClientError> {
        Ok(self.query.clone())
    }

    fn body(&self) -> Result<Option<Vec<u8>>, ClientError> {
        Ok(self.body.as_ref().map(|body| body.to_vec()))
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::ServerResponseError { code: status, content } => {
                let body = Zeroizing::new(content.unwrap_or_default());
                if status >= 500 || status == 429 || is_vaults(&body) {
                    Self::Answered { status, body }
                } else {
                    Self::Garbled
                }
            }
            ClientError::RequestError { source, .. } | ClientError::ResponseError { source } => {
                match source.downcast_ref::<reqwest::Error>() {
                    Some(error) => transport(error),
                    None => Self::Garbled,
                }
            }
            _ => Self::Garbled,
        }
    }
}

/// A proxy, or a server that requires TLS, responds with its own text.
fn is_vaults(body: &str) -> bool {
    let answer: Option<Json> = serde_json::from_str(body).ok();
    answer.is_some_and(|answer| ["errors", "request_id"].iter().any(|key| answer.get(key).is_some()))
}

fn transport(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        return Failure::TimedOut;
    }
    // The errors above the last one only report that a lower layer failed.
    let Some(last) = std::iter::successors(error.source(), |&error| error.source()).last() else {
        return Failure::Unreachable("the connection failed".into());
    };
    let why = last.to_string();
    if is_tls(last) { Failure::Untrusted(why) } else { Failure::Unreachable(why) }
}

/// The layers in between wrap it in I/O errors, which do not return it as their source.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner))
}

impl Failure {
    /// Whether the server denied the request, or no longer knows the token.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Answered { status: 403, .. })
    }

    /// Whether the same request may succeed later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Answered { status, .. } => *status == 429 || *status >= 500,
            Self::Unreachable(_) | Self::Untrusted(_) | Self::TimedOut => true,
            Self::Garbled => false,
        }
    }
}
