//! Which provider resolves the references of a scheme.

use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use super::{FetchError, FetchErrorKind, File, SecretProvider};
use crate::sync::lock;

/// The scheme of variables, which need no provider: the configuration knows them anyway.
pub(crate) const ENV: &str = "env";

type Provider = Arc<dyn SecretProvider>;
type Opened = Result<Provider, FetchError>;

/// One line per scheme: its name, its cargo feature and, where this crate brings it, what opens the store
/// that the
/// environment names.
macro_rules! stores {
    ($($scheme:literal needs $feature:literal $(=> $open:expr)?;)+) => {
        /// The cargo feature that brings the scheme's provider.
        fn feature(scheme: &str) -> Option<&'static str> {
            match scheme {
                $($scheme => Some($feature),)+
                _ => None,
            }
        }

        fn open(scheme: &str) -> Option<Opened> {
            match scheme {
                "file" => Some(Ok(Arc::new(File::new()))),
                $($(
                    #[cfg(feature = $feature)]
                    $scheme => Some($open),
                )?)+
                _ => None,
            }
        }
    };
}

stores! {
    "vault" needs "vault" => Ok(Arc::new(super::vault::Vault::from_env()));
    "age" needs "age" => Ok(Arc::new(super::age::Age::new()));
    "aws-sm" needs "aws" => Ok(Arc::new(super::aws::SecretsManager::from_env()));
    "aws-ssm" needs "aws" => Ok(Arc::new(super::aws::ParameterStore::from_env()));
    "gcp-sm" needs "gcp" => Ok(Arc::new(super::google::SecretManager::from_env()));
}

/// The providers of one configuration.
#[derive(Default)]
pub(crate) struct Schemes {
    given: BTreeMap<Arc<str>, Provider>,
    /// Those that are opened when the first reference asks for them.
    opened: Mutex<BTreeMap<Arc<str>, Provider>>,
}

impl Schemes {
    /// Puts a provider in the place of whoever had the scheme.
    pub(crate) fn give(&mut self, scheme: &str, provider: Provider) {
        self.given.insert(scheme.into(), provider);
    }

    /// The schemes that the program gave a provider for.
    pub(crate) fn given(&self) -> impl Iterator<Item = &str> {
        self.given.keys().map(|scheme| &**scheme)
    }

    /// Whether a text with this scheme is a reference.
    pub(crate) fn knows(&self, scheme: &str) -> bool {
        self.given.contains_key(scheme) || matches!(scheme, ENV | "file") || feature(scheme).is_some()
    }

    /// The files from which providers take their keys.
    pub(crate) fn key_files(&self) -> Vec<PathBuf> {
        let given = self.given.values().flat_map(|provider| provider.key_files());
        #[cfg(feature = "age")]
        let given = given.chain(
            (!self.given.contains_key("age"))
                .then(|| super::age::Age::new().key_files())
                .into_iter()
                .flatten(),
        );
        given.collect()
    }

    /// Whether the variables of the configuration are meant.
    pub(crate) fn is_variable(&self, scheme: &str) -> bool {
        scheme == ENV && !self.given.contains_key(ENV)
    }

    /// # Errors
    /// The build has no provider for the scheme, or the environment does not say where the store is.
    pub(crate) fn provider(&self, scheme: &str) -> Opened {
        if let Some(given) = self.given.get(scheme) {
            return Ok(Arc::clone(given));
        }
        let mut opened = lock(&self.opened);
        if let Some(open) = opened.get(scheme) {
            return Ok(Arc::clone(open));
        }
        let provider = open(scheme).unwrap_or_else(|| Err(absent(scheme)))?;
        opened.insert(scheme.into(), Arc::clone(&provider));
        Ok(provider)
    }
}

/// Why nobody resolves a scheme.
pub(crate) fn absent(scheme: &str) -> FetchError {
    match feature(scheme) {
        Some(feature) => FetchError::new(
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

impl fmt::Debug for Schemes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.given.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With it, there would be a provider, and nobody would ask.
    #[test]
    fn a_scheme_whose_feature_is_off_names_the_feature() {
        let error = absent("gcp-sm");
        assert_eq!(error.to_string(), "it needs the feature `gcp` of hotswap");
        assert!(error.help().unwrap().starts_with("switch on the cargo feature `gcp`"), "{error:?}");
    }
}
