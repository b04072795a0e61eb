//! Annotations: defaults, attributes, and properties without a keyword.

use serde_json::{Value as Json, json};

use super::{
    super::{FieldContext, FieldInfo, StructInfo},
    Schema, Writer,
};
use crate::{rule::Requirement, shape::Merge, value::Value};

/// The value as written in a file; `None` if JSON cannot represent it.
pub(super) fn json(value: &Value) -> Option<Json> {
    match value {
        Value::Null | Value::Secret(_) | Value::Bytes(_) | Value::Uint(_) => None,
        Value::Int(int) => {
            i64::try_from(*int).map(Json::from).or_else(|_| u64::try_from(*int).map(Json::from)).ok()
        }
        Value::Float(float) => serde_json::Number::from_f64(*float).map(Json::Number),
        Value::List(items) => items.iter().map(json).collect::<Option<Vec<_>>>().map(Json::Array),
        Value::Table(table) => {
            let entries = table.iter().map(|(key, value)| Some((key.to_string(), json(value)?)));
            entries.collect::<Option<Schema>>().map(Json::Object)
        }
        Value::Bool(_) | Value::Text(_) | Value::Untyped(_) | Value::Template(_) => Some(value.to_json()),
    }
}

/// The requirements of a struct as a whole.
pub(super) fn of_section(schema: &mut Schema, section: &StructInfo) {
    let mut marks = Schema::new();
    unsaid(&mut marks, &section.checks);
    close(schema, marks);
}

impl Writer<'_> {
    pub(super) fn mark(
        &self,
        schema: &mut Schema,
        field: &FieldInfo,
        place: &FieldContext,
        rules: &[Requirement],
    ) {
        let shape = field.shape;
        let mut marks = Schema::new();
        if let Some(advice) = shape.deprecated {
            schema.insert("deprecated".into(), true.into());
            self.annotate(&mut marks, "deprecated", advice);
        }
        if place.secret {
            schema.insert("writeOnly".into(), true.into());
            marks.insert("secret".into(), true.into());
            if let Some(reference) = shape.reference {
                marks.insert("reference".into(), reference.into());
            }
        }
        if place.restart {
            marks.insert("restart".into(), true.into());
        }
        if let Some(unit) = shape.unit {
            marks.insert("unit".into(), unit.into());
        }
        if let Some(variable) = self.names.and_then(|names| names.variable(&place.keys)) {
            marks.insert("env".into(), variable.into());
        }
        if let Some(merge) = merge(shape.merge) {
            marks.insert("merge".into(), merge);
        }
        unsaid(&mut marks, rules);
        close(schema, marks);
    }
}

fn merge(merge: Merge) -> Option<Json> {
    match merge {
        Merge::Deep => None,
        Merge::Replace => Some("replace".into()),
        Merge::Append => Some("append".into()),
        Merge::Union => Some("union".into()),
        Merge::Key(name) => Some(json!({ "key": name })),
    }
}

/// Rules without a keyword.
fn unsaid(marks: &mut Schema, rules: &[Requirement]) {
    let mut add = |name: &str, value: Json| {
        let list = marks.entry(name).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(value);
        }
    };
    for rule in rules {
        match rule {
            Requirement::Custom(path) => add("custom", (*path).into()),
            Requirement::Check(path) => add("check", (*path).into()),
            Requirement::Validate => {}
            other => add("rules", other.to_string().into()),
        }
    }
    if rules.contains(&Requirement::Validate) {
        marks.insert("validate".into(), true.into());
    }
}

fn close(schema: &mut Schema, marks: Schema) {
    if !marks.is_empty() {
        schema.insert("x-hotswap".into(), marks.into());
    }
}
