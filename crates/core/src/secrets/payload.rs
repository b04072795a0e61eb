//! The content of one location in a store.

use std::{fmt, sync::Arc};

use serde_json::Value as Json;
use zeroize::Zeroize;

use super::FetchError;
use crate::{
    secret::MASK,
    suggest::did_you_mean,
    value::{MAX_DEPTH, Value, too_deep},
};

/// The content of one location: a text, bytes, or named parts of which `#key` selects one. It is redacted when
/// displayed, and wiped when dropped.
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

    /// Bytes that need not be text, for a secret of type `Secret<Vec<u8>>`. Valid UTF-8 can be read as text, too.
    ///
    /// ```
    /// let key = hotswap::secrets::Payload::bytes(vec![0xff, 0x00]);
    /// assert_eq!(format!("{key:?}"), "***");
    /// ```
    pub fn bytes(mut bytes: Vec<u8>) -> Self {
        let value = Value::secret(Value::Bytes(Arc::from(&*bytes)));
        bytes.zeroize();
        Self(value)
    }

    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        text(self.0.inside())
    }

    /// Named parts, or any other JSON. Its strings are wiped.
    pub fn json(json: Json) -> Self {
        let value = Value::secret(Value::from(&json));
        wipe(json);
        Self(value)
    }

    /// The part that `#key` selects, or the whole content; a secret in either case.
    pub(crate) fn part(&self, key: Option<&str>) -> Result<Value, FetchError> {
        match key {
            Some(key) => self.opened().part(key),
            None if self.0.is_deeper_than(MAX_DEPTH) => Err(FetchError::invalid(too_deep())),
            None => Ok(self.0.clone()),
        }
    }

    /// Its named parts, parsed once for all keys.
    pub(crate) fn opened(&self) -> Opened {
        let opened = match self.0.inside() {
            // The error of the parser may contain the text.
            whole @ (Value::Untyped(_) | Value::Bytes(_)) => match text(whole).map(serde_json::from_str) {
                Some(Ok(json)) => Self::json(json),
                Some(Err(_)) => return Opened::NoJson("a text"),
                None => return Opened::NoJson("bytes"),
            },
            _ => self.clone(),
        };
        if opened.0.is_deeper_than(MAX_DEPTH) { Opened::TooDeep } else { Opened::Parts(opened) }
    }
}

/// The parsed content, from which `#key` selects a part.
pub(crate) enum Opened {
    Parts(Payload),
    /// The kind of content that is not JSON.
    NoJson(&'static str),
    TooDeep,
}

impl Opened {
    /// The part that `#key` selects; a secret.
    pub(crate) fn part(&self, key: &str) -> Result<Value, FetchError> {
        let whole = match self {
            Self::Parts(parts) => parts.0.inside(),
            Self::NoJson(found) => return Err(no_json(found, key)),
            Self::TooDeep => return Err(FetchError::invalid(too_deep())),
        };
        let part = find(whole, key).ok_or_else(|| no_key(whole, key))?;
        // Stores may contain numbers as text.
        let part = if let Value::Text(text) = part { Value::variable(text) } else { part.clone() };
        Ok(Value::secret(part))
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Untyped(untyped) => Some(&untyped.text),
        Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn no_json(found: &str, key: &str) -> FetchError {
    FetchError::invalid(format!("it is {found} and no JSON, so it has no key `{key}`"))
        .with_help("leave the key out of the reference")
}

/// Finds a key by its whole name, else by a path of names and list indices.
fn find<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let step = |name: &str| match value {
        Value::Table(table) => table.get(name),
        Value::List(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    };
    let below = |(dot, _): (usize, &str)| find(step(&key[..dot])?, &key[dot + 1..]);
    step(key).or_else(|| key.match_indices('.').find_map(below))
}

fn no_key(whole: &Value, key: &str) -> FetchError {
    let error = FetchError::not_found(format!("there is no key `{key}`"));
    let names = whole.as_table().into_iter().flat_map(|table| table.keys().map(|name| &**name));
    match did_you_mean(key, names) {
        Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
        None => error.with_help("correct the key, or add it in the store"),
    }
}

/// Drops JSON and overwrites its strings.
pub(crate) fn wipe(json: Json) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn part(payload: &Payload, key: &str) -> Result<Value, String> {
        let text = |error: FetchError| format!("{error}; {}", error.help().unwrap_or_default());
        payload.part(Some(key)).map(|value| value.inside().clone()).map_err(text)
    }

    #[test]
    fn a_key_picks_a_part() {
        let parts = Payload::json(serde_json::json!({
            "user": "app", "port": 5432, "a.b": "whole", "a": { "b": "inner", "c": ["x", "y"] }
        }));
        assert_eq!(part(&parts, "user"), Ok(Value::variable("app")));
        assert_eq!(part(&parts, "port"), Ok(Value::Int(5432)));
        assert_eq!(part(&parts, "a.b"), Ok(Value::variable("whole")));
        assert_eq!(part(&parts, "a.c.1"), Ok(Value::variable("y")));
        assert_eq!(part(&parts, "usr").unwrap_err(), "there is no key `usr`; did you mean `user`?");
        assert!(part(&parts, "a.c.2").is_err());
        assert_eq!(parts.part(None).unwrap(), parts.0);
    }

    #[test]
    fn a_key_reads_a_text_as_json() {
        let text = Payload::text(r#"{"password": "hunter2"}"#.to_owned());
        assert_eq!(part(&text, "password"), Ok(Value::variable("hunter2")));
        let error = part(&Payload::text("hunter2".to_owned()), "password").unwrap_err();
        assert!(error.starts_with("it is a text and no JSON") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_key_reads_bytes_as_json_if_they_are_some() {
        let json = Payload::bytes(br#"{"password": "hunter2"}"#.to_vec());
        assert_eq!(part(&json, "password"), Ok(Value::variable("hunter2")));
        let error = part(&Payload::bytes(b"hunter\xff".to_vec()), "password").unwrap_err();
        assert_eq!(
            error,
            "it is bytes and no JSON, so it has no key `password`; leave the key out of the reference"
        );
    }

    #[test]
    fn bytes_are_equal_by_content() {
        let bytes = |bytes: &[u8]| Payload::bytes(bytes.to_vec());
        assert_eq!(bytes(&[1, 255]), bytes(&[1, 255]));
        assert_ne!(bytes(&[1, 255]), bytes(&[1, 254]));
        assert_ne!(bytes(&[1, 255]), bytes(&[1]));
    }
}
