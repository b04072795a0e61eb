//! The credentials of the provider.

use std::path::PathBuf;

use google_cloud_auth::{
    build_errors::Error as BuildError,
    credentials::{
        Builder, Credentials as Google, anonymous, external_account, impersonated, mds, service_account,
        user_account,
    },
};
use hotswap_client::credential_file;
use hotswap_core::{
    Secret,
    secrets::FetchError,
    support::store::{Shown, WorkingDirectory},
};
use serde_json::Value as Json;

/// A key has a few thousand bytes.
const MAX_KEY: u64 = 1 << 20;

/// How a [`SecretManager`](super::SecretManager) gets its tokens.
///
/// ```
/// use hotswap::secrets::google::{Credentials, SecretManager};
///
/// let manager = SecretManager::with(Credentials::file("/run/secrets/google.json"));
/// assert!(format!("{manager:?}").contains("google.json"));
/// ```
#[derive(Clone, Debug)]
pub struct Credentials(Method);

#[derive(Clone, Debug)]
enum Method {
    Environment,
    File(PathBuf),
    Json(Secret<String>),
    MetadataServer,
    Anonymous,
}

impl Credentials {
    pub(super) fn of_environment() -> Self {
        Self(Method::Environment)
    }

    /// A file in JSON: the key of a service account, a user as `gcloud auth application-default login` writes
    /// it, a service account to impersonate, or an external account (workload identity federation).
    ///
    /// It is read at the first fetch, and again when a token was refused. A relative path is relative to the working
    /// directory at the time of the load.
    ///
    /// See [`Credentials`] for an example.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Method::File(path.into()))
    }

    /// The content of such a file.
    ///
    /// ```
    /// use hotswap::secrets::google::Credentials;
    ///
    /// let credentials = Credentials::json(r#"{"type": "authorized_user", "refresh_token": "hunter2"}"#.to_owned());
    /// assert!(!format!("{credentials:?}").contains("hunter2"));
    /// ```
    pub fn json(text: impl Into<Secret<String>>) -> Self {
        Self(Method::Json(text.into()))
    }

    /// The service account of the machine that the program runs on, from its metadata server: Compute Engine,
    /// Kubernetes Engine, Cloud Run. `GCE_METADATA_HOST` names another server.
    ///
    /// ```
    /// use hotswap::secrets::google::{Credentials, SecretManager};
    ///
    /// let manager = SecretManager::with(Credentials::metadata_server());
    /// # let _ = manager;
    /// ```
    pub fn metadata_server() -> Self {
        Self(Method::MetadataServer)
    }

    /// No token, for an emulator that needs none.
    ///
    /// ```
    /// use hotswap::secrets::google::{Credentials, SecretManager};
    ///
    /// let stub = SecretManager::with(Credentials::anonymous()).endpoint("http://127.0.0.1:8080");
    /// # let _ = stub;
    /// ```
    pub fn anonymous() -> Self {
        Self(Method::Anonymous)
    }

    pub(super) fn open(&self, directory: &WorkingDirectory) -> Result<Google, FetchError> {
        let opened = match &self.0 {
            Method::Environment => Builder::default().build(),
            Method::File(path) => {
                let refused = |why: &str| {
                    self.refused(&format!("cannot be read: {why}")).with_help("is the path right?")
                };
                let bytes = credential_file::read(&directory.resolve(path), MAX_KEY)
                    .map_err(|error| refused(&error.to_string()))?;
                return self.parse(std::str::from_utf8(&bytes).map_err(|_| refused("not UTF-8"))?);
            }
            Method::Json(text) => return self.parse(text.expose()),
            Method::MetadataServer => mds::Builder::default().build(),
            Method::Anonymous => Ok(anonymous::Builder::new().build()),
        };
        opened.map_err(|error| self.unusable(&error))
    }

    fn parse(&self, text: &str) -> Result<Google, FetchError> {
        let json: Json = serde_json::from_str(text).map_err(|_| self.refused("are no JSON"))?;
        let opened = match json.get("type").and_then(Json::as_str) {
            Some("service_account") => service_account::Builder::new(json).build(),
            Some("authorized_user") => user_account::Builder::new(json).build(),
            Some("impersonated_service_account") => impersonated::Builder::new(json).build(),
            Some("external_account") => external_account::Builder::new(json).build(),
            _ => return Err(self.refused("have no `type` that is known")),
        };
        opened.map_err(|error| self.unusable(&error))
    }

    /// Without the message of the error, which may contain the text that it could not read.
    fn unusable(&self, error: &BuildError) -> FetchError {
        self.refused(if error.is_loading() {
            "cannot be read"
        } else if error.is_unknown_type() {
            "have no `type` that is known"
        } else if error.is_not_supported() {
            "are of a kind that Google's client does not support"
        } else {
            "are not what their `type` says"
        })
    }

    fn refused(&self, why: &str) -> FetchError {
        FetchError::invalid(format!("the credentials {self} {why}")).with_help(self.remedy())
    }

    /// The advice if they do not work.
    pub(super) fn remedy(&self) -> String {
        match &self.0 {
            Method::Environment => "name a file by GOOGLE_APPLICATION_CREDENTIALS, log in with `gcloud auth \
                                    application-default login`, or give the machine a service account"
                .into(),
            Method::File(_) | Method::Json(_) => {
                "see whether they are valid; `gcloud auth application-default login` or the console make others".into()
            }
            Method::MetadataServer => {
                "see whether the program runs on a machine of Google's, and has a service account".into()
            }
            Method::Anonymous => "give others".into(),
        }
    }
}

/// Printed after "the credentials".
impl std::fmt::Display for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Method::Environment => f.write_str("of the environment"),
            Method::File(path) => write!(f, "in {}", Shown(path)),
            Method::Json(_) => f.write_str("of the program"),
            Method::MetadataServer => f.write_str("of the metadata server"),
            Method::Anonymous => f.write_str("of nobody"),
        }
    }
}
