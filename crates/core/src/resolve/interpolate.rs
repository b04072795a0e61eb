//! `${VAR}` and `${VAR:default}` in the strings of files.
//!
//! A string stays one value whatever is inserted, and inserted text is not expanded again: a variable can
//! neither add a key nor refer to another variable.

mod template;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
    sync::Arc,
};

use zeroize::Zeroizing;

use super::budget::Budget;
use crate::{
    excerpt,
    issue::{Issue, IssueKind, Issues},
    keys::{Key, Keys},
    value::{Table, Value},
};
use template::{LITERAL, Template};

/// Looks up the text of a variable.
pub(crate) type Lookup<'l> = &'l dyn Fn(&str) -> Option<String>;

/// Returns the source of a template, by its path and text.
pub(crate) type SourceOf<'s> = &'s dyn Fn(&Keys, &str) -> usize;

/// The tree with every template resolved. Parts without templates are shared with the given tree.
///
/// # Errors
/// Every malformed template, every variable that is not set and has no default, and every source whose variables
/// expand to too much text. The problems have the paths of the strings; the caller adds positions in files.
pub(crate) fn resolve(tree: &Value, lookup: Lookup<'_>, source: SourceOf<'_>) -> Result<Value, Vec<Issue>> {
    resolve_shown(tree, lookup, source, &|_| false)
}

/// The same, with reports that quote parts of a text if the text `is_open`, which is only called for problems. Other
/// texts may be secrets: the type is not decoded yet, and a secret needs no attribute.
pub(crate) fn resolve_shown(
    tree: &Value,
    lookup: Lookup<'_>,
    source: SourceOf<'_>,
    is_open: &dyn Fn(&Keys) -> bool,
) -> Result<Value, Vec<Issue>> {
    let mut resolver = Resolver::new(lookup, None, is_open);
    let mut resolved = resolver.value(tree, &Trail::Root);
    if resolver.exceeded {
        // Finding the source of a template requires a search, which is only needed now.
        resolver = Resolver::new(lookup, Some(source), is_open);
        resolved = resolver.value(tree, &Trail::Root);
    }
    let issues = resolver.issues.into_vec();
    if issues.is_empty() { Ok(resolved.unwrap_or_else(|| tree.clone())) } else { Err(issues) }
}

/// The same, but templates that cannot be resolved become `null`; `None` if nothing changes.
pub(crate) fn resolve_what_can_be(tree: &Value, lookup: Lookup<'_>) -> Option<Value> {
    Resolver::new(lookup, None, &|_| false).value(tree, &Trail::Root)
}

/// The length of text that is enough to identify a reference, a list or a table.
const BEGINNING: usize = 4 << 10;

/// The beginning of an expanded template; `None` if it cannot be resolved.
pub(crate) fn beginning(text: &str, variables: &Known<'_>) -> Option<Zeroizing<String>> {
    let mut template = Template::new(text, variables);
    template.most = BEGINNING;
    template.run(0, true).ok()?;
    template.missing.is_empty().then_some(template.out)
}

/// Whether a template consists only of variables: no other text, no default text, and no escape.
///
/// Such a template may be stored and shown, because it contains no part of the value. A malformed template counts as
/// text.
pub(crate) fn is_only_variables(text: &str) -> bool {
    let none = Known::new(&|_| None);
    let mut template = Template::new(text, &none);
    template.run(0, true).is_ok() && !template.names.is_empty() && !template.literal
}

/// The names of all variables in the templates of a tree, except sealed ones.
pub(crate) fn variables(tree: &Value, names: &mut BTreeSet<String>) {
    match tree {
        Value::Template(text) => {
            let none = Known::new(&|_| None);
            let mut template = Template::new(text, &none);
            // A malformed template is refused by every load.
            let _ = template.run(0, true);
            names.extend(template.names.into_iter().map(str::to_owned));
        }
        Value::List(items) => items.iter().for_each(|item| variables(item, names)),
        Value::Table(table) => table.values().for_each(|value| variables(value, names)),
        _ => {}
    }
}

/// The path to a value, which is built only if there is a problem.
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

/// The text of a variable, shared by all templates that refer to it. Wiped, because it may be a secret.
type Shared = Rc<Zeroizing<String>>;

/// The variables in templates, each looked up once.
pub(crate) struct Known<'l> {
    lookup: Lookup<'l>,
    texts: RefCell<HashMap<String, Option<Shared>>>,
}

impl<'l> Known<'l> {
    pub(crate) fn new(lookup: Lookup<'l>) -> Self {
        Self { lookup, texts: RefCell::default() }
    }

    fn get(&self, name: &str) -> Option<Shared> {
        if let Some(known) = self.texts.borrow().get(name) {
            return known.clone();
        }
        let text = (self.lookup)(name).map(|text| Rc::new(Zeroizing::new(text)));
        self.texts.borrow_mut().insert(name.to_owned(), text.clone());
        text
    }
}

struct Resolver<'l> {
    variables: Rc<Known<'l>>,
    /// The remaining budget of each source; without `source` all of them share one budget.
    budgets: BTreeMap<usize, Budget>,
    source: Option<SourceOf<'l>>,
    is_open: &'l dyn Fn(&Keys) -> bool,
    /// Whether a budget was exceeded.
    exceeded: bool,
    issues: Issues,
}

impl<'l> Resolver<'l> {
    fn new(lookup: Lookup<'l>, source: Option<SourceOf<'l>>, is_open: &'l dyn Fn(&Keys) -> bool) -> Self {
        let (budgets, issues) = Default::default();
        let variables = Rc::new(Known::new(lookup));
        Self { variables, budgets, source, is_open, exceeded: false, issues }
    }

    /// `None` if nothing changes.
    fn value(&mut self, value: &Value, trail: &Trail<'_>) -> Option<Value> {
        match value {
            Value::Template(text) => Some(self.template(text, trail, false)),
            Value::Secret(_) => match value.inside() {
                Value::Template(text) => Some(Value::secret(self.template(text, trail, true))),
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

    fn template(&mut self, text: &str, trail: &Trail<'_>, sealed: bool) -> Value {
        if self.exceeded && self.source.is_none() {
            // The sources are distinguished by another run, which reports everything.
            return Value::Null;
        }
        let variables = Rc::clone(&self.variables);
        let mut measured = Template::new(text, &variables).measured();
        if let Err(malformed) = measured.run(0, true) {
            // The following text is not known to be a name.
            let is_open = self.is_open;
            self.issues.push_with(|| {
                let keys = trail.keys();
                let discreet = sealed || !is_open(&keys);
                malformed.issue(keys, discreet)
            });
            return Value::Null;
        }
        for name in &measured.missing {
            let is_open = self.is_open;
            self.issues.push_with(|| {
                let keys = trail.keys();
                match is_conventional(name) || (!sealed && is_open(&keys)) {
                    true => missing(name, keys),
                    false => missing_somewhere(keys),
                }
            });
        }
        if !measured.missing.is_empty() || !self.pay(measured.expanded, text, trail) {
            return Value::Null;
        }
        let mut template = Template::new(text, &variables).with_room(measured.length);
        // It was well formed before.
        let _ = template.run(0, true);
        match template.names.is_empty() {
            true => Value::text(&template.out),
            false => Value::of_template(&template.out, text, measured.expanded == 0),
        }
    }

    /// Whether the source may expand by that much more.
    fn pay(&mut self, bytes: usize, text: &str, trail: &Trail<'_>) -> bool {
        let source = self.source.map_or(0, |source| source(&trail.keys(), text));
        let budget = self.budgets.entry(source).or_insert_with(Budget::new);
        let known = budget.is_spent();
        let paid = budget.spend(bytes).is_ok();
        self.exceeded |= !paid;
        if !paid && !known && self.source.is_some() {
            self.issues.push_with(|| Issue::new(IssueKind::Interpolation, trail.keys(), Budget::message()));
        }
        paid
    }
}

fn missing(name: &str, keys: Keys) -> Issue {
    let name = excerpt::name(name);
    let message = format!("the variable {name} {UNSET}");
    let help = format!("set {name}, or write `${{{name}:default}}`");
    Issue::new(IssueKind::Interpolation, keys, message).with_help(help)
}

const UNSET: &str = "is not set and has no default";

/// Whether the problem is a variable that is not set.
pub(crate) fn is_unset(issue: &Issue) -> bool {
    issue.message().ends_with(UNSET)
}

/// Braces in a password look like the start of a name.
fn missing_somewhere(keys: Keys) -> Issue {
    let message = format!("a `${{` names a variable that {UNSET}");
    Issue::new(IssueKind::Interpolation, keys, message).with_help(format!("set the variable, or {LITERAL}"))
}

/// Whether a name follows the usual convention of variables, unlike passwords.
pub(crate) fn is_conventional(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests;
