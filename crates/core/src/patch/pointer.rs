//! JSON pointers (RFC 6901) as paths in the value tree.

use json_patch::jsonptr::Pointer;
use serde_json::Value as Json;

use crate::keys::{Key, Keys};

/// The path of a pointer below `base`; a number is an index if the document has a list there.
pub(super) fn keys(base: &Keys, document: &Json, pointer: &Pointer) -> Keys {
    let mut keys = base.clone();
    let mut here = Some(document);
    for token in pointer.tokens() {
        let name = token.decoded();
        let key = match here {
            Some(Json::Array(_)) => index(&name).map_or_else(|| Key::Name((&*name).into()), Key::Index),
            _ => Key::Name((&*name).into()),
        };
        here = here.and_then(|here| match (here, &key) {
            (Json::Array(items), Key::Index(index)) => items.get(*index),
            (Json::Object(entries), Key::Name(name)) => entries.get(&**name),
            _ => None,
        });
        keys.0.push(key);
    }
    keys
}

/// An index as RFC 6901 spells it: without a sign or leading zeros.
fn index(token: &str) -> Option<usize> {
    let is_plain = token == "0" || !token.starts_with(['0', '+']);
    token.parse().ok().filter(|_| is_plain)
}

/// The first token that is meant for an element of a list and is no index. `-` is the end of a list.
pub(super) fn bad_index(document: &Json, pointer: &Pointer) -> Option<String> {
    let mut here = document;
    for token in pointer.tokens() {
        let name = token.decoded();
        here = match here {
            Json::Array(items) => match index(&name) {
                Some(index) => items.get(index)?,
                None => return (name != "-").then(|| name.into_owned()),
            },
            Json::Object(entries) => entries.get(&*name)?,
            _ => return None,
        };
    }
    None
}
