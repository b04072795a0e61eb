//! How the provider says who it is.

use std::path::PathBuf;

use hotswap_core::Secret;

/// Where Kubernetes puts the token of a pod's service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// How a [`Vault`](super::Vault) gets its token.
///
/// ```
/// use hotswap::secrets::vault::{Auth, Vault};
///
/// let vault = Vault::at("https://vault.example:8200").auth(Auth::app_role("my-role-id", "my-secret-id"));
/// assert!(!format!("{vault:?}").contains("my-secret-id"));
/// ```
#[derive(Clone, Debug)]
pub struct Auth {
    pub(super) method: Method,
    /// Where the method is mounted, below `auth/`.
    pub(super) mount: String,
}

#[derive(Clone, Debug)]
pub(super) enum Method {
    Token(Secret<String>),
    TokenFile(PathBuf),
    Wrapped(Secret<String>),
    AppRole { role: String, secret: Secret<String> },
    Kubernetes { role: String, token: PathBuf },
}

impl Auth {
    fn new(method: Method, mount: &str) -> Self {
        Self { method, mount: mount.to_owned() }
    }

    /// This token. It is renewed while it lets itself be renewed.
    ///
    /// See [`Auth`] for an example.
    pub fn token(token: impl Into<Secret<String>>) -> Self {
        Self::new(Method::Token(token.into()), "token")
    }

    /// The token in a file, such as an agent writes. It is read again when the token is not valid any more.
    ///
    /// See [`Auth`] for an example.
    pub fn token_file(path: impl Into<PathBuf>) -> Self {
        Self::new(Method::TokenFile(path.into()), "token")
    }

    /// A token that is handed over wrapped (`vault token create -wrap-ttl=5m`): it is unwrapped once, at the first fetch,
    /// and is an error if somebody did so before.
    ///
    /// See [`Auth`] for an example.
    pub fn wrapped_token(wrapping: impl Into<Secret<String>>) -> Self {
        Self::new(Method::Wrapped(wrapping.into()), "token")
    }

    /// The method AppRole, mounted at `approle`.
    ///
    /// See [`Auth`] for an example.
    pub fn app_role(role_id: impl Into<String>, secret_id: impl Into<Secret<String>>) -> Self {
        Self::new(Method::AppRole { role: role_id.into(), secret: secret_id.into() }, "approle")
    }

    /// The method Kubernetes, mounted at `kubernetes`, with the service account of the pod.
    ///
    /// See [`Auth`] for an example.
    pub fn kubernetes(role: impl Into<String>) -> Self {
        Self::new(Method::Kubernetes { role: role.into(), token: SERVICE_ACCOUNT.into() }, "kubernetes")
    }

    /// Another file with the token of the service account, as projected volumes give it. It is read at each login.
    /// Only [`kubernetes`](Self::kubernetes) has one.
    ///
    /// ```
    /// use hotswap::secrets::vault::Auth;
    ///
    /// let auth = Auth::kubernetes("app").service_account("/var/run/secrets/tokens/vault").mounted_at("cluster-7");
    /// assert!(format!("{auth:?}").contains("/var/run/secrets/tokens/vault"));
    /// ```
    pub fn service_account(mut self, path: impl Into<PathBuf>) -> Self {
        if let Method::Kubernetes { token, .. } = &mut self.method {
            *token = path.into();
        }
        self
    }

    /// Where the method is mounted, if not at its usual place; without `auth/`.
    ///
    /// See [`service_account`](Self::service_account) for an example.
    pub fn mounted_at(self, mount: impl Into<String>) -> Self {
        Self { mount: mount.into(), ..self }
    }

    /// Whether a token that died can be followed by another one.
    pub(super) fn can_repeat(&self) -> bool {
        !matches!(self.method, Method::Token(_) | Method::Wrapped(_))
    }
}
