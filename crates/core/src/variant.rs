//! Enums on the wire, of which a newer version of the crate may have more variants.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value as Json;

/// A variant as serde writes it: its name, or a table with its name as the only key.
pub(crate) enum Variant {
    /// One of the names that are known, with its content.
    Known(Json),
    /// The name of another one.
    Other(String),
}

/// Reads a variant.
///
/// # Errors
/// It is no variant at all.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D, known: &[&str]) -> Result<Variant, D::Error> {
    let value = Json::deserialize(deserializer)?;
    let name = match &value {
        Json::String(name) => Some(name),
        Json::Object(table) if table.len() == 1 => table.keys().next(),
        _ => None,
    };
    match name {
        Some(name) if !known.contains(&name.as_str()) => Ok(Variant::Other(name.clone())),
        Some(_) => Ok(Variant::Known(value)),
        None => {
            Err(D::Error::custom("expected the name of a variant, or a table with that name as its only key"))
        }
    }
}
