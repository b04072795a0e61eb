//! Text and its rules.
//!
//! A string that is expanded later satisfies no rule yet. If a keyword would refuse it, the rules are in
//! one branch of an `anyOf` and such strings in the other; a pattern contains an alternative instead.

use serde_json::{Value as Json, json};

use super::{Schema, dialect};
use crate::{
    describe::form::is_plain,
    rule::{Literal, Requirement},
};

/// Matches text with `${..}`.
pub(super) const TEMPLATE: &str = r"\$\{";
/// The length of `${A}`.
const SHORTEST_TEMPLATE: usize = 4;

/// Matches a reference to a secret.
const REFERENCE: &str = "^[a-z][a-z0-9+.-]*:.";

/// Accepts a reference wherever a string that is expanded later is accepted.
pub(super) fn admit_references(schema: &mut Schema) {
    for (keyword, value) in schema.iter_mut() {
        match value {
            Json::String(pattern) if keyword == "pattern" && pattern.ends_with(TEMPLATE) => {
                pattern.push_str(&format!("|{REFERENCE}"));
            }
            Json::Object(inside) => admit_references(inside),
            Json::Array(items) => items.iter_mut().filter_map(Json::as_object_mut).for_each(admit_references),
            _ => {}
        }
    }
}

/// A string that is expanded later.
pub(super) fn template() -> Json {
    json!({ "type": "string", "pattern": TEMPLATE })
}

/// Choices as data; `None` if one cannot be written.
pub(super) fn choices(choices: &[Literal], nullable: bool) -> Option<Vec<Json>> {
    let mut choices = choices.iter().map(|choice| choice.json.clone()).collect::<Option<Vec<_>>>()?;
    choices.extend(nullable.then_some(Json::Null));
    Some(choices)
}

#[derive(Default)]
pub(super) struct Text {
    nullable: bool,
    plain: bool,
    min: Option<usize>,
    max: Option<usize>,
    patterns: Vec<String>,
    choices: Option<Vec<Json>>,
    format: Option<&'static str>,
    ip: bool,
}

impl Text {
    pub(super) fn new(expected: &str, nullable: bool) -> Self {
        Self { nullable, plain: is_plain(expected), ..Self::default() }
    }

    pub(super) fn letter(nullable: bool) -> Self {
        Self { nullable, plain: true, min: Some(1), max: Some(1), ..Self::default() }
    }

    pub(super) fn with(mut self, rules: &[Requirement], unsaid: &mut Vec<Requirement>) -> Schema {
        for rule in rules {
            if !self.apply_rule(rule) {
                unsaid.push(rule.clone());
            }
        }
        self.write()
    }

    /// Returns whether keywords can express the rule.
    fn apply_rule(&mut self, rule: &Requirement) -> bool {
        match rule {
            Requirement::Email if self.format.is_none() => self.format = Some("email"),
            Requirement::Url if self.format.is_none() => self.format = Some("uri"),
            Requirement::Ip => self.ip = true,
            _ if !self.plain => return false,
            Requirement::Length { min, max, .. } => {
                self.min = self.min.max(*min);
                self.max = [self.max, *max].into_iter().flatten().min();
            }
            Requirement::Regex(pattern) => match dialect::translated(pattern) {
                Some(pattern) => self.patterns.push(pattern),
                None => return false,
            },
            Requirement::Contains(needle) => self.patterns.push(dialect::escaped(needle)),
            Requirement::OneOf(given) if self.choices.is_none() => {
                self.choices = choices(given, self.nullable);
                return self.choices.is_some();
            }
            _ => return false,
        }
        true
    }

    fn write(mut self) -> Schema {
        let mut schema = super::leaf::typed(&["string"], self.nullable);
        if let Some(format) = self.format {
            schema.insert("format".into(), format.into());
        }
        let refuses = self.max.is_some() || self.choices.is_some() || self.min > Some(SHORTEST_TEMPLATE);
        let mut either = Vec::new();
        if refuses {
            let mut branch = Schema::new();
            self.constrain(&mut branch, |pattern| pattern);
            either.push(json!([branch, template()]));
        } else {
            self.constrain(&mut schema, |pattern| format!("{pattern}|{TEMPLATE}"));
        }
        if self.ip {
            either.push(json!([{ "format": "ipv4" }, { "format": "ipv6" }, template()]));
        }
        let mut either = either.into_iter();
        if let Some(first) = either.next() {
            schema.insert("anyOf".into(), first);
        }
        for more in either {
            all_of(&mut schema).push(json!({ "anyOf": more }));
        }
        schema
    }

    fn constrain(&mut self, schema: &mut Schema, pattern: impl Fn(String) -> String) {
        for (keyword, bound) in [("minLength", self.min), ("maxLength", self.max)] {
            if let Some(bound) = bound {
                schema.insert(keyword.into(), bound.into());
            }
        }
        if let Some(choices) = self.choices.take() {
            schema.insert("enum".into(), choices.into());
        }
        for text in std::mem::take(&mut self.patterns) {
            let text = pattern(text);
            match schema.contains_key("pattern") {
                false => drop(schema.insert("pattern".into(), text.into())),
                true => all_of(schema).push(json!({ "pattern": text })),
            }
        }
    }
}

fn all_of(schema: &mut Schema) -> &mut Vec<Json> {
    let list = schema.entry("allOf").or_insert_with(|| json!([]));
    if !list.is_array() {
        *list = json!([]);
    }
    match list {
        Json::Array(list) => list,
        _ => unreachable!("made a list above"),
    }
}
