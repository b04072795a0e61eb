//! Files that the program writes: the effective configuration, and values set at run time.
//!
//! An existing file keeps everything that the save does not concern: other keys, comments, order, layout, line
//! endings, owner and permissions.

pub(crate) mod atomic;
mod attempts;
mod attributes;
pub(crate) mod difference;
mod elements;
pub(crate) mod leaf;
mod shared;

use std::{io, path::Path};

use crate::{
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    source::{
        advice,
        format::{
            self, Format,
            edit::{
                Wanted,
                change::{Change, Changes, add},
            },
            text::Flaw,
        },
        mount::{self, is_mounted_file},
        read::read,
        sealed::is_sealed,
    },
    value::Value,
};
use leaf::Made;

/// A file to write.
pub(crate) struct Target<'p> {
    path: &'p Path,
    /// In bytes.
    max_size: u64,
    format: Format,
    /// `None` if there is no file yet.
    text: Option<String>,
    /// Its current content.
    tree: Value,
}

impl<'p> Target<'p> {
    /// Reads the file at `path`, which need not exist.
    ///
    /// # Errors
    /// The format is unknown, or the file cannot be read, is larger than `max_size` bytes, or is broken.
    pub(crate) fn read(path: &'p Path, max_size: u64) -> Result<Self, Error> {
        let refuse = |message: String| Error::from(refusal(path, message));
        if is_sealed(path) {
            let message = "an encrypted file is not written: save a plain one, and encrypt it with the command `encrypt`";
            return Err(refuse(message.to_owned()));
        }
        let unknown = || refuse("the format of the file is not known by its extension".to_owned());
        let format = Format::of(path).ok_or_else(unknown)?;
        let text = present(path, max_size).map_err(|issue| Error::from(*issue))?;
        let tree = match text.as_deref().filter(|text| !is_blank(text)) {
            None => Value::empty(),
            Some(text) => format::parse(format, text).map_err(|flaws| broken(path, flaws))?,
        };
        Ok(Self { path, max_size, format, text, tree })
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn tree(&self) -> &Value {
        &self.tree
    }

    /// Writes the file with changes, and remarks at its end. Returns the new content of the file, and warnings.
    ///
    /// # Errors
    /// A value cannot be written in this format, or the system reports an error. The file is then unchanged.
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
        self.check(&written).map_err(|issue| Error::from(*issue))?;
        let linked = self.has_other_links().then(|| self.unlinked());
        let lost =
            atomic::write(self.path, written.as_bytes()).map_err(|error| unwritten(self.path, &error))?;
        Ok((tree, lost.into_iter().map(|lost| self.lost(&lost)).chain(linked).collect()))
    }

    /// Refuses a text that the next load would refuse, and a file that must not be written.
    fn check(&self, written: &str) -> Result<(), Box<Issue>> {
        if u64::try_from(written.len()).is_ok_and(|size| size > self.max_size) {
            let message = format!(
                "the file is not saved: it would have {} bytes, and the limit is {}",
                written.len(),
                self.max_size
            );
            return Err(Box::new(
                refusal(self.path, message).with_help("raise the limit with `max_file_size`"),
            ));
        }
        let is_readonly = std::fs::metadata(self.path).is_ok_and(|there| there.permissions().readonly());
        if is_readonly {
            // The directory permits replacing the file, but its own permissions do not permit writing.
            let message = "the file is not saved: its permissions do not allow anybody to write it";
            return Err(Box::new(
                refusal(self.path, message.to_owned()).with_help("give it write permission"),
            ));
        }
        Ok(())
    }

    /// Whether the file has other hard links. A replaced file keeps only one of its names.
    fn has_other_links(&self) -> bool {
        #[cfg(unix)]
        let links = |there: std::fs::Metadata| std::os::unix::fs::MetadataExt::nlink(&there);
        #[cfg(not(unix))]
        let links = |_: std::fs::Metadata| 1;
        std::fs::metadata(self.path).is_ok_and(|there| links(there) > 1)
    }

    fn unlinked(&self) -> Issue {
        let message = "the file was saved, and its other hard links keep the old content";
        refusal(self.path, message.to_owned()).with_help("link them to the new file, or use symbolic links")
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

/// The current content of the file; `None` if it does not exist.
fn present(path: &Path, max_size: u64) -> Result<Option<String>, Box<Issue>> {
    match read(path, max_size) {
        Ok(content) => Ok(Some(content.text.to_string())),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(Box::new(refusal(path, error.to_string()).with_any_help(error.help()))),
    }
}

/// The system refuses to write the file.
pub fn unwritten(path: &Path, error: &io::Error) -> Issue {
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
