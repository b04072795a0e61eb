//! Converts the form of a value and its rules to keywords.

use serde_json::{Value as Json, json};

use super::{
    super::{Form, FormKind, Leaf},
    Schema,
    text::{self, Text},
};
use crate::rule::{Literal, Requirement};

/// The largest integer that every JSON parser preserves.
const SAFE: i128 = (1 << 53) - 1;

/// Rules without a keyword are added to `unsaid`.
pub(super) fn of_leaf(leaf: &Leaf, unsaid: &mut Vec<Requirement>) -> Schema {
    if leaf.converted {
        // Rules see the value after conversion by the function.
        unsaid.extend(leaf.rules.iter().cloned());
        return schema_of(&leaf.form, &[], unsaid);
    }
    schema_of(&leaf.form, &leaf.rules, unsaid)
}

/// The schema of these types, and of a string that is expanded later.
pub(super) fn typed(types: &[&str], nullable: bool) -> Schema {
    let mut types = types.to_vec();
    types.extend(nullable.then_some("null"));
    let mut schema = Schema::new();
    if !types.contains(&"string") {
        types.push("string");
        schema.insert("pattern".into(), text::TEMPLATE.into());
    }
    let types = if types.len() == 1 { json!(types[0]) } else { json!(types) };
    schema.insert("type".into(), types);
    schema
}

fn schema_of(form: &Form, rules: &[Requirement], unsaid: &mut Vec<Requirement>) -> Schema {
    match &form.kind {
        FormKind::Any => {
            unsaid.extend(rules.iter().cloned());
            Schema::new()
        }
        FormKind::Unit => {
            unsaid.extend(rules.iter().cloned());
            [("type".to_owned(), json!("null"))].into_iter().collect()
        }
        FormKind::Bool => number(typed(&["boolean"], form.nullable), form, rules, unsaid),
        FormKind::Integer(min, max) => {
            let mut schema = typed(&["integer"], form.nullable);
            bound(&mut schema, "minimum", *min);
            bound(&mut schema, "maximum", *max);
            number(schema, form, rules, unsaid)
        }
        FormKind::Number => number(typed(&["number"], form.nullable), form, rules, unsaid),
        FormKind::Char => Text::letter(form.nullable).with(rules, unsaid),
        FormKind::Text(expected) => Text::new(expected, form.nullable).with(rules, unsaid),
        FormKind::Bytes => bytes(form, rules, unsaid),
        FormKind::List(element) => list(form, element, rules, unsaid),
        FormKind::Tuple(elements, length) => tuple(form, elements, *length, rules, unsaid),
        FormKind::Map(value) => map(form, value, rules, unsaid),
        FormKind::Struct(fields) => {
            unsaid.extend(rules.iter().cloned());
            let mut schema = typed(&["object"], form.nullable);
            schema.insert("properties".into(), properties(fields).into());
            let needed: Vec<_> =
                fields.iter().filter(|(_, form)| form.needed).map(|(name, _)| *name).collect();
            if !needed.is_empty() {
                schema.insert("required".into(), json!(needed));
            }
            schema.insert("additionalProperties".into(), false.into());
            schema
        }
        FormKind::Enum(variants) => {
            unsaid.extend(rules.iter().cloned());
            choice(form, variants)
        }
    }
}

fn bound(schema: &mut Schema, keyword: &str, bound: Option<i128>) {
    if let Some(bound) = bound.filter(|bound| (-SAFE..=SAFE).contains(bound)) {
        schema.insert(keyword.into(), json!(i64::try_from(bound).unwrap_or_default()));
    }
}

fn number(mut schema: Schema, form: &Form, rules: &[Requirement], unsaid: &mut Vec<Requirement>) -> Schema {
    for rule in rules {
        let said = match rule {
            Requirement::Range { min, max, exclusive_min, exclusive_max } => {
                range(&mut schema, ["minimum", "exclusiveMinimum"], [min, exclusive_min])
                    & range(&mut schema, ["maximum", "exclusiveMaximum"], [max, exclusive_max])
            }
            Requirement::OneOf(choices) => one_of(&mut schema, choices, form.nullable),
            _ => false,
        };
        if !said {
            unsaid.push(rule.clone());
        }
    }
    schema
}

/// Bounds of a rule replace those of the type. False if one cannot be written.
fn range(schema: &mut Schema, keywords: [&str; 2], bounds: [&Option<Literal>; 2]) -> bool {
    let mut said = true;
    for (keyword, bound) in keywords.into_iter().zip(bounds) {
        let Some(bound) = bound else { continue };
        match bound.json.clone().filter(Json::is_number) {
            Some(number) => {
                schema.remove(keywords[0]);
                schema.insert(keyword.into(), number);
            }
            None => said = false,
        }
    }
    said
}

fn one_of(schema: &mut Schema, choices: &[Literal], nullable: bool) -> bool {
    let choices = text::choices(choices, nullable).filter(|_| !schema.contains_key("anyOf"));
    let Some(choices) = choices else { return false };
    schema.insert("anyOf".into(), json!([{ "enum": choices }, text::template()]));
    schema.remove("pattern");
    true
}

fn bytes(form: &Form, rules: &[Requirement], unsaid: &mut Vec<Requirement>) -> Schema {
    // A rule sees the value, which is not text.
    unsaid.extend(rules.iter().cloned());
    let mut schema = typed(&["string", "array"], form.nullable);
    schema.insert("items".into(), json!({ "type": "integer", "minimum": 0, "maximum": 255 }));
    schema
}

fn list(form: &Form, element: &Form, rules: &[Requirement], unsaid: &mut Vec<Requirement>) -> Schema {
    let mut schema = typed(&["array"], form.nullable);
    let (each, rest) = split(rules);
    schema.insert("items".into(), elements(element, &each, unsaid).into());
    for rule in rest {
        match rule {
            Requirement::Length { min, max, distinct } => {
                size(&mut schema, "minItems", *min);
                size(&mut schema, "maxItems", max.filter(|_| !distinct));
            }
            Requirement::Contains(needle) if element.is_plain_text() => {
                let element = json!({ "anyOf": [{ "const": needle }, text::template()] });
                schema.insert("contains".into(), element);
            }
            other => unsaid.push(other.clone()),
        }
    }
    schema
}

fn tuple(
    form: &Form,
    known: &[Form],
    length: usize,
    rules: &[Requirement],
    unsaid: &mut Vec<Requirement>,
) -> Schema {
    let mut schema = typed(&["array"], form.nullable);
    let (each, rest) = split(rules);
    let mut missed = Vec::new();
    let known: Vec<Schema> = known
        .iter()
        .map(|element| {
            missed.clear();
            elements(element, &each, &mut missed)
        })
        .collect();
    match known.first() {
        Some(first) if known.iter().all(|element| element == first) && known.len() == length => {
            schema.insert("items".into(), first.clone().into());
        }
        _ => drop(schema.insert("prefixItems".into(), json!(known))),
    }
    size(&mut schema, "minItems", Some(length));
    size(&mut schema, "maxItems", Some(length));
    unsaid.extend(missed);
    unsaid.extend(rest.into_iter().cloned());
    schema
}

fn map(form: &Form, value: &Form, rules: &[Requirement], unsaid: &mut Vec<Requirement>) -> Schema {
    let mut schema = typed(&["object"], form.nullable);
    let (each, rest) = split(rules);
    schema.insert("additionalProperties".into(), elements(value, &each, unsaid).into());
    let mut required = Vec::new();
    for rule in rest {
        match rule {
            Requirement::Length { min, max, .. } => {
                size(&mut schema, "minProperties", *min);
                size(&mut schema, "maxProperties", *max);
            }
            Requirement::Contains(key) => required.push(*key),
            other => unsaid.push(other.clone()),
        }
    }
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

fn size(schema: &mut Schema, keyword: &str, bound: Option<usize>) {
    if let Some(bound) = bound {
        schema.insert(keyword.into(), bound.into());
    }
}

/// The rules of the elements, and the other rules.
fn split(rules: &[Requirement]) -> (Vec<Requirement>, Vec<&Requirement>) {
    let mut each = Vec::new();
    let mut rest = Vec::new();
    for rule in rules {
        match rule {
            Requirement::Each(rules) => each.extend(rules.iter().cloned()),
            other => rest.push(other),
        }
    }
    (each, rest)
}

fn elements(form: &Form, each: &[Requirement], unsaid: &mut Vec<Requirement>) -> Schema {
    let mut missed = Vec::new();
    let schema = schema_of(form, each, &mut missed);
    if !missed.is_empty() {
        unsaid.push(Requirement::Each(missed));
    }
    schema
}

fn properties(forms: &[(&'static str, Form)]) -> Schema {
    forms
        .iter()
        .map(|(name, form)| ((*name).to_owned(), schema_of(form, &[], &mut Vec::new()).into()))
        .collect()
}

/// A variant without content is written by its name alone, any other as a table with its name.
fn choice(form: &Form, variants: &[(&'static str, Form)]) -> Schema {
    let plain = variants.iter().filter(|(_, form)| form.kind == FormKind::Unit);
    let mut names: Vec<Json> = plain.map(|(name, _)| (*name).into()).collect();
    let with_content = names.len() < variants.len();
    if form.nullable {
        names.push(Json::Null);
    }
    let mut branches = Vec::new();
    if !names.is_empty() {
        branches.push(json!({ "enum": names }));
    }
    if with_content {
        branches.push(json!({
            "type": "object",
            "properties": properties(variants),
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
        }));
    }
    branches.push(text::template());
    [("anyOf".to_owned(), branches.into())].into_iter().collect()
}
