//! The tree of a source with its secrets marked, before its keys are checked.

use std::{collections::BTreeSet, sync::Arc};

use super::UnknownKeys;
use crate::{
    keys::Keys,
    scan::ScanCredentials,
    secret::{
        marker::{SecretMarker, SecretSite},
        policy::{PlaintextSecrets, SecretSources},
    },
    secrets::registry::ProviderRegistry,
    shape::Shape,
    value::Value,
};

/// A tree whose secrets are marked.
#[derive(Clone, Debug)]
pub(crate) struct ParsedLayer {
    pub(crate) tree: Value,
    /// The paths of secrets in it, and of references to secrets.
    pub(crate) places: Vec<SecretSite>,
}

/// The policy for secrets: which values are secret, and where secrets are allowed.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretPolicy {
    /// Leaves not marked secret in which the decoder read a secret.
    pub(crate) hidden: BTreeSet<Keys>,
    /// The providers by scheme: they decide which texts are references.
    pub(crate) providers: Arc<ProviderRegistry>,
    pub(crate) plaintext: PlaintextSecrets,
    /// The sources that may supply a secret; [`SecretManager`](crate::secrets::secret_manager::SecretManager)
    /// passes this to loads.
    pub(crate) sources: SecretSources,
    pub(crate) scan: ScanCredentials,
}

/// The kind of a source, which decides how secrets in it are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind {
    /// A plain-text file.
    Plain,
    /// An encrypted file.
    Encrypted,
    /// Variables, of the process or of a dotenv file.
    Variables,
    /// A source of the program.
    Program,
}

/// The options of a layer.
#[derive(Clone, Copy)]
pub(crate) struct LayerOptions<'t> {
    pub(crate) shape: &'static Shape,
    pub(crate) unknown_keys: UnknownKeys,
    pub(crate) source_kind: SourceKind,
    pub(crate) secrets: &'t SecretPolicy,
}

impl SecretPolicy {
    /// The marker for the secret values of a source.
    pub(crate) fn marker(&self, shape: &'static Shape) -> SecretMarker<'_> {
        SecretMarker { shape, hidden: &self.hidden, providers: Some(&self.providers) }
    }
}

impl ParsedLayer {
    /// Seals the secrets of a tree, which should have no other owner, because shared values are copied and the
    /// originals stay.
    pub(crate) fn new(mut tree: Value, marker: SecretMarker<'_>) -> Self {
        let places = marker.mark(&mut tree);
        Self { tree, places }
    }

    /// Seals a whole tree except references.
    pub(crate) fn whole(mut tree: Value, marker: SecretMarker<'_>) -> Self {
        let places = marker.mark_all(&mut tree);
        Self { tree, places }
    }

    /// The paths of the secrets themselves.
    pub(crate) fn secret_sites(&self) -> Vec<SecretSite> {
        self.places.iter().filter(|place| place.is_value()).cloned().collect()
    }
}
