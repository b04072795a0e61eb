//! `${VAR}` and `${VAR:default}` in the strings of files.
//!
//! A string stays one value whatever is put into it, and what is put in is not looked at again: no variable can
//! add a key, and none can name another variable.

use std::{collections::BTreeSet, sync::Arc};

use zeroize::Zeroizing;

use crate::{
    issue::{Issue, IssueKind},
    keys::{Key, Keys},
    value::{Table, Value},
};

/// How deep defaults may stand in defaults.
const MAX_NESTING: usize = 32;

/// Where the text of a variable comes from.
pub(crate) type Lookup<'l> = &'l dyn Fn(&str) -> Option<String>;

/// The tree with every template resolved; what holds none is shared with the tree given.
///
/// # Errors
/// Every template that is not well formed, and every variable that is not set and has no default. The places
/// are those of the strings; where they stand in a file is for the caller to add.
pub(crate) fn resolve(tree: &Value, lookup: Lookup<'_>) -> Result<Value, Vec<Issue>> {
    let mut resolver = Resolver { lookup, issues: Vec::new() };
    let resolved = resolver.value(tree, &Trail::Root);
    if resolver.issues.is_empty() {
        Ok(resolved.unwrap_or_else(|| tree.clone()))
    } else {
        Err(resolver.issues)
    }
}

/// Whether a template says more than variables do: a default that is text, or text without any variable.
///
/// What is not well formed does.
pub(crate) fn holds_text(text: &str) -> bool {
    let out = |lookup: Lookup<'_>| {
        let mut template = Template::new(text, lookup);
        let read = template.run(0, true).is_ok();
        read.then(|| (std::mem::take(&mut template.out), !template.names.is_empty()))
    };
    match (out(&|_| None), out(&|_| Some(String::new()))) {
        (Some((with_defaults, true)), Some((without, _))) => with_defaults != without,
        (Some((text, false)), _) => !text.is_empty(),
        _ => true,
    }
}

/// The names of all variables in the templates of a tree, but for those that are sealed.
pub(crate) fn variables(tree: &Value, names: &mut BTreeSet<String>) {
    match tree {
        Value::Template(text) => {
            let mut template = Template::new(text, &|_| None);
            // One that is not well formed is refused by every load.
            let _ = template.run(0, true);
            names.extend(template.names.into_iter().map(str::to_owned));
        }
        Value::List(items) => items.iter().for_each(|item| variables(item, names)),
        Value::Table(table) => table.values().for_each(|value| variables(value, names)),
        _ => {}
    }
}

/// The way to a value; it becomes a path only when something is wrong there.
enum Trail<'t> {
    Root,
    Name(&'t Trail<'t>, &'t Arc<str>),
    Index(&'t Trail<'t>, usize),
}

impl Trail<'_> {
    fn keys(&self) -> Keys {
        match self {
            Self::Root => Keys::root(),
            Self::Name(above, name) => above.keys().with(Key::Name((*name).clone())),
            Self::Index(above, index) => above.keys().index(*index),
        }
    }
}

struct Resolver<'l> {
    lookup: Lookup<'l>,
    issues: Vec<Issue>,
}

impl Resolver<'_> {
    /// `None` when nothing changes.
    fn value(&mut self, value: &Value, trail: &Trail<'_>) -> Option<Value> {
        match value {
            Value::Template(text) => Some(self.template(text, trail)),
            Value::Secret(_) => match value.inside() {
                Value::Template(text) => Some(Value::secret(self.template(text, trail))),
                _ => None,
            },
            Value::List(items) => self.list(items, trail),
            Value::Table(table) => self.table(table, trail),
            _ => None,
        }
    }

    fn list(&mut self, items: &[Value], trail: &Trail<'_>) -> Option<Value> {
        let mut changed: Option<Vec<Value>> = None;
        for (index, item) in items.iter().enumerate() {
            if let Some(resolved) = self.value(item, &Trail::Index(trail, index)) {
                changed.get_or_insert_with(|| items.to_vec())[index] = resolved;
            }
        }
        changed.map(|items| Value::List(Arc::new(items)))
    }

    fn table(&mut self, table: &Table, trail: &Trail<'_>) -> Option<Value> {
        let mut changed: Option<Table> = None;
        for (name, value) in table {
            if let Some(resolved) = self.value(value, &Trail::Name(trail, name)) {
                changed.get_or_insert_with(|| table.clone()).insert(name.clone(), resolved);
            }
        }
        changed.map(|table| Value::Table(Arc::new(table)))
    }

    fn template(&mut self, text: &str, trail: &Trail<'_>) -> Value {
        let mut template = Template::new(text, self.lookup);
        if let Err(message) = template.run(0, true) {
            let issue = Issue::new(IssueKind::Interpolation, trail.keys(), message);
            self.issues.push(issue.with_help("write `$${` for a literal `${`"));
        }
        let used = !template.names.is_empty();
        for name in template.missing {
            let message = format!("the variable {name} is not set and has no default");
            let issue = Issue::new(IssueKind::Interpolation, trail.keys(), message);
            self.issues.push(issue.with_help(format!("set {name}, or write `${{{name}:default}}`")));
        }
        if used { Value::interpolated(&template.out, text) } else { Value::text(&template.out) }
    }
}

struct Template<'t> {
    rest: &'t str,
    lookup: Lookup<'t>,
    /// Wiped, for it may hold a secret.
    out: Zeroizing<String>,
    /// In order of name, each once.
    missing: BTreeSet<&'t str>,
    /// Every variable of the text.
    names: BTreeSet<&'t str>,
}

type Malformed = &'static str;

impl<'t> Template<'t> {
    fn new(text: &'t str, lookup: Lookup<'t>) -> Self {
        Self {
            rest: text,
            lookup,
            out: Zeroizing::default(),
            missing: BTreeSet::new(),
            names: BTreeSet::new(),
        }
    }

    /// Up to the end, or, in a default, to the `}` that ends it. What is not `live` is read and goes nowhere.
    fn run(&mut self, nesting: usize, live: bool) -> Result<(), Malformed> {
        while let Some(next) = self.rest.chars().next() {
            if nesting > 0 && next == '}' {
                return Ok(());
            } else if self.rest.starts_with("$${") {
                self.rest = &self.rest[3..];
                self.push("${", live);
            } else if let Some(rest) = self.rest.strip_prefix("${") {
                self.rest = rest;
                self.variable(nesting + 1, live)?;
            } else {
                self.plain(next.len_utf8(), live);
            }
        }
        if nesting == 0 { Ok(()) } else { Err(UNCLOSED) }
    }

    /// The text up to the next character that may mean something.
    fn plain(&mut self, first: usize, live: bool) {
        let more = self.rest[first..].find(['$', '}']).unwrap_or(self.rest.len() - first);
        let (text, rest) = self.rest.split_at(first + more);
        self.rest = rest;
        self.push(text, live);
    }

    fn push(&mut self, text: &str, live: bool) {
        if live {
            self.put(text);
        }
    }

    /// A text that grows in place may move, and what it leaves is not wiped.
    fn put(&mut self, text: &str) {
        let needed = self.out.len() + text.len();
        if needed > self.out.capacity() {
            let mut roomier = Zeroizing::new(String::with_capacity(needed.max(64) * 2));
            roomier.push_str(&self.out);
            self.out = roomier;
        }
        self.out.push_str(text);
    }

    /// What follows `${`.
    fn variable(&mut self, nesting: usize, live: bool) -> Result<(), Malformed> {
        if nesting > MAX_NESTING {
            return Err("the defaults stand in each other too deep");
        }
        let name = self.name()?;
        self.names.insert(name);
        let value = if live { (self.lookup)(name).map(Zeroizing::new) } else { None };
        let has_default = self.skip(':');
        if let Some(value) = &value {
            self.put(value);
        } else if live && !has_default {
            self.missing.insert(name);
        }
        if has_default {
            self.run(nesting, live && value.is_none())?;
        }
        if self.skip('}') { Ok(()) } else { Err(if self.rest.is_empty() { UNCLOSED } else { NAME }) }
    }

    fn name(&mut self) -> Result<&'t str, Malformed> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() && rest.is_empty() {
            return Err(UNCLOSED);
        }
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(NAME);
        }
        self.rest = rest;
        Ok(name)
    }

    fn skip(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

const UNCLOSED: Malformed = "a `${` has no `}`";
const NAME: Malformed =
    "a `${` is followed by letters, digits and `_`, not beginning with a digit, then `}` or `:`";

#[cfg(test)]
mod tests;
