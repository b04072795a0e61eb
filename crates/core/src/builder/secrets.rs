//! Where secrets are fetched from.

use std::{sync::Arc, time::Duration};

use super::Builder;
use crate::{config::HotConfig, secrets::SecretProvider};

impl<T: HotConfig> Builder<T> {
    /// Registers the provider for references with this scheme, and replaces any earlier one.
    ///
    /// The text of a secret is a reference if it begins with the scheme and a colon. A scheme is written
    /// with lower-case letters, digits, `+`, `-` and `.`, and begins with a letter.
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

    /// The time limit for all secret stores together; 10 s by default.
    ///
    /// It limits every load, and every later attempt to fetch secrets. A reload of a file takes that time
    /// only if the file refers to a secret that was not fetched yet.
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

    /// How often secrets without a lease are fetched again; 60 s by default, varied by up to a tenth.
    ///
    /// A lease is renewed after two thirds of its time. A provider that detects changes, such as `file:`,
    /// reports them immediately. The interval is also the longest pause between two attempts to reach a
    /// failing store. With [`watch(false)`](Self::watch) only leases are renewed.
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
