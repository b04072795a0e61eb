//! The lists and tables in the text of a variable. Only the type that reads the text knows whether it is a list or
//! table, so it is parsed when a type first asks for one, and the result is kept next to the text.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use zeroize::Zeroize;

use crate::{
    keys::{Key, Keys},
    source::format::{JsonFault, json_value},
    sync::init,
    value::{Dialect, Untyped, Value},
};

type Read = Result<Value, Malformed>;

/// The parsed forms of a text for which a type has asked.
#[derive(Default)]
pub(crate) struct Parsed {
    /// The text before interpolation.
    pub(crate) template: Option<Box<str>>,
    /// Whether the template cannot be written to a file: it has the syntax of dotenv files, or the text is only a part
    /// of its result.
    pub(crate) display_only: bool,
    /// Whether the text comes from the template alone: from defaults, and not from variables.
    pub(crate) literal: bool,
    json: OnceLock<Read>,
    items: OnceLock<Value>,
    /// The list or table in an interpolated text, with the template on each scalar.
    marked: OnceLock<Value>,
}

pub(crate) const NOT_JSON: &str = "not valid JSON";
const HOW: &str = "write a list as a,b or as JSON, a table as JSON";

/// The syntax error of a text that starts like JSON. Quotes only keys of the text.
#[derive(Debug)]
pub(crate) struct Malformed {
    /// The path of the error, as far as it is known.
    pub(crate) keys: Keys,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Default for Malformed {
    fn default() -> Self {
        Self { keys: Keys::root(), message: NOT_JSON.to_owned(), help: HOW.to_owned() }
    }
}

impl Parsed {
    pub(crate) fn of_template(template: &str) -> Self {
        let mut parsed = Self::default();
        parsed.template = Some(template.into());
        parsed
    }
}

/// The text may contain a secret.
impl fmt::Debug for Parsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The text may be sealed after it was parsed.
impl Drop for Parsed {
    fn drop(&mut self) {
        self.json.take().into_iter().flatten().for_each(|mut value| value.wipe());
        self.items.take().into_iter().for_each(|mut value| value.wipe());
        self.marked.take().into_iter().for_each(|mut value| value.wipe());
        self.template.iter_mut().for_each(|template| template.zeroize());
    }
}

impl Untyped {
    /// The text as a list: JSON, or `a,b`. `None` for a plain YAML scalar.
    pub(crate) fn list(&self) -> Option<Result<&Value, &Malformed>> {
        match self.json() {
            Some(json) => Some(json),
            None => Some(Ok(init(&self.parsed.as_ref()?.items, || items(&self.text)))),
        }
    }

    /// The text as JSON; `None` if it does not start like a list or table.
    pub(crate) fn json(&self) -> Option<Result<&Value, &Malformed>> {
        let parsed = self.parsed.as_ref()?;
        self.begins_like_json().then(|| init(&parsed.json, || json(&self.text)).as_ref())
    }

    /// Whether the text is one that holds a list or table for a type that asks for any value.
    pub(crate) fn begins_like_json(&self) -> bool {
        let text = self.text.trim_start();
        self.parsed.is_some() && text.starts_with(['{', '[']) && !begins_with_word_in_brackets(text)
    }

    /// The text as the list or table that `key` leads into.
    pub(crate) fn opened(&self, key: &Key) -> Option<&Value> {
        let read = match key {
            Key::Name(_) => self.json(),
            Key::Index(_) => self.list(),
        };
        self.with_template(read?.ok()?)
    }

    /// The text as a list whose items may be used separately.
    pub(crate) fn items(&self) -> Option<&Value> {
        self.with_template(self.list()?.ok()?)
    }

    /// Part of an interpolated text may be the value of a variable, so it is shown by the template of the whole.
    fn with_template<'v>(&'v self, read: &'v Value) -> Option<&'v Value> {
        let parsed = self.parsed.as_ref()?;
        Some(match &parsed.template {
            Some(template) => init(&parsed.marked, || with_template(read, template, parsed.literal)),
            None => read,
        })
    }

    /// A value that a type made from part of the interpolated text, with the template of the whole on each scalar.
    pub(crate) fn part(&self, value: &Value) -> Value {
        match self.parsed.as_ref().and_then(|parsed| Some((parsed.template.as_ref()?, parsed.literal))) {
            Some((template, literal)) => with_template(value, template, literal),
            None => value.clone(),
        }
    }

    pub(crate) fn below(&self, key: &Key) -> Option<&Value> {
        match (key, self.opened(key)?) {
            (Key::Name(name), Value::Table(table)) => table.get(name),
            (Key::Index(index), Value::List(items)) => items.get(*index),
            _ => None,
        }
    }
}

fn with_template(value: &Value, template: &str, literal: bool) -> Value {
    let text = |text: &str, dialect| Value::display_only(text, template, literal, dialect);
    match value {
        Value::List(items) => Value::list(items.iter().map(|item| with_template(item, template, literal))),
        Value::Table(table) => {
            let entry = |(name, value): (&Arc<str>, &Value)| {
                (Arc::clone(name), with_template(value, template, literal))
            };
            Value::table(table.iter().map(entry))
        }
        Value::Text(own) => text(own, Dialect::Interpolated),
        Value::Untyped(untyped) => text(&untyped.text, untyped.dialect),
        Value::Bool(own) => text(&own.to_string(), Dialect::Variable),
        Value::Int(own) => text(&own.to_string(), Dialect::Variable),
        Value::Uint(own) => text(&own.to_string(), Dialect::Variable),
        Value::Float(own) => text(&own.to_string(), Dialect::Variable),
        other => other.clone(),
    }
}

/// Whether the first brackets hold what no list of JSON does: `[::1]:80` is an address, `[a-z]*.log` a pattern. Before a
/// comma, so does `[a-z]`, but not `[1]`.
fn begins_with_word_in_brackets(text: &str) -> bool {
    let Some((inside, behind)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) else {
        return false;
    };
    if inside.contains(['"', '{', '[', ',']) {
        return false;
    }
    match behind.trim_start().strip_prefix(',') {
        Some(_) => inside.contains(':') || !is_json_scalar(inside.trim()),
        None => inside.contains(':') || behind.starts_with(|next: char| !next.is_whitespace()),
    }
}

/// Whether it is a number, a truth value or null, or nothing.
fn is_json_scalar(text: &str) -> bool {
    let first = |text: &str| text.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit());
    matches!(text, "" | "true" | "false" | "null") || (first(text) && text.parse::<f64>().is_ok())
}

/// Splits at commas. A comma after the last item adds no item.
fn items(text: &str) -> Value {
    let text = text.trim();
    let text = text.strip_suffix(',').unwrap_or(text);
    match text {
        "" => Value::list([]),
        text => Value::list(text.split(',').map(|item| Value::variable(item.trim()))),
    }
}

fn json(text: &str) -> Read {
    json_value(text).map_err(|faults| {
        let fault = faults.into_iter().min_by_key(|fault| fault.offset);
        fault.map_or_else(Malformed::default, |fault| malformed(text, fault))
    })
}

fn malformed(text: &str, JsonFault { keys, offset, message, syntax }: JsonFault) -> Malformed {
    let character = text.get(..offset).map_or(0, |before| before.chars().count()) + 1;
    if syntax {
        return Malformed {
            help: format!("{message} at character {character}; {HOW}"),
            ..Malformed::default()
        };
    }
    Malformed { keys, message, help: format!("it stands at character {character} of the text") }
}
