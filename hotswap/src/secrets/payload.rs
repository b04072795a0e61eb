//! What a store gives for one location.

use std::fmt;

use serde_json::Value as Json;
use zeroize::Zeroize;

use super::FetchError;
use crate::{secret::MASK, suggest::did_you_mean, value::Value};

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

    /// What `#key` picks, or all of it; a secret in either case.
    pub(crate) fn part(&self, key: Option<&str>) -> Result<Value, FetchError> {
        let Some(key) = key else { return Ok(self.0.clone()) };
        let read;
        let whole = match self.0.inside() {
            Value::Untyped(untyped) => {
                read = Self::json(parsed(&untyped.text, key)?);
                read.0.inside()
            }
            whole => whole,
        };
        let part = find(whole, key).ok_or_else(|| no_key(whole, key))?;
        // Stores keep numbers as text, too.
        let part = if let Value::Text(text) = part { Value::variable(text) } else { part.clone() };
        Ok(Value::secret(part))
    }
}

fn parsed(text: &str, key: &str) -> Result<Json, FetchError> {
    // The parser's words may repeat the text.
    serde_json::from_str(text).map_err(|_| {
        FetchError::invalid(format!("it is a text and no JSON, so it has no key `{key}`"))
            .with_help("leave the key out of the reference")
    })
}

/// A name as it stands, else a way down through names and places in lists.
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

pub(super) fn wipe(json: Json) {
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
}
