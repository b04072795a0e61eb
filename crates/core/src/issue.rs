//! One problem of a configuration, and its position.

mod origin;
mod several;
mod text;
mod wire;

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

pub use self::origin::Origin;
pub(crate) use self::{
    several::Issues,
    text::{gist, one_line},
};
use crate::{
    excerpt::{self, Excerpt},
    keys::Keys,
    value::Value,
};

/// What kind of problem an [`Issue`] is.
///
/// ```
#[doc = include_str!("example.txt")]
/// use hotswap::IssueKind;
///
/// std::fs::write("app.toml", "log_level = ")?;
/// let error = Config::hot_load().unwrap_err();
/// assert!(error.issues().all(|issue| issue.kind() == IssueKind::Syntax));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IssueKind {
    /// A source cannot be read: missing, no permission, too large, not a regular file.
    Unreadable,
    /// The text of a source does not parse.
    Syntax,
    /// A key or variable that matches no field.
    UnknownKey,
    /// A value of the wrong type, or out of the range of its type.
    WrongType,
    /// A required value that no layer gives.
    Missing,
    /// A rule on a field, or a check of a struct, failed.
    Rule,
    /// A secret in plain text in a file, or from a source that must not supply secrets.
    PlainSecret,
    /// A value that looks like a credential, in a field that shows it.
    Credential,
    /// A field that should no longer be set; a warning.
    Deprecated,
    /// `${VAR}` names a variable that is not set.
    Interpolation,
    /// The setup of the configuration is wrong: a profile, a prefix, a name used twice.
    Setup,
    /// A value that was set at run time makes the configuration invalid, or is required to keep it valid.
    Override,
    /// A write at run time was refused, or is not supported on this handle.
    Write,
    /// A [prepare hook](crate::Handle::prepare) refused the change, panicked or timed out.
    Prepare,
    /// The change needs a restart of the program, and [`Restart::Refuse`](crate::Restart::Refuse) is the policy.
    Restart,
    /// A [secret](crate::secrets) cannot be fetched from its store.
    Secret,
    /// A version failed its [health check](crate::Builder::health).
    Health,
    /// The state that must survive a restart cannot be saved, or cannot be restored completely; see
    /// [`Builder::state_dir`](crate::Builder::state_dir).
    State,
    /// A kind that this version of the library does not know. Only a deserialized issue has it.
    #[serde(other)]
    Other,
}

/// One problem: what is wrong, where, and what to do.
///
/// `Display` prints it like the report: a line with the problem and the remedy, and a line with the position.
///
/// ```
#[doc = include_str!("example.txt")]
/// std::fs::write("app.toml", "\n[rate_limit]\nmax = 'many'")?;
/// let error = Config::hot_load().unwrap_err();
/// let issue = error.issues().next().unwrap();
///
/// assert_eq!(issue.path(), "rate_limit.max");
/// assert_eq!(issue.message(), "expected an integer, found a string");
/// assert_eq!(issue.help(), None);
/// assert_eq!(issue.kind(), hotswap::IssueKind::WrongType);
/// assert_eq!(issue.origin().unwrap().to_string(), "at app.toml:3:7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It serialises with all that its methods return, so that a refusal can travel to another process. What of a file's line a
/// [`Report`](crate::Report) shows stays behind, and two issues that differ in nothing else are equal.
///
/// ```
#[doc = include_str!("example.txt")]
/// use hotswap::Issue;
///
/// std::fs::write("app.toml", "rate_limit.max = 0")?;
/// let error = Config::hot_load().unwrap_err();
/// let json = serde_json::to_value(error.issues().next().unwrap())?;
/// assert_eq!(json, serde_json::json!({
///     "kind": "rule",
///     "path": "rate_limit.max",
///     "message": "0 is less than the minimum 1",
///     "origin": { "file": { "path": "app.toml", "line": 1, "column": 18 } },
///     "constraint": { "range": { "min": 1, "max": 10000 } },
///     "value": 0,
/// }));
/// let issue: Issue = serde_json::from_value(json)?;
/// assert_eq!(issue.path(), "rate_limit.max");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Issue {
    path: Keys,
    origin: Option<Origin>,
    /// The origins of the other values that are invalid together with this one.
    others: Vec<Origin>,
    message: String,
    help: Option<String>,
    kind: IssueKind,
    excerpt: Option<Arc<Excerpt>>,
    /// The leaves of the struct that a check refuses as a whole, because a flattened struct has the same path as
    /// the struct around it.
    leaves: Option<Arc<Vec<Keys>>>,
    /// The number of layers that were read before its source, if the source has no layer.
    rank: Option<usize>,
    /// Whether its source would have supplied variables.
    withholds_variables: bool,
    /// The number of further issues of the same kind and source that are not kept.
    more: usize,
    /// The rule that failed.
    constraint: Option<Box<Constraint>>,
}

/// A rule that failed, and the value that it refused.
#[derive(Clone, Debug)]
struct Constraint {
    rule: serde_json::Value,
    value: Option<serde_json::Value>,
    /// Whether the value may be shown.
    shows: bool,
}

impl PartialEq for Issue {
    fn eq(&self, other: &Self) -> bool {
        // Data that only serves to locate and display the issue, such as the excerpt, is not compared.
        let Self { path, origin, others, message, help, kind, more, .. } = self;
        (kind, more, path, message) == (&other.kind, &other.more, &other.path, &other.message)
            && (help, origin, others) == (&other.help, &other.origin, &other.others)
            && (self.constraint(), self.value()) == (other.constraint(), other.value())
    }
}

impl Eq for Issue {}

impl Issue {
    pub(crate) fn new(kind: IssueKind, path: Keys, message: impl Into<String>) -> Self {
        Self {
            path,
            origin: None,
            others: Vec::new(),
            message: one_line(message.into()),
            help: None,
            kind,
            excerpt: None,
            leaves: None,
            rank: None,
            withholds_variables: false,
            more: 0,
            constraint: None,
        }
    }

    /// Adds a number of issues that are only counted.
    pub(crate) fn and_more(mut self, more: usize) -> Self {
        self.stand_for(more);
        self
    }

    pub(crate) fn stand_for(&mut self, more: usize) {
        self.more = self.more.saturating_add(more);
    }

    /// The number of further issues that are only counted.
    pub(crate) fn more(&self) -> usize {
        self.more
    }

    pub(crate) fn at(mut self, origin: impl Into<Option<Origin>>) -> Self {
        self.origin = origin.into();
        self
    }

    /// The same for values that are invalid together. The first origin is the most likely cause.
    pub(crate) fn at_all(self, origins: impl IntoIterator<Item = Origin>) -> Self {
        let mut origins = origins.into_iter();
        let origin = origins.next();
        Self { others: origins.collect(), ..self.at(origin) }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(one_line(help.into()));
        self
    }

    pub(crate) fn with_any_help(self, help: Option<&str>) -> Self {
        match help {
            Some(help) => self.with_help(help),
            None => self,
        }
    }

    pub(crate) fn with_excerpt(mut self, excerpt: Option<Excerpt>) -> Self {
        self.excerpt = excerpt.map(Arc::new);
        self
    }

    /// The same problem with another name for a source.
    pub(crate) fn calling(mut self, source: &str, name: &str) -> Self {
        if !source.is_empty() && source != name {
            self.message = self.message.replace(source, name);
            self.help = self.help.map(|help| help.replace(source, name));
        }
        self
    }

    /// The same problem in a value at `keys`.
    pub(crate) fn below(mut self, keys: &Keys) -> Self {
        self.path = keys.join(&self.path);
        self
    }

    /// Prepends a text to the message.
    pub(crate) fn because(mut self, words: &str) -> Self {
        self.message = one_line(format!("{words}: {}", self.message));
        self
    }

    pub(crate) fn behind(mut self, layers: usize) -> Self {
        self.rank = Some(layers);
        self
    }

    /// Marks the problem of a source of variables: texts with a variable that is not set are then not
    /// reported as well.
    pub(crate) fn withholding_variables(mut self) -> Self {
        self.withholds_variables = true;
        self
    }

    pub(crate) fn withholds_variables(&self) -> bool {
        self.withholds_variables
    }

    pub(crate) fn rank(&self) -> Option<usize> {
        self.rank
    }

    /// Sets the leaves that the issue concerns together.
    pub(crate) fn about(mut self, leaves: Option<Arc<Vec<Keys>>>) -> Self {
        self.leaves = leaves;
        self
    }

    /// The leaves that the issue concerns together, if known.
    pub(crate) fn leaves(&self) -> Option<&[Keys]> {
        self.leaves.as_deref().map(Vec::as_slice)
    }

    /// Adds the rule that failed, as data; `shows` is false if the value is secret.
    pub(crate) fn with_constraint(mut self, rule: Option<serde_json::Value>, shows: bool) -> Self {
        self.constraint = rule.map(|rule| Box::new(Constraint { rule, value: None, shows }));
        self
    }

    /// Adds the value that a rule refused, taken from `tree`, if it may be shown.
    pub(crate) fn with_value_in(mut self, tree: &Value) -> Self {
        if let Some(constraint) = self.constraint.as_mut().filter(|constraint| constraint.shows) {
            let value = self.path.find(tree).filter(|value| is_short(value, &mut { LONGEST_VALUE }));
            constraint.value = value.map(|value| refused(value, &constraint.rule));
        }
        self
    }

    /// Sets a path without the keys that may be secret, and drops the excerpt, which would show them.
    pub(crate) fn at_withheld(self, path: Keys) -> Self {
        Self { path, excerpt: None, ..self }
    }

    /// The part of the source that may be shown.
    pub(crate) fn excerpt(&self) -> Option<&Excerpt> {
        self.excerpt.as_deref()
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.path
    }

    /// The path of the value as files write it, such as `servers[3].port`; empty when a whole source is meant.
    pub fn path(&self) -> String {
        self.path.to_string()
    }

    /// The origin of the value; `None` if no layer gives it.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Every origin of the problem, starting with [`origin`](Self::origin). A check of a struct that names no field
    /// concerns all values of the struct, and each source that gives one of them is named once.
    ///
    /// ```
    /// use hotswap::HotConfig;
    ///
    /// #[derive(Debug, serde::Deserialize, HotConfig)]
    /// #[hot(file = "base.toml", file = "site.toml", check = Pool::is_consistent)]
    /// struct Pool {
    ///     min: u32,
    ///     max: u32,
    /// }
    ///
    /// impl Pool {
    ///     fn is_consistent(&self) -> Result<(), &'static str> {
    ///         if self.min <= self.max { Ok(()) } else { Err("min is more than max") }
    ///     }
    /// }
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # std::env::set_current_dir(&folder)?;
    /// std::fs::write("base.toml", "max = 5")?;
    /// std::fs::write("site.toml", "min = 10")?;
    /// let error = Pool::hot_load().unwrap_err();
    /// let origins: Vec<String> = error.issues().next().unwrap().origins().map(ToString::to_string).collect();
    /// assert_eq!(origins, ["at site.toml:1:7", "at base.toml:1:7"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.origin.iter().chain(&self.others)
    }

    /// What is wrong, in lower case and without a final stop.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The rule that failed, as data, with the name of its attribute: `{"range": {"min": 1, "max": 10000}}`,
    /// `"email"`, `{"one_of": ["warn", "info"]}`; `None` for other problems. For a function of the program it
    /// contains the path: `{"check": "Limits::are_consistent"}`. The example of [`Issue`] shows one.
    pub fn constraint(&self) -> Option<&serde_json::Value> {
        self.constraint.as_ref().map(|constraint| &constraint.rule)
    }

    /// The value that a rule refused, as JSON; `None` for a secret, for text with `${..}`, for a check of a struct, for a
    /// value of more than about 4 KiB, and for other problems. The example of [`Issue`] shows one.
    pub fn value(&self) -> Option<&serde_json::Value> {
        self.constraint.as_ref().and_then(|constraint| constraint.value.as_ref())
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> IssueKind {
        self.kind
    }
}

/// The approximate maximum size of the value of an issue, in bytes.
const LONGEST_VALUE: usize = 4096;

/// Whether the size of a value is at most `left`, from which it is subtracted.
fn is_short(value: &Value, left: &mut usize) -> bool {
    let own = match value {
        Value::List(_) | Value::Table(_) => 2,
        other => other.as_text().map_or(8, str::len),
    };
    *left = left.saturating_sub(own);
    *left > 0
        && match value {
            Value::List(items) => items.iter().all(|item| is_short(item, left)),
            Value::Table(entries) => entries.values().all(|item| is_short(item, left)),
            _ => true,
        }
}

/// A value that a rule refused. A text whose type depends on the field is a number if the rule is a range.
fn refused(value: &Value, rule: &serde_json::Value) -> serde_json::Value {
    match value.to_json() {
        serde_json::Value::String(text) if rule.get("range").is_some() => {
            text.parse::<serde_json::Number>().map_or(text.into(), serde_json::Value::Number)
        }
        json => json,
    }
}

/// One line with the problem and the remedy, and one for each origin.
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            if self.path.is_root() {
                write!(f, "{}", self.message)?;
            } else {
                write!(f, "{}: {}", self.path.shown(), self.message)?;
            }
            let link = if self.message.ends_with('?') { " " } else { "; " };
            self.help.iter().try_for_each(|help| write!(f, "{link}{help}"))?;
            if self.more > 0 {
                write!(f, "; {} more of the same kind follow", self.more)?;
            }
            self.origins().try_for_each(|origin| write!(f, "\n  {origin}"))
        })
    }
}
