//! Credentials that the program supplies.

use aws_sdk_secretsmanager::config::Credentials as Keys;
use hotswap_core::Secret;

/// An access key, instead of the credentials of the environment.
///
/// Programs that run on AWS need none: their role supplies temporary keys.
///
/// ```
/// use hotswap::secrets::aws::{Config, Credentials};
///
/// let credentials = Credentials::new("my-key-id", "my-secret-key").session_token("my-token");
/// let config = Config::from_env().credentials(credentials);
/// let shown = format!("{config:?}");
/// assert!(!shown.contains("my-secret-key") && !shown.contains("my-token"));
/// ```
#[derive(Clone, Debug)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: Secret<String>,
    session_token: Option<Secret<String>>,
}

impl Credentials {
    /// The access key of a user.
    ///
    /// See [`Credentials`] for an example.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<Secret<String>>) -> Self {
        let (access_key_id, secret_access_key) = (access_key_id.into(), secret_access_key.into());
        Self { access_key_id, secret_access_key, session_token: None }
    }

    /// The session token of a temporary access key, such as that of a role.
    ///
    /// See [`Credentials`] for an example.
    pub fn session_token(self, token: impl Into<Secret<String>>) -> Self {
        Self { session_token: Some(token.into()), ..self }
    }

    /// The credentials in the type of the SDK.
    pub(super) fn keys(&self) -> Keys {
        let token = self.session_token.as_ref().map(|token| token.expose().clone());
        Keys::new(&self.access_key_id, self.secret_access_key.expose(), token, None, "hotswap")
    }
}
