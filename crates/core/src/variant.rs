//! Serialized enums to which a newer version of the crate may add variants.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value as Json;

/// A variant as serde writes it: its name, or a table with its name as the only key.
pub(crate) enum Variant {
    /// A known name, with its content.
    Known(Json),
    /// An unknown name.
    Other(String),
}

/// Reads a variant.
///
/// # Errors
/// The input is not a variant.
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
