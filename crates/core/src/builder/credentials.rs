//! Policies for secrets in sources, and for values that look like secrets.

use super::Builder;
use crate::{
    config::HotConfig,
    scan::ScanCredentials,
    secret::policy::{PlaintextSecrets, SecretSources},
};

impl<T: HotConfig> Builder<T> {
    /// How a secret in plain text in an ordinary file is handled; [`PlaintextSecrets::Deny`] by default.
    ///
    /// Ordinary files are all files in TOML, YAML or JSON, even if a higher layer overrides the value, because anyone
    /// who can read the file can read the secret. Exempt are references to a store, variables (including `${NAME}`),
    /// dotenv files, values that the program supplies, `null` and an empty text. Text next to a variable is plain
    /// text, as in `postgres://app:hunter2@${HOST}/db`, and so are a default, `${NAME:value}`, and an escape, `$${`:
    /// put the whole text into one variable or store, or its parts into separate fields. The same applies to marked
    /// fields and to a [`Secret`](crate::Secret) in a list, a map, a struct or an enum of the program.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use hotswap::{IssueKind, PlaintextSecrets, Secret};
    ///
    /// #[derive(Debug, serde::Deserialize, HotConfig)]
    /// #[hot(file = "db.toml", env = "APP")]
    /// struct Db {
    ///     password: Secret<String>,
    /// }
    ///
    /// std::fs::write("db.toml", "password = 'hunter2'")?;
    /// let error = Db::hot_load().unwrap_err();
    /// assert!(error.has(IssueKind::PlainSecret));
    /// assert!(error.to_string().ends_with("at db.toml:1:12"), "{error}");
    /// assert!(error.issues().next().unwrap().help().unwrap().contains("set APP_PASSWORD"));
    ///
    /// let db = Db::hot_builder().plaintext_secrets(PlaintextSecrets::Allow).load()?;
    /// assert_eq!(db.password().expose(), "hunter2");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plaintext_secrets(mut self, policy: PlaintextSecrets) -> Self {
        self.options.secrets.plaintext = policy;
        self
    }

    /// Which sources may supply a secret at all; [`SecretSources::ANY`] by default. A secret from any other source is
    /// refused, even if a higher layer overrides it, and no store is asked for it. The text after interpolation
    /// counts: a variable that contains `vault:app#key` refers to a store. The default of a field belongs to
    /// [`PROGRAM`](SecretSources::PROGRAM), or to the source that its reference names, and counts only if it is in
    /// force. Values set at run time are not restricted.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use hotswap::{Secret, SecretSources};
    ///
    /// #[derive(Debug, serde::Deserialize, HotConfig)]
    /// #[hot(file = "db.toml")]
    /// struct Db {
    ///     password: Secret<String>,
    /// }
    ///
    /// std::fs::write("db.toml", "password = '${DB_PASSWORD:}'")?;
    /// let error = Db::hot_builder().secret_sources(SecretSources::STORES).check().unwrap_err();
    /// let issue = error.issues().next().unwrap();
    /// assert_eq!(issue.message(), "this source must not supply a secret");
    /// assert_eq!(issue.help(), Some("give it by a reference to a store"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn secret_sources(mut self, allowed: SecretSources) -> Self {
        self.options.secrets.sources = allowed;
        self
    }

    /// How a value that looks like a credential is handled in a field that is not secret;
    /// [`ScanCredentials::Warn`] by default.
    ///
    /// The scan finds keys of known providers by their prefix, private keys, passwords in URLs, any literal text in a
    /// field with a name such as `db_password`, and random texts in a field with a name such as `token`; see
    /// [the rules](crate::guide::secrets). It covers files and sources of the program, whenever they change, and the
    /// defaults of fields. A finding names the position, and never the value.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use hotswap::{IssueKind, ScanCredentials};
    ///
    /// #[derive(Debug, serde::Deserialize, HotConfig)]
    /// #[hot(file = "app.toml")]
    /// struct App {
    ///     database: String,
    ///     #[hot(not_secret)]
    ///     public_token: String,
    /// }
    ///
    /// let token = "public_token = 'q8Zt1LmX4vB7nK2pW9sD'";
    /// std::fs::write("app.toml", format!("database = 'postgres://app:Vb7kQ9zR@db/app'\n{token}"))?;
    /// let error = App::hot_builder().scan_credentials(ScanCredentials::Deny).check().unwrap_err();
    /// let findings: Vec<_> = error.issues().map(|issue| (issue.path(), issue.kind())).collect();
    /// assert_eq!(findings, [("database".to_owned(), IssueKind::Credential)]);
    /// assert!(!error.to_string().contains("Vb7kQ9zR"));
    ///
    /// let app = App::hot_load()?;
    /// assert!(app.status().warnings[0].starts_with("database: the value looks like a password in a URL"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scan_credentials(mut self, policy: ScanCredentials) -> Self {
        self.options.secrets.scan = policy;
        self
    }
}
