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
            Some(Json::Array(_)) => name.parse().map_or_else(|_| Key::Name((&*name).into()), Key::Index),
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
