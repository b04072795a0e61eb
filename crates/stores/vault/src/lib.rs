//! Secrets from HashiCorp Vault and OpenBao, behind the feature `vault`.

mod auth;
mod call;
mod client;
mod connection;
mod error_messages;
mod fence;
mod mount;
mod secret_path;
mod session;
mod settings;
mod token_renewal;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hotswap_client::Running;
use hotswap_core::{
    Changed,
    secrets::{BoxFuture, FetchError, Fetched, Lease, Location, SecretProvider},
};

pub use auth::Auth;

use self::{client::Client, settings::Settings};

/// A server of HashiCorp Vault or OpenBao, for references such as `vault:secret/app#password`.
///
/// ```
/// use hotswap::secrets::vault::{Auth, Vault};
///
/// // VAULT_ADDR, VAULT_TOKEN or ~/.vault-token, VAULT_NAMESPACE, VAULT_CACERT, as Vault's own tools read them.
/// let plain = Vault::from_env();
///
/// // The same server, with a method of its own.
/// let role = Vault::from_env().auth(Auth::kubernetes("app"));
///
/// // Nothing from the environment.
/// let explicit = Vault::at("https://vault.example:8200")
///     .auth(Auth::token_file("/run/secrets/vault-token"))
///     .namespace("team-a")
///     .ca_file("/etc/ssl/vault.pem");
/// assert!(format!("{explicit:?}").contains("team-a"));
/// # let _ = (plain, role);
/// ```
///
/// # Locations
///
/// | location | content |
/// | --- | --- |
/// | `secret/app`, `secret/data/app` | the secret `app` of a key-value engine, versioned or not |
/// | `secret/app?version=3` | its third version |
/// | `database/creds/app` | the response of any other engine to a read, with its lease |
///
/// The type of the engine is requested from the server. `#key` selects a part. In a versioned engine, a secret with
/// the name `data/app` is `secret/data/data/app`.
///
/// A reference may come from a file that others write. So it cannot name paths of Vault itself in `auth/`, `sys/`,
/// `identity/` and `cubbyhole/`, not even inside a namespace; [`allow`](Self::allow) permits one of them.
/// [`only`](Self::only) permits one path and nothing else.
///
/// # Tokens and leases
///
/// The first fetch logs in; there is no request before that. A token is renewed after two thirds of its time. If it
/// cannot be renewed any more, or is no longer valid, a new login follows, if the method permits it. The leases of a
/// token end with it, so everything is fetched again then.
///
/// A relative path of a file is relative to the working directory at the time of the load.
///
/// The client uses a thread with its own async runtime, which all clients share. The program needs none.
#[derive(Debug)]
pub struct Vault {
    settings: Settings,
    running: Running<Client>,
    changed: Arc<Mutex<Option<Changed>>>,
}

impl Vault {
    fn new(environment: bool, address: Option<String>) -> Self {
        let (running, changed) = Default::default();
        Self { settings: Settings::new(environment, address), running, changed }
    }

    /// Uses the server in `VAULT_ADDR`. Settings that are not given otherwise come from the variables of Vault's own
    /// tools: `VAULT_TOKEN`, `VAULT_NAMESPACE`, `VAULT_CACERT`, and the file `~/.vault-token`. They are read at a
    /// login.
    ///
    /// See [`Vault`] for an example.
    pub fn from_env() -> Self {
        Self::new(true, None)
    }

    /// Uses the server at this address, without settings from the environment.
    ///
    /// The address is `https://host:port`; any other is an error of the fetch.
    ///
    /// See [`Vault`] for an example.
    pub fn at(address: impl Into<String>) -> Self {
        Self::new(false, Some(address.into()))
    }

    /// Sets another address.
    ///
    /// See [`Vault`] for an example of a server.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.settings.address = Some(address.into());
        self
    }

    /// Sets the authentication method.
    ///
    /// See [`Vault`] for an example.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.settings.auth = Some(auth);
        self
    }

    /// Sets the namespace of every request, including the login.
    ///
    /// See [`Vault`] for an example.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.settings.namespace = Some(namespace.into());
        self
    }

    /// Sets a file in PEM format with the certificate authorities to trust, instead of those of the system.
    ///
    /// See [`Vault`] for an example.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.ca_file = Some(path.into());
        self
    }

    /// Sets the timeout of one response; 5 seconds by default. A fetch may need three: login, mount and secret.
    ///
    /// See [`Vault`] for an example of a server.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Permits references only at or below this path; may be called again to permit further paths. Whole segments and
    /// the name of the secret are compared: `secret/app/` permits `secret/data/app/db`, which is the same secret as
    /// `secret/app/db`, but not `secret/apple`.
    ///
    /// ```
    /// use hotswap::{HotConfig, Secret, secrets::vault::Vault};
    ///
    /// #[derive(serde::Deserialize, HotConfig)]
    /// struct Config {
    ///     #[hot(secret = "vault:secret/billing#password")]
    ///     password: Secret<String>,
    /// }
    ///
    /// let vault = Vault::at("https://vault.example:8200").only("secret/app/");
    /// let error = Config::hot_builder().secrets("vault", vault).check().err().unwrap();
    /// assert!(error.to_string().contains("only name what is below `secret/app/`"));
    /// ```
    pub fn only(mut self, prefix: impl AsRef<str>) -> Self {
        self.settings.fence.only(prefix.as_ref());
        self
    }

    /// Also permits references at or below this path: in `auth/`, `sys/`, `identity/` or `cubbyhole/`, which are
    /// refused otherwise, or outside of [`only`](Self::only).
    ///
    /// ```
    /// use hotswap::secrets::vault::Vault;
    ///
    /// // Signed tokens that Vault makes for this program.
    /// let vault = Vault::from_env().allow("identity/oidc/token/");
    /// # let _ = vault;
    /// ```
    pub fn allow(mut self, prefix: impl AsRef<str>) -> Self {
        self.settings.fence.allow(prefix.as_ref());
        self
    }

    fn client(&self) -> Client {
        Client::new(self.settings.clone(), Arc::clone(&self.changed))
    }
}

impl SecretProvider for Vault {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        Box::pin(async move {
            let fetch = |client: Arc<Client>| client.fetch(locations.to_vec());
            let outcome = self.running.run(|| self.client(), fetch).await;
            outcome.unwrap_or_else(|error| vec![Err(error); locations.len()])
        })
    }

    fn renew<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<Lease, FetchError>> {
        Box::pin(
            async move { self.running.run(|| self.client(), |client| client.renew(lease.clone())).await? },
        )
    }

    fn revoke<'a>(&'a self, leases: &'a [Lease]) -> BoxFuture<'a, Result<(), FetchError>> {
        Box::pin(
            async move { self.running.run(|| self.client(), |client| client.revoke(leases.to_vec())).await? },
        )
    }

    fn working_directory(&self, directory: &Path) {
        self.settings.directory.set(directory);
    }

    /// Calls `changed` when a token was replaced by another one.
    fn watch(&self, _locations: &[Location], changed: Changed) {
        *self.changed.lock().unwrap_or_else(PoisonError::into_inner) = Some(changed);
    }
}
