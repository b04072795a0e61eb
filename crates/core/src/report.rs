//! The report of an error for terminals.

use std::{fmt, io::IsTerminal};

use anstyle::{AnsiColor, Style};

use crate::{
    error::{Error, SHOWN},
    issue::{Issue, Origin},
};

/// The problems of an [`Error`], grouped by source and each with its line of text; from [`Error::report`].
///
/// Only the key and the value at fault are shown of a line, and the value only if its field is known and not secret.
/// Plain unless colours are enabled.
///
/// ```
#[doc = include_str!("example.txt")]
/// std::fs::write("app.toml", "log_level = 'loud'\n[rate_limit]\nmax = 0\nbrust = 5")?;
/// let error = Config::hot_load().unwrap_err();
/// assert_eq!(error.report().to_string(), "\
/// configuration rejected: 3 problems
///
/// at app.toml
///   1:13 log_level: \"loud\" is not one of \"warn\", \"info\", \"debug\"
///      | log_level = 'loud'
///      |             ^^^^^^
///   3:7 rate_limit.max: 0 is less than the minimum 1
///      | max = 0
///      |       ^
///   4:1 rate_limit.brust: unknown key, did you mean `burst`?
///      | brust = …
///      | ^^^^^");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a report is for printing"]
pub struct Report<'e> {
    error: &'e Error,
    limit: usize,
    color: bool,
}

impl<'e> Report<'e> {
    pub(crate) fn new(error: &'e Error) -> Self {
        Self { error, limit: SHOWN, color: false }
    }

    /// Enables or disables ANSI colours.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let error = Config::hot_load()?.set_rate_limit_max(0).unwrap_err();
    /// assert!(error.report().color(true).to_string().contains("\x1b[1m"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn color(self, color: bool) -> Self {
        Self { color, ..self }
    }

    /// Enables colours if the stream is a terminal that supports them. The variables `NO_COLOR`, `CLICOLOR`,
    /// `CLICOLOR_FORCE` and `TERM` are honoured, as defined by <https://no-color.org> and
    /// <https://bixense.com/clicolors>.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let error = Config::hot_load()?.set_rate_limit_max(0).unwrap_err();
    /// let file = std::fs::File::create("report.txt")?; // no terminal
    /// assert!(!error.report().for_terminal(&file).to_string().contains('\x1b'));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_terminal(self, stream: &impl IsTerminal) -> Self {
        self.color(wants_color(stream.is_terminal()))
    }

    /// Sets the maximum number of problems, which is twenty by default; the others are only counted.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// std::fs::write("app.toml", "a = 1\nb = 2\nc = 3")?;
    /// let error = Config::hot_load().unwrap_err();
    /// assert!(error.report().limit(1).to_string().ends_with("\n\n… and 2 more"));
    /// assert!(!error.report().limit(usize::MAX).to_string().contains("more"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    fn paint(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    fn issue(&self, f: &mut fmt::Formatter<'_>, issue: &Issue) -> fmt::Result {
        let (dim, bold, note) = (self.paint(DIM), self.paint(BOLD), self.paint(NOTE));
        f.write_str("\n  ")?;
        if let Some(place) = issue.origin().and_then(location) {
            write!(f, "{dim}{place}{dim:#} ")?;
        }
        if !issue.keys().is_root() {
            write!(f, "{bold}{}{bold:#}: ", issue.keys().shown())?;
        }
        f.write_str(issue.message())?;
        if let Some(excerpt) = issue.excerpt() {
            let fault = self.paint(if self.error.is_warning() { WARNING } else { FAULT });
            write!(f, "\n     {dim}|{dim:#} {}", excerpt.text())?;
            write!(f, "\n     {dim}|{dim:#} {}{fault}{}{fault:#}", excerpt.indent(), excerpt.carets())?;
        }
        for origin in issue.origins().skip(1) {
            write!(f, "\n     {note}= also {origin}{note:#}")?;
        }
        issue.help().iter().try_for_each(|help| write!(f, "\n     {note}= {help}{note:#}"))
    }
}

const BOLD: Style = Style::new().bold();
const DIM: Style = AnsiColor::Blue.on_default();
const NOTE: Style = AnsiColor::Cyan.on_default();
const FAULT: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bold = self.paint(BOLD);
        write!(f, "{bold}{}{bold:#}", self.error.summary())?;
        let mut last = None;
        for issue in self.error.issues().take(self.limit) {
            let source = issue.origin().map(Origin::source);
            if last.as_ref() != Some(&source) {
                f.write_str("\n")?;
                source.iter().try_for_each(|source| write!(f, "\n{bold}{source}{bold:#}"))?;
                last = Some(source);
            }
            self.issue(f, issue)?;
        }
        match self.error.count() - self.error.issues().len().min(self.limit) {
            0 => Ok(()),
            more => write!(f, "\n\n… and {more} more"),
        }
    }
}

fn location(origin: &Origin) -> Option<String> {
    match origin {
        Origin::File { line: Some(line), column: Some(column), .. } => Some(format!("{line}:{column}")),
        Origin::File { line: Some(line), .. } => Some(line.to_string()),
        _ => None,
    }
}

/// The environment takes precedence over the type of the stream.
fn wants_color(terminal: bool) -> bool {
    let allowed = !anstyle_query::no_color();
    let clicolor = anstyle_query::clicolor();
    let able = || anstyle_query::term_supports_color() || clicolor == Some(true);
    allowed && (anstyle_query::clicolor_force() || (clicolor != Some(false) && terminal && able()))
}
