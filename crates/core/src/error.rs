//! The opaque error: every problem of a load or a write, together.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    issue::{Issue, IssueKind},
    report::Report,
};

/// The default number of problems that are printed.
pub(crate) const SHOWN: usize = 20;

/// The reasons for which a configuration was rejected, or a call refused: all problems at once.
///
/// `Display` and `Debug` both print the report, so that `fn main() -> Result<(), hotswap::Error>` prints a readable
/// error. [The guide](crate::guide::errors) describes its form. At most twenty problems are printed;
/// [`issues`](Self::issues) returns all of them. Cheap to clone.
///
/// ```
#[doc = include_str!("example.txt")]
/// std::fs::write("app.toml", "log_level = 'loud'\nrate_limit.max = 0")?;
/// let error = Config::hot_load().unwrap_err();
/// assert_eq!(error.to_string(), "\
/// configuration rejected: 2 problems
///   log_level: \"loud\" is not one of \"warn\", \"info\", \"debug\"
///     at app.toml:1:13
///   rate_limit.max: 0 is less than the minimum 1
///     at app.toml:2:18");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It serialises as what became of the configuration (`"rejected"`, `"accepted"` with warnings, or `"incomplete"`) and its
/// issues, so that a refusal can travel to another process:
///
/// ```
#[doc = include_str!("example.txt")]
/// let error = Config::hot_load()?.set_rate_limit_max(0).unwrap_err();
/// let text = serde_json::to_string(&error)?;
/// let same: hotswap::Error = serde_json::from_str(&text)?;
/// assert_eq!(same.to_string(), error.to_string());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Error {
    #[serde(rename = "outcome")]
    verdict: Verdict,
    #[serde(serialize_with = "all", deserialize_with = "some")]
    issues: Arc<[Issue]>,
}

fn all<S: serde::Serializer>(issues: &Arc<[Issue]>, serializer: S) -> Result<S::Ok, S::Error> {
    issues.as_ref().serialize(serializer)
}

/// The maximum number of issues that are deserialized from an error of another process.
const MOST_READ: usize = 10_000;

fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Arc<[Issue]>, D::Error> {
    let mut issues: Vec<Issue> = Vec::deserialize(deserializer)?;
    issues.truncate(MOST_READ);
    Ok(issues.into())
}

/// What happened to the configuration.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Rejected,
    /// Nothing was rejected: these are warnings.
    Accepted,
    /// The configuration is in force except for the parts with problems.
    Incomplete,
}

impl Error {
    pub(crate) fn new(issues: Vec<Issue>) -> Self {
        Self { issues: issues.into(), verdict: Verdict::Rejected }
    }

    pub(crate) fn warnings(issues: Vec<Issue>) -> Self {
        Self { issues: issues.into(), verdict: Verdict::Accepted }
    }

    /// The error of a configuration that is in force except for the parts with these issues.
    pub(crate) fn incomplete(issues: Vec<Issue>) -> Self {
        Self { issues: issues.into(), verdict: Verdict::Incomplete }
    }

    /// The problems of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::new(self.issues.iter().chain(&*other.issues).cloned().collect())
    }

    /// Every problem, in the order of the sources, and in text order within each source.
    ///
    /// At most the first hundred problems of one kind in one source are included, or the first thousand for
    /// credentials; the rest are only counted, and a report gives their number.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let error = Config::hot_load()?.set_rate_limit_max(0).unwrap_err();
    /// let paths: Vec<String> = error.issues().map(|issue| issue.path()).collect();
    /// assert_eq!(paths, ["rate_limit.max"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn issues(&self) -> impl ExactSizeIterator<Item = &Issue> {
        self.issues.iter()
    }

    /// The report grouped by source, each problem with its line of text.
    ///
    /// `Display` is for logs, this is for terminals: see [`Report`].
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "log_level = 'loud'\nrate_limit.max = 0")?;
    /// let error = Config::hot_load().unwrap_err();
    /// eprintln!("{}", error.report().for_terminal(&std::io::stderr()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn report(&self) -> Report<'_> {
        Report::new(self)
    }

    pub(crate) fn is_warning(&self) -> bool {
        self.verdict == Verdict::Accepted
    }

    /// The number of problems found, including those that are only counted.
    pub(crate) fn count(&self) -> usize {
        self.issues.iter().fold(0_usize, |sum, issue| sum.saturating_add(issue.more()).saturating_add(1))
    }

    /// The first line of every report.
    pub(crate) fn summary(&self) -> String {
        let count = self.count();
        let plural = if count == 1 { "" } else { "s" };
        match self.verdict {
            Verdict::Accepted => format!("configuration accepted: {count} warning{plural}"),
            Verdict::Incomplete => format!("configuration reloaded, but incomplete: {count} problem{plural}"),
            Verdict::Rejected if self.issues.iter().all(|issue| issue.kind() == IssueKind::Write) => {
                format!("call refused: {count} problem{plural}")
            }
            Verdict::Rejected => format!("configuration rejected: {count} problem{plural}"),
        }
    }

    /// Whether any problem is of this kind.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let error = Config::hot_load()?.set_rate_limit_max(0).unwrap_err();
    /// assert!(error.has(hotswap::IssueKind::Rule));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn has(&self, kind: IssueKind) -> bool {
        self.issues.iter().any(|issue| issue.kind() == kind)
    }
}

impl From<Issue> for Error {
    fn from(issue: Issue) -> Self {
        Self::new(vec![issue])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.summary())?;
        for issue in self.issues.iter().take(SHOWN) {
            for line in issue.to_string().lines() {
                write!(f, "\n  {line}")?;
            }
        }
        match self.count() - self.issues.len().min(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  … and {more} more"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
