//! The authentication of the provider.

use std::path::PathBuf;

use hotswap_core::{Secret, support::store::WorkingDirectory};

/// The path of a pod's service account token in Kubernetes.
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
    /// The mount path of the method, below `auth/`.
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

    /// Uses this token, which is renewed for as long as possible.
    ///
    /// See [`Auth`] for an example.
    pub fn token(token: impl Into<Secret<String>>) -> Self {
        Self::new(Method::Token(token.into()), "token")
    }

    /// Uses the token in a file, such as one of an agent. It is read again when the token is no longer valid.
    ///
    /// See [`Auth`] for an example.
    pub fn token_file(path: impl Into<PathBuf>) -> Self {
        Self::new(Method::TokenFile(path.into()), "token")
    }

    /// Uses a wrapped token (`vault token create -wrap-ttl=5m`): it is unwrapped once, at the first fetch, and is an
    /// error if it was already unwrapped.
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

    /// Sets another file with the token of the service account, such as that of a projected volume. It is read at
    /// each login. Only for [`kubernetes`](Self::kubernetes).
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

    /// Sets the mount path of the method, if it differs from the default; without `auth/`.
    ///
    /// See [`service_account`](Self::service_account) for an example.
    pub fn mounted_at(self, mount: impl Into<String>) -> Self {
        Self { mount: mount.into(), ..self }
    }

    /// The same with an absolute path of its file.
    pub(super) fn resolved(mut self, directory: &WorkingDirectory) -> Self {
        if let Method::TokenFile(path) | Method::Kubernetes { token: path, .. } = &mut self.method {
            *path = directory.resolve(path);
        }
        self
    }

    /// Whether another token can be obtained when a token is no longer valid.
    pub(super) fn can_repeat(&self) -> bool {
        !matches!(self.method, Method::Token(_) | Method::Wrapped(_))
    }
}
