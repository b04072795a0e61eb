//! Files that the program writes: the effective configuration, and what was set at run time.
//!
//! A file that is there keeps what the program has nothing to say about; TOML keeps comments, order and layout too, and
//! YAML where an edit is simple.

pub(crate) mod atomic;
pub(crate) mod edit;

use std::{io, path::Path};

use crate::{
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    shape::Shape,
    source::{
        advice,
        format::{self, Format, text::Flaw},
        read::read,
        sealed::is_sealed,
    },
    value::Value,
};
use edit::as_written;

/// Leaves to write, in order; `None` takes one out.
pub(crate) type Leaves = Vec<(Keys, Option<Value>)>;

/// Writes leaves into the file at `path`, which need not be there, and remarks at its end.
///
/// # Errors
/// The format is unknown, the file is broken, a value cannot be written in this format, or the
/// disk refuses. The file is as it was then.
pub(crate) fn save(
    path: &Path,
    shape: &'static Shape,
    leaves: Leaves,
    remarks: &[String],
) -> Result<(), Error> {
    let refuse = |message: String| Error::from(refusal(path, message));
    if is_sealed(path) {
        let message =
            "an encrypted file is not written: save a plain one, and encrypt it with the command `encrypt`";
        return Err(refuse(message.to_owned()));
    }
    let unknown = || refuse("the format of the file is not known by its extension".to_owned());
    let format = Format::of(path).ok_or_else(unknown)?;
    let text = present(path).map_err(|issue| Error::from(*issue))?;
    let tree = match text.trim().is_empty() {
        true => Value::empty(),
        false => format::parse(format, &text).map_err(|flaws| broken(path, flaws))?,
    };
    let mut written = written(format, &text, &tree, shape, leaves).map_err(refuse)?;
    if format != Format::Json {
        add_remarks(&mut written, remarks);
    }
    // What would not load must not take the place of what does.
    format::parse(format, &written).map_err(|flaws| broken(path, flaws))?;
    atomic::write(path, written.as_bytes()).map_err(|error| unwritten(path, &error).into())
}

/// The text of a file, which may be empty, with leaves in it.
///
/// # Errors
/// A value that cannot be written in this format.
pub(crate) fn written(
    format: Format,
    text: &str,
    tree: &Value,
    shape: &'static Shape,
    leaves: Leaves,
) -> Result<String, String> {
    format::edit(format, text, &as_written(leaves, tree, shape))
}

/// What the file holds now; nothing if it is not there.
fn present(path: &Path) -> Result<String, Box<Issue>> {
    match read(path, u64::MAX) {
        Ok(content) => Ok(content.text.to_string()),
        Err(error) if error.is_missing() => Ok(String::new()),
        Err(error) => Err(Box::new(refusal(path, error.to_string()).with_any_help(error.help()))),
    }
}

/// Each once, however often the file is written.
fn add_remarks(text: &mut String, remarks: &[String]) {
    for remark in remarks {
        let line = format!("# {remark}");
        if !text.lines().any(|known| known == line) {
            text.push_str(&line);
            text.push('\n');
        }
    }
}

/// The system refuses to write the file.
pub(crate) fn unwritten(path: &Path, error: &io::Error) -> Issue {
    refusal(path, format!("the file cannot be written: {error}")).with_any_help(advice::on_write(error))
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
