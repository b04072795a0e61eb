//! A timeout for the lookup of credentials: the SDK would continue for longer than a fetch may
//! take.

use std::time::Duration;

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use tokio::time::timeout;

/// Half of the default timeout of a fetch.
pub(super) const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(5);

/// Stops the lookup after the timeout.
#[derive(Debug)]
pub(super) struct WithTimeout(pub(super) SharedCredentialsProvider);

impl ProvideCredentials for WithTimeout {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let found = timeout(CREDENTIALS_TIMEOUT, self.0.provide_credentials()).await;
            let late = || {
                self.0
                    .fallback_on_interrupt()
                    .ok_or(CredentialsError::provider_timed_out(CREDENTIALS_TIMEOUT))
            };
            found.unwrap_or_else(|_| late())
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt()
    }
}
