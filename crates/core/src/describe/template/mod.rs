//! A file with every field, which loads back to the defaults.
//!
//! Fields without a default and secrets are commented out: a line takes effect when its first `#` is removed.
//! JSON has no comments, so they are `null` there.

mod comment;
mod json;
mod toml;
mod yaml;

use super::{Form, FormKind, StructInfo, table_layout::LeafEntry};
use crate::{
    rule::Requirement,
    source::{
        format::{Format, write},
        names::Names,
    },
    value::Value,
};

pub(super) fn render(section: &StructInfo, names: Option<&Names>, format: Format) -> String {
    match format {
        Format::Toml => toml::render(section, names),
        Format::Yaml => yaml::render(section, names),
        Format::Json => json::render(section),
    }
}

/// A line of a template.
enum Line {
    /// The default.
    Live(String),
    /// An example value for a field without a default.
    Example(String),
}

impl LeafEntry<'_> {
    /// The value to show; an example if the format cannot write the default.
    fn line(&self, names: Option<&Names>, format: Format) -> Line {
        let default = self.field.default().filter(|_| !self.place.secret && !self.place.optional);
        match default.and_then(|default| write::value(&default, format)) {
            Some(text) => Line::Live(text),
            None => Line::Example(write::value(&self.example(names), format).unwrap_or_default()),
        }
    }

    fn example(&self, names: Option<&Names>) -> Value {
        if let Some(reference) = self.field.shape.reference {
            return Value::Template(reference.into());
        }
        if self.place.secret {
            let variable = self.variable(names);
            return variable.map_or(Value::text(""), |name| Value::Template(format!("${{{name}}}").into()));
        }
        let chosen = self.leaf.rules.iter().find_map(|rule| match rule {
            Requirement::OneOf(choices) => choices.first()?.json.clone().map(Value::from),
            Requirement::Range { min: Some(min), .. } => min.json.clone().map(Value::from),
            _ => None,
        });
        chosen.unwrap_or_else(|| example(&self.leaf.form))
    }
}

fn example(form: &Form) -> Value {
    match &form.kind {
        FormKind::Bool => Value::Bool(false),
        FormKind::Integer(..) => Value::Int(0),
        FormKind::Number => Value::Float(0.0),
        FormKind::List(_) | FormKind::Tuple(..) => Value::list([]),
        FormKind::Map(_) => Value::empty(),
        FormKind::Struct(fields) => {
            Value::table(fields.iter().map(|(name, form)| ((*name).into(), example(form))))
        }
        FormKind::Enum(variants) => match variants.first() {
            Some((name, form)) if form.kind != FormKind::Unit => {
                Value::table([((*name).into(), example(form))])
            }
            Some((name, _)) => Value::text(name),
            None => Value::text(""),
        },
        FormKind::Any | FormKind::Unit | FormKind::Char | FormKind::Text(_) | FormKind::Bytes => {
            Value::text("")
        }
    }
}

/// A blank line between the entries of a table; at the root also before the first one.
fn gap(text: &mut String, start: usize, root: bool) {
    if root || text.len() > start {
        text.push('\n');
    }
}

/// Comments out a text whose lines have this indentation.
fn commented(text: &str, indent: usize) -> String {
    let lines = text.lines().map(|line| match line.split_at_checked(indent) {
        Some((blanks, rest)) if !rest.is_empty() => format!("{blanks}#{rest}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// Whether a text contains anything but comments.
fn is_live(text: &str) -> bool {
    text.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}
