//! One problem of a configuration, and where it stands.

use std::{fmt, path::PathBuf, sync::Arc};

use serde::Serialize;

use crate::{
    excerpt::{self, Excerpt},
    keys::Keys,
};

/// Where a value, or the lack of one, comes from.
///
/// ```
#[doc = include_str!("example.txt")]
/// std::fs::write("app.toml", "rate_limit.max = 5")?;
/// let config = Config::hot_load()?;
/// let origin = |path| config.explain(path).origin().map(ToString::to_string);
/// assert_eq!(origin("rate_limit.max").as_deref(), Some("at app.toml:1:18"));
/// assert_eq!(origin("rate_limit.burst").as_deref(), Some("from the default of the field"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// A place in a file.
    File {
        /// The path as the program named it.
        path: PathBuf,
        /// From 1; `None` when the whole file is meant.
        line: Option<usize>,
        /// From 1, in characters.
        column: Option<usize>,
    },
    /// An environment variable.
    Env {
        /// The name as the user would type it.
        name: String,
    },
    /// A value that the running program was given.
    Override,
    /// A default of the struct.
    Default,
    /// Any other source.
    Source {
        /// The name that the source gives itself.
        name: String,
    },
}

impl Origin {
    /// A whole file.
    pub(crate) fn file(path: impl Into<PathBuf>) -> Self {
        Self::File { path: path.into(), line: None, column: None }
    }

    pub(crate) fn env(name: impl Into<String>) -> Self {
        Self::Env { name: name.into() }
    }

    /// The source as a whole.
    pub(crate) fn source(&self) -> Self {
        match self {
            Self::File { path, .. } => Self::file(path),
            other => other.clone(),
        }
    }
}

/// Reads as the second line of a problem: `at config/app.toml:14:7`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => {
                // A file name may hold a newline or a terminal's escape; it must not forge a line.
                let path = path.to_string_lossy();
                let shown = excerpt::name(&path);
                if path.contains(excerpt::is_hidden) {
                    write!(f, "at \"{shown}\"")?
                } else {
                    write!(f, "at {shown}")?
                }
                if let Some(line) = line {
                    write!(f, ":{line}")?;
                }
                column.iter().try_for_each(|column| write!(f, ":{column}"))
            }
            Self::Env { name } => write!(f, "from environment variable {}", excerpt::name(name)),
            Self::Override => f.write_str("from a value set at run time"),
            Self::Default => f.write_str("from the default of the field"),
            Self::Source { name } => write!(f, "from {}", excerpt::name(name)),
        }
    }
}

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
    /// How many layers were read before its source, which gave none.
    rank: Option<usize>,
    /// How many others of its kind and source were found after it, and are not kept.
    more: usize,
}

/// Problems of one kind in one source: the first ones, and how many follow.
///
/// A file of a million wrong keys is one mistake, and must not cost a million reports.
#[derive(Debug)]
pub(crate) struct Issues {
    first: Vec<Issue>,
    more: usize,
    most: usize,
}

impl Default for Issues {
    fn default() -> Self {
        Self::up_to(Self::MAX)
    }
}

impl Issues {
    /// How many are kept.
    pub(crate) const MAX: usize = 100;

    /// With another limit.
    pub(crate) fn up_to(most: usize) -> Self {
        Self { first: Vec::new(), more: 0, most }
    }

    /// Adds the problem that `issue` gives, unless it would not be kept.
    pub(crate) fn push_with(&mut self, issue: impl FnOnce() -> Issue) {
        if self.first.len() < self.most { self.first.push(issue()) } else { self.more += 1 }
    }

    /// How many are kept so far.
    pub(crate) fn len(&self) -> usize {
        self.first.len()
    }

    pub(crate) fn into_vec(mut self) -> Vec<Issue> {
        self.first.last_mut().into_iter().for_each(|last| last.more += self.more);
        self.first
    }
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
            rank: None,
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

    pub(crate) fn rank(&self) -> Option<usize> {
        self.rank
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

/// What a message says without its numbers and generated names: counters, ids and the names of temporary files differ each
/// time that one problem is reported, so messages are compared without them before a problem is reported again.
pub(crate) fn gist(message: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let is_generated = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    let mut gist = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let end = if part(first) { rest.find(|c| !part(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(end);
        gist.push_str(if is_generated(word) { "#" } else { word });
        rest = after;
    }
    gist
}

/// The most bytes of a message.
const LONGEST: usize = 4096;

/// The words of user code may repeat a value; a line break or a terminal's escape in it must not forge a line, and its
/// length must not be that of the report.
pub(crate) fn one_line(text: String) -> String {
    if text.len() <= LONGEST && !text.contains(excerpt::misleads) {
        return text;
    }
    let mut line = String::new();
    for c in text.chars() {
        match excerpt::misleads(c) {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
        if line.len() > LONGEST {
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::gist;

    #[test]
    fn counters_and_generated_names_make_no_difference() {
        let same = |one: &str, other: &str| gist(one) == gist(other);
        assert!(same("attempt 9 failed", "attempt 10 failed"));
        assert!(same("at /state/.hotswap-a8Xk2.tmp", "at /state/.hotswap-7bQz1.tmp"));
        assert!(same("request 5f1c-09: refused (403)", "request 77aa-1c: refused (403)"));
        assert!(!same("attempt 9 failed", "attempt 9 was refused"));
        assert!(!same("no file at a.toml", "no file at b.toml"));
        assert_eq!(gist("a: é — ü"), "a: é — ü");
    }
}
