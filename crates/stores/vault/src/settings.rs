//! The settings for Vault, from the program and the environment.

use std::{env, path::PathBuf, time::Duration};

use hotswap_core::{Secret, secrets::FetchError, support::store::WorkingDirectory};

use super::{auth::Auth, fence::Fence};

/// The default of Vault's own tools.
const ADDRESS: &str = "https://127.0.0.1:8200";

/// The file in the home directory that `vault login` writes.
const TOKEN_FILE: &str = ".vault-token";

/// A store that takes longer for one response is treated as unreachable.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The settings of the program; missing ones may come from the environment.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) environment: bool,
    pub(super) address: Option<String>,
    pub(super) auth: Option<Auth>,
    pub(super) namespace: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) timeout: Duration,
    pub(super) fence: Fence,
    pub(super) directory: WorkingDirectory,
}

impl Settings {
    pub(super) fn new(environment: bool, address: Option<String>) -> Self {
        Self {
            environment,
            address,
            auth: None,
            namespace: None,
            ca_file: None,
            timeout: TIMEOUT,
            fence: Fence::default(),
            directory: WorkingDirectory::default(),
        }
    }

    pub(super) fn address(&self) -> String {
        self.or_variable(&self.address, "VAULT_ADDR").unwrap_or_else(|| ADDRESS.into())
    }

    pub(super) fn namespace(&self) -> Option<String> {
        self.or_variable(&self.namespace, "VAULT_NAMESPACE")
    }

    pub(super) fn ca_file(&self) -> Option<PathBuf> {
        let path = self.ca_file.clone().or_else(|| self.variable("VAULT_CACERT").map(PathBuf::from))?;
        Some(self.directory.resolve(&path))
    }

    /// The given method; otherwise that of Vault's own tools.
    pub(super) fn auth(&self) -> Result<Auth, FetchError> {
        let token = || self.variable("VAULT_TOKEN").map(|token| Auth::token(Secret::new(token)));
        let given = self.auth.clone().map(|auth| auth.resolved(&self.directory));
        given.or_else(token).or_else(|| self.token_file()).ok_or_else(|| {
            FetchError::invalid("there is no token").with_help(match self.environment {
                true => "set VAULT_TOKEN, log in with `vault login`, or give `Vault::auth`",
                false => "give `Vault::auth`",
            })
        })
    }

    fn token_file(&self) -> Option<Auth> {
        let path = env::home_dir().filter(|_| self.environment)?.join(TOKEN_FILE);
        path.exists().then(|| Auth::token_file(path))
    }

    fn or_variable(&self, given: &Option<String>, name: &str) -> Option<String> {
        given.clone().or_else(|| self.variable(name))
    }

    /// An empty variable counts as not set, like in Vault's own tools.
    fn variable(&self, name: &str) -> Option<String> {
        env::var(name).ok().filter(|value| self.environment && !value.is_empty())
    }
}
