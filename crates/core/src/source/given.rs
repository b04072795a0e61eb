//! What a source gave, with its secrets marked, before its keys are checked.

use std::{collections::BTreeSet, sync::Arc};

use super::UnknownKeys;
use crate::{
    keys::Keys,
    scan::ScanCredentials,
    secret::{
        policy::{PlaintextSecrets, SecretSources},
        taint::{Place, Taint},
    },
    secrets::schemes::Schemes,
    shape::Shape,
    value::Value,
};

/// A tree whose secrets are marked.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) tree: Value,
    /// Where secrets stand in it, and places that lead to one.
    pub(crate) places: Vec<Place>,
}

/// What is known of secrets, and what is done about them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretRules {
    /// Leaves in which the decoder met a secret that no field says.
    pub(crate) hidden: BTreeSet<Keys>,
    /// The schemes of references.
    pub(crate) schemes: Arc<Schemes>,
    pub(crate) plaintext: PlaintextSecrets,
    /// Which sources may supply one; [`Stores`](crate::secrets::stores::Stores) tells loads.
    pub(crate) sources: SecretSources,
    pub(crate) scan: ScanCredentials,
}

/// What kind of source it is, as far as secrets are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    /// A file that anybody reads who has it.
    Plain,
    /// A file that only those read who have a key.
    Encrypted,
    /// Variables, of the process or of a dotenv file.
    Variables,
    /// What the program brings.
    Program,
}

/// By which rules a layer is made.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'t> {
    pub(crate) shape: &'static Shape,
    pub(crate) unknown_keys: UnknownKeys,
    pub(crate) medium: Medium,
    pub(crate) secrets: &'t SecretRules,
}

impl SecretRules {
    /// Which values of a source are secret.
    pub(crate) fn taint(&self, shape: &'static Shape) -> Taint<'_> {
        Taint { shape, hidden: &self.hidden, schemes: Some(&self.schemes) }
    }
}

impl Given {
    /// Seals the secrets of a tree, which should have no other owner: what is shared is copied and stays elsewhere.
    pub(crate) fn new(mut tree: Value, taint: Taint<'_>) -> Self {
        let places = taint.seal(&mut tree);
        Self { tree, places }
    }

    /// Seals all of a tree, but for references.
    pub(crate) fn whole(mut tree: Value, taint: Taint<'_>) -> Self {
        let places = taint.seal_all(&mut tree);
        Self { tree, places }
    }

    /// Where the secrets themselves stand.
    pub(crate) fn sealed(&self) -> Vec<Place> {
        self.places.iter().filter(|place| place.is_value()).cloned().collect()
    }
}
