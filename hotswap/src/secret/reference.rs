//! What a reference to a secret looks like.

use std::collections::BTreeSet;

/// The schemes that every configuration knows.
const SCHEMES: &[&str] = &["env", "file", "vault", "aws-sm", "aws-ssm", "gcp-sm", "age"];

/// Whether a text says where a secret is, and is none itself.
pub(crate) fn is_reference(text: &str, registered: &BTreeSet<String>) -> bool {
    let Some((scheme, location)) = text.split_once(':') else { return false };
    !location.is_empty() && (SCHEMES.contains(&scheme) || registered.contains(scheme))
}
