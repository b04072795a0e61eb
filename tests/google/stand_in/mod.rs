//! A stub for Google: Secret Manager, the token server and the metadata server, on one loopback port. It
//! responds according to the documentation of their REST APIs.

mod http;
mod key;
mod secrets;

pub(crate) use key::ServiceAccount;
pub(crate) use secrets::refusal;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::{Value as Json, json};

use self::{
    http::{Request, Response, Server},
    secrets::Version,
};

/// The name of the project in requests; responses contain its number.
pub(crate) const PROJECT: &str = "app-1";

pub(crate) struct Google {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(crate) struct State {
    /// By full name, `projects/app-1/secrets/db`, oldest version first.
    pub(crate) secrets: BTreeMap<String, Vec<Version>>,
    /// Sent instead of every response about secrets.
    pub(crate) instead: Option<(u16, String)>,
    /// The delay of responses of Secret Manager.
    pub(crate) delay: Duration,
    /// Whether the token server does not respond.
    pub(crate) silent: bool,
    /// The number of issued tokens; only the newest ones are valid.
    pub(crate) tokens: usize,
    /// The number of tokens that are no longer valid.
    pub(crate) expired: usize,
    /// Whether refresh tokens are no longer valid.
    pub(crate) revoked: bool,
    /// A token of another kind that is valid, too.
    pub(crate) accepts: Option<Arc<ServiceAccount>>,
    /// The received requests.
    pub(crate) asked: Vec<String>,
}

impl Google {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let served = Arc::clone(&state);
        Self { server: Server::start(0, move |request| answer(&served, request)), state }
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.port
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Stops listening.
    pub(crate) fn stop(&mut self) {
        self.server.stop();
    }

    /// Starts again at the same address.
    pub(crate) fn start_again(&mut self) {
        let served = Arc::clone(&self.state);
        self.server = Server::start(self.port(), move |request| answer(&served, request));
    }

    /// Adds a version.
    pub(crate) fn add(&self, secret: &str, data: impl Into<Vec<u8>>) {
        let name = format!("projects/{PROJECT}/secrets/{secret}");
        self.state().secrets.entry(name).or_default().push(Version::new(data));
    }

    /// The newest version.
    pub(crate) fn change(&self, secret: &str, change: impl FnOnce(&mut Version)) {
        let name = format!("projects/{PROJECT}/secrets/{secret}");
        change(self.state().secrets.get_mut(&name).unwrap().last_mut().unwrap());
    }

    /// The file of `gcloud auth application-default login`, except for the address.
    pub(crate) fn user(&self) -> String {
        let user = json!({
            "type": "authorized_user",
            "client_id": "app",
            "client_secret": "canary-client",
            "refresh_token": "canary-refresh",
            "token_uri": format!("{}/token", self.address()),
        });
        user.to_string()
    }
}

fn answer(state: &Mutex<State>, request: &Request) -> Option<Response> {
    let mut state = state.lock().unwrap();
    let path = request.path.split('?').next().unwrap_or_default();
    state.asked.push(path.to_owned());
    match (request.method.as_str(), path) {
        ("POST", "/token") if !state.silent => Some(state.refreshed(&request.body)),
        ("GET", "/computeMetadata/v1/instance/service-accounts/default/token")
            if !state.silent && request.header("metadata-flavor") == Some("Google") =>
        {
            Some((200, state.token()))
        }
        ("POST" | "GET", path) if path == "/token" || path.starts_with("/computeMetadata") => {
            (!state.silent).then(|| (404, json!("there is no canary here")))
        }
        ("GET", path) => {
            let (answer, delay) = (state.access(path, request.header("authorization")), state.delay);
            drop(state);
            std::thread::sleep(delay);
            Some(answer)
        }
        _ => Some((405, Json::Null)),
    }
}

impl State {
    fn refreshed(&mut self, body: &str) -> Response {
        let asked: Json = serde_json::from_str(body).unwrap_or_default();
        if self.revoked
            || asked["refresh_token"] != "canary-refresh"
            || asked["client_secret"] != "canary-client"
        {
            let description = "Token has been expired or revoked: canary-refresh.";
            return (400, json!({ "error": "invalid_grant", "error_description": description }));
        }
        (200, self.token())
    }

    fn token(&mut self) -> Json {
        self.tokens += 1;
        let token = format!("canary-token-{}", self.tokens);
        json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" })
    }

    fn knows(&self, authorization: &str) -> bool {
        let token = authorization.strip_prefix("Bearer ").unwrap_or_default();
        let number = token.strip_prefix("canary-token-").and_then(|number| number.parse().ok());
        let signed = || self.accepts.as_ref().is_some_and(|account| account.signed(token));
        number.is_some_and(|number: usize| number > self.expired && number <= self.tokens) || signed()
    }
}
