//! The layers of a configuration that does not load.

use std::sync::Arc;

use super::{ExplainInput, Explanation, Explanations};
use crate::{
    describe::StructInfo, error::Error, keys::Keys, overrides::Overrides, schema::Loadable,
    secrets::lookup::SecretLookup, source::Layer,
};

/// The layers that were read, and the problems for which they are refused.
pub struct Rejected(ExplainInput);

impl Rejected {
    pub(crate) fn new<T: Loadable>(layers: Vec<Arc<Layer>>, secrets: SecretLookup, error: &Error) -> Self {
        let sealed: Vec<_> = layers.iter().flat_map(|layer| layer.sealed_leaves(T::SHAPE)).collect();
        // Secrets inside a type are only known after decoding, which did not happen here.
        let secret = StructInfo::new::<T>().leaves_that_may_be_secret();
        let leaves = T::SHAPE.leaves();
        let hidden = leaves
            .iter()
            .zip(secret)
            .map(|(leaf, secret)| secret || leaf.secret() || sealed.contains(&leaf.keys));
        Self(ExplainInput {
            shape: T::SHAPE,
            hidden: hidden.collect(),
            layers,
            overrides: Overrides::new(),
            tree: None,
            fixed: None,
            secrets,
            refused: error.issues().cloned().collect(),
        })
    }

    /// The values of the layers for the field at this path, and the problems for which it is
    /// refused.
    pub fn explain(&self, path: &str) -> Explanation {
        Explanation::at(&self.0, &Keys::root(), path)
    }

    /// The same for every field.
    pub fn explain_all(&self) -> Explanations {
        Explanations::at(&self.0, 0)
    }
}
