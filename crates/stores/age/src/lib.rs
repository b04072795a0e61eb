//! Secrets in the configuration itself, encrypted with age (<https://age-encryption.org/v1>).
//!
//! A reference `age:YWdlLWVuY3J5cHRpb24...` is an age file in base64, whose content is the value. A file that ends in
//! `.toml.age`, `.yaml.age` or `.json.age` is encrypted as a whole, and is a source like any other file. Both are
//! created by the command `encrypt` of the module `cli`, or by the tool `age`.

mod identities;
mod key_file;
mod open;
mod text;

#[doc(hidden)]
pub mod seal;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use hotswap_core::{
    Changed, Secret,
    secrets::{BoxFuture, FetchError, Fetched, Location, Payload, SecretProvider},
    support::store::{WorkingDirectory, lock},
};

#[doc(hidden)]
pub use self::identities::Identities;

use self::{
    identities::{KeySource, variables},
    open::Opened,
};

/// How [`Age`] handles an identity file that other users than its owner can read; it has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExposedKeys {
    /// The file is refused.
    Deny,
    /// A warning is logged, once for each file.
    #[default]
    Warn,
    /// The file is accepted without a warning.
    Allow,
}

/// Decrypts `age:` references and `*.age` files.
///
/// It is registered by default, and reads its identities from the environment on demand. All variables that are
/// set are used:
///
/// | variable | content |
/// | --- | --- |
/// | `HOTSWAP_AGE_IDENTITY_FILE` | the path of a file as `age-keygen` writes it |
/// | `HOTSWAP_AGE_IDENTITY` | the identities themselves, `AGE-SECRET-KEY-1..`, one per line |
/// | `HOTSWAP_AGE_PASSPHRASE_FILE` | the path of a file with a passphrase |
/// | `HOTSWAP_AGE_PASSPHRASE` | a passphrase |
/// | `SOPS_AGE_KEY_FILE`, `SOPS_AGE_KEY` | same as the first two; used only if none of the others is set |
///
/// A relative path is relative to the working directory at the time of the load.
/// If identities are set by methods, the variables are ignored. An identity file may itself be encrypted with a
/// passphrase.
///
/// ```
/// use hotswap::secrets::age::{Age, ExposedKeys};
///
/// let age = Age::new().identity_file("/etc/app/key.txt").exposed_keys(ExposedKeys::Deny);
/// ```
#[derive(Clone, Debug)]
pub struct Age {
    given: Vec<KeySource>,
    exposed: ExposedKeys,
    max_work_factor: u8,
    directory: WorkingDirectory,
    /// The locations in use, each with its plaintext if a passphrase decrypted it, because each decryption
    /// would cost a second by design.
    opened: Arc<Mutex<BTreeMap<Location, Option<Payload>>>>,
}

/// A second or so on a fast machine, and 1 GiB.
const MAX_WORK_FACTOR: u8 = 20;

impl Default for Age {
    fn default() -> Self {
        Self {
            given: Vec::new(),
            exposed: ExposedKeys::default(),
            max_work_factor: MAX_WORK_FACTOR,
            directory: WorkingDirectory::default(),
            opened: Arc::default(),
        }
    }
}

impl Age {
    /// Uses the identities of the environment; see [above](Self).
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the identities in a file that `age-keygen` wrote. It is read at each decryption.
    ///
    /// See [above](Self) for an example.
    pub fn identity_file(self, path: impl Into<PathBuf>) -> Self {
        self.with(KeySource::File(path.into()))
    }

    /// Adds identities: `AGE-SECRET-KEY-1..`, one per line.
    ///
    /// ```
    /// use hotswap::{Secret, secrets::age::Age};
    ///
    /// let age = Age::new().identity(Secret::from("AGE-SECRET-KEY-1.."));
    /// assert!(!format!("{age:?}").contains("SECRET-KEY"));
    /// ```
    pub fn identity(self, identities: Secret<String>) -> Self {
        self.with(KeySource::Identities(identities))
    }

    /// Adds a passphrase.
    ///
    /// ```
    /// use hotswap::{Secret, secrets::age::Age};
    ///
    /// let age = Age::new().passphrase(Secret::from("correct horse battery staple"));
    /// assert!(!format!("{age:?}").contains("horse"));
    /// ```
    pub fn passphrase(self, passphrase: Secret<String>) -> Self {
        self.with(KeySource::Passphrase(passphrase))
    }

    /// How an identity file or passphrase file that other users than its owner can read is handled;
    /// [`ExposedKeys::Warn`] by default, because files in Kubernetes mounts are readable for others.
    ///
    /// See [above](Self) for an example.
    pub fn exposed_keys(self, exposed: ExposedKeys) -> Self {
        Self { exposed, ..self }
    }

    /// The maximum work factor of a passphrase, as a power of 2; 20 by default, which takes 1 GiB of memory.
    ///
    /// A ciphertext with a higher work factor is refused before any work is done; otherwise anyone who can write a
    /// file could stop the program. The tool `age` uses 18.
    ///
    /// ```
    /// let age = hotswap::secrets::age::Age::new().max_work_factor(22);
    /// ```
    pub fn max_work_factor(self, log_n: u8) -> Self {
        Self { max_work_factor: log_n, ..self }
    }

    fn with(mut self, given: KeySource) -> Self {
        self.given.push(given);
        self
    }

    /// The current identities.
    #[doc(hidden)]
    pub fn identities(&self) -> Result<Identities, FetchError> {
        Identities::read(&self.sources(), self.exposed, self.max_work_factor)
    }

    /// Where the identities come from, with absolute paths.
    fn sources(&self) -> Vec<KeySource> {
        let given = if self.given.is_empty() { variables() } else { self.given.clone() };
        given.into_iter().map(|source| source.resolved(&self.directory)).collect()
    }

    fn fetch_one(
        &self,
        location: &Location,
        identities: &Result<Identities, FetchError>,
    ) -> Result<Fetched, FetchError> {
        if let Some(Some(payload)) = lock(&self.opened).get(location) {
            return Ok(Fetched::new(payload.clone()));
        }
        let ciphertext = text::decode(location.as_str())?;
        let Opened { plaintext, by_passphrase } =
            identities.as_ref().map_err(Clone::clone)?.open(&ciphertext)?;
        let payload = text::payload(plaintext);
        if by_passphrase && let Some(opened) = lock(&self.opened).get_mut(location) {
            *opened = Some(payload.clone());
        }
        Ok(Fetched::new(payload))
    }
}

impl SecretProvider for Age {
    fn fetch<'a>(&'a self, locations: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
        Box::pin(async move {
            let identities = self.identities();
            locations.iter().map(|location| self.fetch_one(location, &identities)).collect()
        })
    }

    fn open(&self, file: &[u8]) -> Result<Payload, FetchError> {
        Ok(Payload::text(text::from_plaintext(self.identities()?.open_file(file)?)?))
    }

    fn key_files(&self) -> Vec<PathBuf> {
        self.sources().iter().filter_map(KeySource::file).cloned().collect()
    }

    fn working_directory(&self, directory: &Path) {
        self.directory.set(directory);
    }

    fn watch(&self, locations: &[Location], _: Changed) {
        let mut opened = lock(&self.opened);
        opened.retain(|location, _| locations.contains(location));
        for location in locations {
            opened.entry(location.clone()).or_default();
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
