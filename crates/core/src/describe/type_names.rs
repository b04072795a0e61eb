//! Names of forms and fields for authors of configuration files.

use super::{Form, FormKind, table_layout::LeafEntry};

impl Form {
    pub(super) fn words(&self) -> String {
        match &self.kind {
            FormKind::Any => "anything".into(),
            FormKind::Unit => "nothing".into(),
            FormKind::Bool => "true or false".into(),
            FormKind::Integer(..) => "integer".into(),
            FormKind::Number => "number".into(),
            FormKind::Char => "character".into(),
            FormKind::Text(_) if self.is_plain_text() => "text".into(),
            FormKind::Text(expected) => bare(expected).into(),
            FormKind::Bytes => "text, or list of bytes".into(),
            FormKind::List(element) => format!("list of {}", element.plural()),
            FormKind::Tuple(elements, length) => match elements.first() {
                Some(first) if elements.iter().all(|element| element == first) => {
                    format!("list of {length} {}", first.plural())
                }
                _ => format!("list of {length} values"),
            },
            FormKind::Map(value) => format!("table of {}", value.plural()),
            FormKind::Struct(fields) => format!("table of {}", names(fields)),
            FormKind::Enum(variants) => format!("one of {}", names(variants)),
        }
    }

    fn plural(&self) -> String {
        match &self.kind {
            FormKind::Integer(..) => "integers".into(),
            FormKind::Number => "numbers".into(),
            FormKind::Char => "characters".into(),
            FormKind::List(_) | FormKind::Tuple(..) => "lists".into(),
            FormKind::Map(_) => "tables".into(),
            FormKind::Struct(fields) => format!("tables of {}", names(fields)),
            FormKind::Text(expected) if !self.is_plain_text() => format!("values, each a {}", bare(expected)),
            FormKind::Any
            | FormKind::Unit
            | FormKind::Bool
            | FormKind::Text(_)
            | FormKind::Bytes
            | FormKind::Enum(_) => self.words(),
        }
    }
}

fn names(forms: &[(&'static str, Form)]) -> String {
    let names: Vec<String> = forms.iter().map(|(name, _)| format!("`{name}`")).collect();
    names.join(", ")
}

/// The `expecting` message of a type, without its article.
fn bare(expected: &str) -> &str {
    let bare = expected.strip_prefix("a ").or_else(|| expected.strip_prefix("an "));
    bare.unwrap_or(expected)
}

impl LeafEntry<'_> {
    /// The form and the unit of the field.
    pub(super) fn form(&self) -> String {
        let words = self.leaf.form.words();
        self.field.shape.unit.map_or_else(|| words.clone(), |unit| format!("{words} ({unit})"))
    }

    pub(super) fn rules(&self) -> String {
        let rules: Vec<String> = self.leaf.rules.iter().map(ToString::to_string).collect();
        rules.join(", ")
    }
}
