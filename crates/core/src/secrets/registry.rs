//! The providers by scheme.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
};

use super::{FetchError, FetchErrorKind, File, SecretProvider, reference::SecretKey};
use crate::sync::lock;

/// The scheme of variables, which need no provider because the configuration reads them anyway.
pub(crate) const ENV: &str = "env";

/// The scheme of files, whose provider always exists.
const FILE: &str = "file";

type Provider = Arc<dyn SecretProvider>;

/// Why a file must not be read as a secret.
type FileRefusal = Box<dyn Fn(&Path) -> Option<FetchError> + Send + Sync>;

/// A secret store that the build knows, whether it is enabled or not.
///
/// The facade has a table of them, which the derive passes to each configuration: a new store changes that table, and
/// not this crate.
#[derive(Clone, Copy, Debug)]
pub struct KnownStore {
    /// The scheme of its references.
    pub scheme: &'static str,
    /// The cargo feature of the facade that enables it.
    pub feature: &'static str,
    /// Opens the store described by the environment, without any request; `None` if it is disabled.
    pub open: Option<fn() -> Arc<dyn SecretProvider>>,
}

/// The providers of one configuration.
#[derive(Default)]
pub(crate) struct ProviderRegistry {
    known: &'static [KnownStore],
    given: BTreeMap<Arc<str>, Provider>,
    /// Providers that are opened at the first reference.
    opened: Mutex<BTreeMap<Arc<str>, Provider>>,
    /// Files that no reference may name, once there is a state directory.
    file_refusal: OnceLock<FileRefusal>,
    /// The working directory at the time of the load.
    directory: Option<PathBuf>,
}

impl ProviderRegistry {
    /// Creates a registry with the stores that the build knows.
    pub(crate) fn new(known: &'static [KnownStore]) -> Self {
        Self { known, ..Self::default() }
    }

    /// Fixes the directory of relative paths: from now on a change of the working directory has no effect on secrets.
    pub(crate) fn fix_working_directory(&mut self) {
        self.directory = std::env::current_dir().ok();
        self.given.values().for_each(|provider| self.pass_directory(&**provider));
    }

    fn pass_directory(&self, provider: &dyn SecretProvider) {
        self.directory.iter().for_each(|directory| provider.working_directory(directory));
    }

    /// The path of a file of a secret, which is relative to the working directory at the time of the load.
    pub(crate) fn resolved(&self, path: &Path) -> PathBuf {
        self.directory.as_ref().map_or_else(|| path.to_owned(), |directory| directory.join(path))
    }

    /// From now on references to some files are refused, whatever the provider says. To be called once.
    pub(crate) fn refuse_files(&self, refusal: impl Fn(&Path) -> Option<FetchError> + Send + Sync + 'static) {
        // A configuration has one state directory.
        let _ = self.file_refusal.set(Box::new(refusal));
    }

    /// Why a location must not be fetched.
    pub(super) fn refusal(&self, secret_key: &SecretKey) -> Option<FetchError> {
        let refusal = self.file_refusal.get().filter(|_| matches!(&*secret_key.scheme, FILE | "age"))?;
        refusal(&self.resolved(Path::new(secret_key.location.as_str())))
    }

    fn known(&self, scheme: &str) -> Option<&'static KnownStore> {
        self.known.iter().find(|store| store.scheme == scheme)
    }

    /// Registers a provider, and replaces any earlier one of the scheme.
    pub(crate) fn register(&mut self, scheme: &str, provider: Provider) {
        self.given.insert(scheme.into(), provider);
    }

    /// The schemes for which the program registered a provider.
    pub(crate) fn registered(&self) -> impl Iterator<Item = &str> {
        self.given.keys().map(|scheme| &**scheme)
    }

    /// Whether a text with this scheme is a reference.
    pub(crate) fn contains(&self, scheme: &str) -> bool {
        self.given.contains_key(scheme) || matches!(scheme, ENV | FILE) || self.known(scheme).is_some()
    }

    /// Every scheme with which a text is a reference.
    pub(crate) fn schemes(&self) -> impl Iterator<Item = &str> {
        let known = self.known.iter().map(|store| store.scheme);
        [ENV, FILE].into_iter().chain(known).chain(self.registered())
    }

    /// The files from which providers read their keys.
    pub(crate) fn key_files(&self) -> Vec<PathBuf> {
        let replaced = |store: &&KnownStore| self.given.contains_key(store.scheme);
        let known = self.known.iter().filter(|store| !replaced(store)).filter_map(|store| self.opened(store));
        self.given.values().cloned().chain(known).flat_map(|provider| provider.key_files()).collect()
    }

    /// Whether the scheme refers to variables.
    pub(crate) fn is_variable(&self, scheme: &str) -> bool {
        scheme == ENV && !self.given.contains_key(ENV)
    }

    /// # Errors
    /// The build has no provider for the scheme, or the environment does not describe the store.
    pub(crate) fn provider(&self, scheme: &str) -> Result<Provider, FetchError> {
        if let Some(given) = self.given.get(scheme) {
            return Ok(Arc::clone(given));
        }
        let mut opened = lock(&self.opened);
        if let Some(open) = opened.get(scheme) {
            return Ok(Arc::clone(open));
        }
        let provider = self.open(scheme).ok_or_else(|| self.absent(scheme))?;
        opened.insert(scheme.into(), Arc::clone(&provider));
        Ok(provider)
    }

    fn open(&self, scheme: &str) -> Option<Provider> {
        let provider: Provider = match scheme {
            FILE => Arc::new(File::new()),
            _ => return self.opened(self.known(scheme)?),
        };
        self.pass_directory(&*provider);
        Some(provider)
    }

    fn opened(&self, store: &KnownStore) -> Option<Provider> {
        let provider = store.open?();
        self.pass_directory(&*provider);
        Some(provider)
    }

    /// The error for a scheme without a provider.
    pub(crate) fn absent(&self, scheme: &str) -> FetchError {
        match self.known(scheme) {
            Some(KnownStore { feature, .. }) => FetchError::new(
                FetchErrorKind::Unsupported,
                format!("it needs the feature `{feature}` of hotswap"),
            )
            .with_help(format!(
                "switch on the cargo feature `{feature}` of hotswap, or give a provider with `Builder::secrets`"
            )),
            None => FetchError::new(
                FetchErrorKind::Unsupported,
                format!("no provider resolves the scheme `{scheme}`"),
            )
            .with_help(format!("give one with `Builder::secrets(\"{scheme}\", ..)`, or correct the scheme")),
        }
    }
}

impl fmt::Debug for ProviderRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.given.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::{BoxFuture, Fetched, Location};

    const OFF: &[KnownStore] = &[KnownStore { scheme: "gcp-sm", feature: "gcp", open: None }];

    #[test]
    fn a_scheme_whose_feature_is_off_names_the_feature() {
        let registry = ProviderRegistry::new(OFF);
        let error = registry.provider("gcp-sm").err().unwrap();
        assert_eq!(error.to_string(), "it needs the feature `gcp` of hotswap");
        assert!(error.help().unwrap().starts_with("switch on the cargo feature `gcp`"), "{error:?}");
        assert!(registry.contains("gcp-sm") && registry.key_files().is_empty());
    }

    #[test]
    fn a_scheme_that_the_build_does_not_know_asks_for_a_provider() {
        let error = ProviderRegistry::new(OFF).provider("keyring").err().unwrap();
        assert_eq!(error.to_string(), "no provider resolves the scheme `keyring`");
        assert!(!ProviderRegistry::new(OFF).contains("keyring"));
    }

    /// Reads its key from a file, and fetches nothing.
    struct Keyed;

    impl SecretProvider for Keyed {
        fn fetch<'a>(&'a self, _: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
            Box::pin(std::future::ready(Vec::new()))
        }

        fn key_files(&self) -> Vec<PathBuf> {
            vec!["key.txt".into()]
        }
    }

    /// Fetches nothing, and needs no key.
    struct Keyless;

    impl SecretProvider for Keyless {
        fn fetch<'a>(&'a self, _: &'a [Location]) -> BoxFuture<'a, Vec<Result<Fetched, FetchError>>> {
            Box::pin(std::future::ready(Vec::new()))
        }
    }

    #[test]
    fn a_provider_of_the_program_replaces_the_known_store() {
        const ON: &[KnownStore] =
            &[KnownStore { scheme: "safe", feature: "safe", open: Some(|| Arc::new(Keyed)) }];
        let mut registry = ProviderRegistry::new(ON);
        assert_eq!(registry.key_files(), [PathBuf::from("key.txt")]);
        assert!(registry.provider("safe").is_ok());
        registry.register("safe", Arc::new(Keyless));
        assert!(registry.key_files().is_empty());
    }
}
