//! Where secrets are fetched from.

use std::{sync::Arc, time::Duration};

use super::Builder;
use crate::{config::HotConfig, secrets::SecretProvider};

impl<T: HotConfig> Builder<T> {
    /// Resolves references with this scheme by `provider`, in the place of whoever did.
    ///
    /// A text in the place of a secret is a reference if it begins with the scheme and a colon. A scheme is
    /// written with
    /// lower-case letters, digits, `+`, `-` and `.`, and begins with a letter.
    ///
    /// ```
    /// use hotswap::{HotConfig, Secret, SecretProvider};
    /// use hotswap::secrets::{BoxFuture, FetchError, Fetched, Location, Payload};
    ///
    /// /// Asks the system for its keys.
    /// struct Keyring;
    ///
    /// impl SecretProvider for Keyring {
    ///     fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched,
    /// FetchError>>> {
    ///         let one = |location: &Location| match location.as_str() {
    ///             "db" => Ok(Fetched::new(Payload::text("hunter2".into()))),
    ///             other => Err(FetchError::not_found(format!("no key is called {other}"))),
    ///         };
    ///         Box::pin(async move { locations.iter().map(one).collect() })
    ///     }
    /// }
    ///
    /// #[derive(serde::Deserialize, HotConfig)]
    /// struct Config {
    ///     #[hot(secret = "keyring:db")]
    ///     password: Secret<String>,
    /// }
    ///
    /// let config = Config::hot_builder().secrets("keyring", Keyring).load()?;
    /// assert_eq!(config.password().expose(), "hunter2");
    /// # Ok::<(), hotswap::Error>(())
    /// ```
    pub fn secrets(mut self, scheme: &str, provider: impl SecretProvider) -> Self {
        self.secret_manager.register(scheme, Arc::new(provider));
        self
    }

    /// How long all secret stores together may take to answer; 10 s by default.
    ///
    /// It bounds every load, and every attempt to fetch again while the program runs. Reloading a file costs
    /// that time only
    /// where the file names a secret that was not fetched yet.
    ///
    /// ```
    /// # use hotswap::{HotConfig, Secret, SecretProvider};
    /// # use hotswap::secrets::{BoxFuture, FetchError, Fetched, Location};
    /// # struct Silent;
    /// # impl SecretProvider for Silent {
    /// #     fn fetch<'a>(&'a self, _: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
    /// #         Box::pin(std::future::pending())
    /// #     }
    /// # }
    /// # #[derive(serde::Deserialize, HotConfig)]
    /// # struct Config {
    /// #     #[hot(secret = "keyring:db")]
    /// #     password: Secret<String>,
    /// # }
    /// use std::time::Duration;
    ///
    /// let builder = Config::hot_builder().secrets("keyring",
    /// Silent).secret_timeout(Duration::from_millis(20));
    /// let error = builder.check().err().unwrap();
    /// assert!(error.has(hotswap::IssueKind::Secret) && error.to_string().contains("no answer within 20ms"));
    /// ```
    pub fn secret_timeout(mut self, timeout: Duration) -> Self {
        self.secret_manager.settings.timeout = timeout;
        self
    }

    /// How often what has no lease is fetched again; 60 s by default, give or take a tenth.
    ///
    /// What has a lease is renewed when two thirds of it are over. A provider that notices changes says so at
    /// once: files do.
    /// It is also the longest pause between two attempts to reach a store that fails. With
    /// [`watch(false)`](Self::watch) only leases are kept.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use std::time::Duration;
    ///
    /// let config: ConfigHandle = Config::hot_builder().secret_refresh(Duration::from_secs(10)).load()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn secret_refresh(mut self, interval: Duration) -> Self {
        self.secret_manager.settings.refresh = interval;
        self
    }
}
