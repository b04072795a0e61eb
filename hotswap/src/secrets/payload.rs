//! What a store gives for one location.

use std::fmt;

use serde_json::Value as Json;
use zeroize::Zeroize;

use crate::{secret::MASK, value::Value};

/// What stands at one location: a text, or named parts of which `#key` picks one. Never shows what it holds, and wipes
/// it at the end.
///
/// ```
/// use hotswap::secrets::Payload;
///
/// let one = Payload::text("hunter2".to_owned());
/// let parts = Payload::json(serde_json::json!({ "user": "app", "password": "hunter2" }));
/// assert_eq!(format!("{one:?} {parts:?}"), "*** ***");
/// ```
#[derive(Clone, PartialEq)]
pub struct Payload(Value);

impl Payload {
    /// A text. `#key` reads it as JSON.
    pub fn text(mut text: String) -> Self {
        let value = Value::secret(Value::variable(&text));
        text.zeroize();
        Self(value)
    }

    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self.0.inside() {
            Value::Untyped(untyped) => Some(&untyped.text),
            _ => None,
        }
    }

    /// Named parts, or any other JSON. Its strings are wiped.
    pub fn json(json: Json) -> Self {
        let value = Value::secret(Value::from(&json));
        wipe(json);
        Self(value)
    }
}

fn wipe(json: Json) {
    match json {
        Json::String(mut text) => text.zeroize(),
        Json::Array(items) => items.into_iter().for_each(wipe),
        Json::Object(entries) => entries.into_iter().for_each(|(_, value)| wipe(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
