//! The keys of one table: those of a struct, and of its flattened fields.

use serde_json::{Value as Json, json};

use super::Schema;
use crate::shape::FieldShape;

#[derive(Default)]
pub(super) struct Level {
    properties: Schema,
    required: Vec<Json>,
    /// Names of which one must be present.
    either: Vec<Json>,
    /// The schema of other keys, if a flattened value takes them.
    rest: Option<Json>,
}

impl Level {
    pub(super) fn property(&mut self, name: &str, schema: Schema) {
        self.properties.insert(name.into(), schema.into());
    }

    pub(super) fn require(&mut self, field: &FieldShape) {
        if field.aliases.is_empty() {
            self.required.push(field.key.into());
            return;
        }
        let names = std::iter::once(&field.key).chain(field.aliases);
        let branches: Vec<Json> = names.map(|name| json!({ "required": [name] })).collect();
        self.either.push(json!({ "anyOf": branches }));
    }

    /// A flattened value takes the keys that match no field.
    pub(super) fn open(&mut self, mut value: Schema) {
        let rest = value.remove("additionalProperties").unwrap_or(Json::Bool(true));
        // With two such values, both receive each key.
        self.rest = Some(if self.rest.is_some() { Json::Bool(true) } else { rest });
    }

    pub(super) fn close(self, schema: &mut Schema) {
        schema.insert("properties".into(), self.properties.into());
        if !self.required.is_empty() {
            schema.insert("required".into(), self.required.into());
        }
        if !self.either.is_empty() {
            schema.insert("allOf".into(), self.either.into());
        }
        schema.insert("additionalProperties".into(), self.rest.unwrap_or(Json::Bool(false)));
    }
}
