//! `${VAR}` and `${VAR:default}` in the strings of files.
//!
//! A string stays one value whatever is put into it, and what is put in is not looked at again: no variable can
//! add a key, and none can name another variable.

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

/// Where the text of a variable comes from.
pub(crate) type Lookup<'l> = &'l dyn Fn(&str) -> Option<String>;

/// Which source gives a template, by its place and text.
pub(crate) type SourceOf<'s> = &'s dyn Fn(&Keys, &str) -> usize;

/// The tree with every template resolved; what holds none is shared with the tree given.
///
/// # Errors
/// Every template that is not well formed, every variable that is not set and has no default, and every source whose
/// variables expand to too much. The places are those of the strings; where they stand in a file is for the caller to add.
pub(crate) fn resolve(tree: &Value, lookup: Lookup<'_>, source: SourceOf<'_>) -> Result<Value, Vec<Issue>> {
    resolve_shown(tree, lookup, source, &|_| false)
}

/// The same, with reports that repeat parts of a text where the text `is_open`, which is asked for what is wrong only. Other
/// texts may be secrets: a type is not read yet, and no attribute is needed for a secret.
pub(crate) fn resolve_shown(
    tree: &Value,
    lookup: Lookup<'_>,
    source: SourceOf<'_>,
    is_open: &dyn Fn(&Keys) -> bool,
) -> Result<Value, Vec<Issue>> {
    let mut resolver = Resolver::new(lookup, None, is_open);
    let mut resolved = resolver.value(tree, &Trail::Root);
    if resolver.exceeded {
        // To know the source of a template costs a search, which is only worth it now.
        resolver = Resolver::new(lookup, Some(source), is_open);
        resolved = resolver.value(tree, &Trail::Root);
    }
    let issues = resolver.issues.into_vec();
    if issues.is_empty() { Ok(resolved.unwrap_or_else(|| tree.clone())) } else { Err(issues) }
}

/// The same without the templates that cannot be resolved, which become `null`; `None` when nothing changes.
pub(crate) fn resolve_what_can_be(tree: &Value, lookup: Lookup<'_>) -> Option<Value> {
    Resolver::new(lookup, None, &|_| false).value(tree, &Trail::Root)
}

/// As much of a text as tells which reference it is, or whether it is a list or a table.
const BEGINNING: usize = 4 << 10;

/// How a template reads at its beginning once variables are put in; `None` if it cannot be resolved.
pub(crate) fn beginning(text: &str, variables: &Known<'_>) -> Option<Zeroizing<String>> {
    let mut template = Template::new(text, variables);
    template.most = BEGINNING;
    template.run(0, true).ok()?;
    template.missing.is_empty().then_some(template.out)
}

/// Whether a template is nothing but variables: no text beside them, no default that is text, and no escape.
///
/// What the template holds may then be kept and shown, since nothing in it is a part of the value. One that is not well
/// formed holds text.
pub(crate) fn is_only_variables(text: &str) -> bool {
    let none = Known::new(&|_| None);
    let mut template = Template::new(text, &none);
    template.run(0, true).is_ok() && !template.names.is_empty() && !template.literal
}

/// The names of all variables in the templates of a tree, but for those that are sealed.
pub(crate) fn variables(tree: &Value, names: &mut BTreeSet<String>) {
    match tree {
        Value::Template(text) => {
            let none = Known::new(&|_| None);
            let mut template = Template::new(text, &none);
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

/// The text of a variable, which all templates that name it share. Wiped, for it may be a secret.
type Shared = Rc<Zeroizing<String>>;

/// The variables that templates name, each looked up once.
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
    /// What each source may still expand to; without `source` all of them share one budget.
    budgets: BTreeMap<usize, Budget>,
    source: Option<SourceOf<'l>>,
    is_open: &'l dyn Fn(&Keys) -> bool,
    /// A budget was not enough.
    exceeded: bool,
    issues: Issues,
}

impl<'l> Resolver<'l> {
    fn new(lookup: Lookup<'l>, source: Option<SourceOf<'l>>, is_open: &'l dyn Fn(&Keys) -> bool) -> Self {
        let (budgets, issues) = Default::default();
        let variables = Rc::new(Known::new(lookup));
        Self { variables, budgets, source, is_open, exceeded: false, issues }
    }

    /// `None` when nothing changes.
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
            // What follows is not known to be a name.
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
        // What was well formed is so again.
        let _ = template.run(0, true);
        match template.names.is_empty() {
            true => Value::text(&template.out),
            false => Value::of_template(&template.out, text, measured.expanded == 0),
        }
    }

    /// Whether the source may expand to that much more.
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

/// Braces in a password make a name of what follows.
fn missing_somewhere(keys: Keys) -> Issue {
    let message = format!("a `${{` names a variable that {UNSET}");
    Issue::new(IssueKind::Interpolation, keys, message).with_help(format!("set the variable, or {LITERAL}"))
}

/// As variables are mostly named, and passwords are not.
pub(crate) fn is_conventional(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests;
