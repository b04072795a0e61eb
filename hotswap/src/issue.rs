//! One problem of a configuration, and where it stands.

mod origin;
mod several;
mod text;

use std::{fmt, sync::Arc};

use serde::Serialize;

pub use self::origin::Origin;
pub(crate) use self::{
    several::Issues,
    text::{gist, one_line},
};
use crate::{
    excerpt::{self, Excerpt},
    keys::Keys,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IssueKind {
    /// A source cannot be read: missing, no permission, too large, not a regular file.
    Unreadable,
    /// The text of a source does not parse.
    Syntax,
    /// A key or variable that no field takes.
    UnknownKey,
    /// A value of the wrong type, or out of the range of its type.
    WrongType,
    /// A required value that no layer gives.
    Missing,
    /// A rule on a field, or a check of a struct, failed.
    Rule,
    /// A secret that stands as plain text in a file, or that a source gives which must not.
    PlainSecret,
    /// A value that looks like a credential, in a field that shows it.
    Credential,
    /// A field that should not be given any more; a warning.
    Deprecated,
    /// `${VAR}` names a variable that is not set.
    Interpolation,
    /// The way the configuration is put together is wrong: a profile, a prefix, a name claimed twice.
    Setup,
    /// A value that was set at run time makes the configuration invalid, or is what keeps it valid.
    Override,
    /// A write at run time was refused, or cannot be done on this handle.
    Write,
    /// A [prepare hook](crate::Handle::prepare) refused the change, panicked or gave no answer.
    Prepare,
    /// The change needs a restart of the program, and [`Restart::Refuse`](crate::Restart::Refuse) is the policy.
    Restart,
    /// A [secret](crate::secrets) cannot be had from its store.
    Secret,
    /// A version failed its [health check](crate::Builder::health).
    Health,
    /// What a restart is to survive cannot be kept, or does not come back whole; see
    /// [`Builder::state_dir`](crate::Builder::state_dir).
    State,
}

/// One problem: what is wrong, where it stands, what to do.
///
/// `Display` prints it as the report does: a line for the problem and what to do, one for its place.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    path: Keys,
    origin: Option<Origin>,
    /// Where else the values come from that are wrong together.
    others: Vec<Origin>,
    message: String,
    help: Option<String>,
    kind: IssueKind,
    excerpt: Option<Arc<Excerpt>>,
    /// The leaves of the struct that a check refuses as a whole; a flattened struct has the place of another one.
    leaves: Option<Arc<Vec<Keys>>>,
    /// How many layers were read before its source, which gave none.
    rank: Option<usize>,
    /// Whether its source would have given variables.
    withholds_variables: bool,
    /// How many others of its kind and source were found after it, and are not kept.
    more: usize,
}

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
        }
    }

    /// It stands for so many others too.
    pub(crate) fn and_more(mut self, more: usize) -> Self {
        self.stand_for(more);
        self
    }

    pub(crate) fn stand_for(&mut self, more: usize) {
        self.more += more;
    }

    /// How many others it stands for.
    pub(crate) fn more(&self) -> usize {
        self.more
    }

    pub(crate) fn at(mut self, origin: impl Into<Option<Origin>>) -> Self {
        self.origin = origin.into();
        self
    }

    /// The same for values that are wrong together: the first place is the one to look at first.
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

    /// The same problem with a source called by another name.
    pub(crate) fn calling(mut self, source: &str, name: &str) -> Self {
        if !source.is_empty() && source != name {
            self.message = self.message.replace(source, name);
            self.help = self.help.map(|help| help.replace(source, name));
        }
        self
    }

    /// The same problem in a value that stands at `keys`.
    pub(crate) fn below(mut self, keys: &Keys) -> Self {
        self.path = keys.join(&self.path);
        self
    }

    /// With words before the message.
    pub(crate) fn because(mut self, words: &str) -> Self {
        self.message = one_line(format!("{words}: {}", self.message));
        self
    }

    pub(crate) fn behind(mut self, layers: usize) -> Self {
        self.rank = Some(layers);
        self
    }

    /// The problem of a source of variables: what names a variable that is not set has no problem of its own.
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

    /// About these leaves together.
    pub(crate) fn about(mut self, leaves: Option<Arc<Vec<Keys>>>) -> Self {
        self.leaves = leaves;
        self
    }

    /// The leaves that it is about together, if it is known.
    pub(crate) fn leaves(&self) -> Option<&[Keys]> {
        self.leaves.as_deref().map(Vec::as_slice)
    }

    /// What may be shown of the place.
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

    /// Where it stands; `None` when no layer gives the value.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Every place that the problem is about, [`origin`](Self::origin) first. A check of a struct that names no field is
    /// about all values of the struct, and each source that gives one of them is named once.
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

    /// What kind of problem it is.
    pub fn kind(&self) -> IssueKind {
        self.kind
    }
}

/// One line for the problem and what to do, one for each of its places.
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
