//! Files that the program writes: the effective configuration, and what was set at run time.
//!
//! A file that is there keeps everything that the program has nothing to say about: other keys, comments, order, layout,
//! line ends, owner and permissions.

pub(crate) mod atomic;
mod attributes;
pub(crate) mod change;
pub(crate) mod leaf;

use std::{io, path::Path};

use crate::{
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    source::{
        advice,
        format::{self, Format, edit::Wanted, text::Flaw},
        mount::{self, is_mounted_file},
        read::read,
        sealed::is_sealed,
    },
    value::Value,
};
use change::{Change, Changes, add};
use leaf::Made;

/// A file that is to be written.
pub(crate) struct Target<'p> {
    path: &'p Path,
    format: Format,
    /// `None` if there is no file yet.
    text: Option<String>,
    /// What it says now.
    tree: Value,
}

impl<'p> Target<'p> {
    /// Reads the file at `path`, which need not be there.
    ///
    /// # Errors
    /// The format is unknown, or the file cannot be read, or is broken.
    pub(crate) fn read(path: &'p Path) -> Result<Self, Error> {
        let refuse = |message: String| Error::from(refusal(path, message));
        if is_sealed(path) {
            let message = "an encrypted file is not written: save a plain one, and encrypt it with the command `encrypt`";
            return Err(refuse(message.to_owned()));
        }
        let unknown = || refuse("the format of the file is not known by its extension".to_owned());
        let format = Format::of(path).ok_or_else(unknown)?;
        let text = present(path).map_err(|issue| Error::from(*issue))?;
        let tree = match text.as_deref().filter(|text| !is_blank(text)) {
            None => Value::empty(),
            Some(text) => format::parse(format, text).map_err(|flaws| broken(path, flaws))?,
        };
        Ok(Self { path, format, text, tree })
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn tree(&self) -> &Value {
        &self.tree
    }

    /// Writes the file with changes in it, and remarks at its end. Yields what the file says then, and warnings.
    ///
    /// # Errors
    /// A value cannot be written in this format, or the system refuses. The file is as it was then.
    pub(crate) fn write(&self, made: &Made, remarks: &[String]) -> Result<(Value, Vec<Issue>), Error> {
        let refuse = |message: String| Error::from(refusal(self.path, message));
        let old = self.text.as_deref().unwrap_or_default();
        let text = if is_blank(old) { "" } else { old };
        let wanted = Wanted { changes: &made.changes, hollow: &made.hollow, remarks };
        let written = format::edit(self.format, text, &wanted).map_err(refuse)?;
        let tree = format::parse(self.format, &written).map_err(|flaws| broken(self.path, flaws))?;
        if self.text.as_ref() == Some(&written) {
            return Ok((tree, Vec::new()));
        }
        let lost =
            atomic::write(self.path, written.as_bytes()).map_err(|error| unwritten(self.path, &error))?;
        Ok((tree, lost.into_iter().map(|lost| self.lost(&lost)).collect()))
    }

    fn lost(&self, lost: &str) -> Issue {
        refusal(self.path, format!("the file was saved, but the system did not let it keep {lost}"))
            .with_help("restore it, or run the program as a user that may set it")
    }
}

/// A new text that has these leaves.
///
/// # Errors
/// A value that cannot be written in this format.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub(crate) fn document(
    format: Format,
    leaves: impl IntoIterator<Item = (Keys, Value)>,
) -> Result<String, String> {
    let mut changes = Changes::new();
    leaves.into_iter().for_each(|(keys, value)| add(&mut changes, &keys.0, Change::Put(value)));
    format::edit(format, "", &Wanted { changes: &changes, hollow: &[], remarks: &[] })
}

fn is_blank(text: &str) -> bool {
    text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}').is_empty()
}

/// What the file holds now; `None` if it is not there.
fn present(path: &Path) -> Result<Option<String>, Box<Issue>> {
    match read(path, u64::MAX) {
        Ok(content) => Ok(Some(content.text.to_string())),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(Box::new(refusal(path, error.to_string()).with_any_help(error.help()))),
    }
}

/// The system refuses to write the file.
pub(crate) fn unwritten(path: &Path, error: &io::Error) -> Issue {
    let is_mounted = std::fs::canonicalize(path).is_ok_and(|real| is_mounted_file(&real));
    let help = if is_mounted { Some(mount::WRITE_ADVICE) } else { advice::on_write(error) };
    refusal(path, format!("the file cannot be written: {error}")).with_any_help(help)
}

fn refusal(path: &Path, message: String) -> Issue {
    Issue::new(IssueKind::Write, Keys::root(), message).at(Origin::file(path))
}

fn broken(path: &Path, flaws: Vec<Flaw>) -> Error {
    let place = |flaw: &Flaw| Origin::File {
        path: path.to_owned(),
        line: Some(flaw.line),
        column: Some(flaw.column),
    };
    let issue = |flaw: Flaw| {
        let origin = place(&flaw);
        Issue::new(IssueKind::Syntax, Keys::root(), flaw.message).at(origin)
    };
    Error::new(flaws.into_iter().map(issue).collect())
}
