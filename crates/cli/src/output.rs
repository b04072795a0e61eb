//! The output streams and exit codes of a command.

use std::{
    borrow::Cow,
    io::{self, Write},
    process::ExitCode,
};

use hotswap_core::{Error, Format, Issue, support::command_line::misleads};
use serde::Serialize;

/// A format to write in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum FileFormat {
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Toml => Self::Toml,
            FileFormat::Yaml => Self::Yaml,
            FileFormat::Json => Self::Json,
        }
    }
}

pub(super) struct Output<'o> {
    pub(super) out: &'o mut dyn Write,
    pub(super) err: &'o mut dyn Write,
    /// Whether `err` is the standard error of the process, which may be a terminal.
    pub(super) standard: bool,
}

/// The result of a command; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Done = 0,
    /// A negative result: rejected, different, not found.
    No = 1,
    /// The command could not produce a result.
    Failed = 2,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(end as u8)
    }
}

impl Output<'_> {
    pub(super) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
        writeln!(self.out, "{}", clear(&text))
    }

    pub(super) fn report(&mut self, error: &Error) -> io::Result<()> {
        let report = error.report();
        let report = if self.standard { report.for_terminal(&io::stderr()) } else { report };
        writeln!(self.err, "{report}")
    }
}

/// Problems in machine-readable form.
pub(super) fn issues(error: &Error) -> Vec<serde_json::Value> {
    error.issues().map(issue).collect()
}

fn issue(issue: &Issue) -> serde_json::Value {
    serde_json::json!({
        "path": issue.path(),
        "message": issue.message(),
        "help": issue.help(),
        "kind": issue.kind(),
        "origin": issue.origin(),
    })
}

/// JSON in which misleading letters are escaped.
fn clear(text: &str) -> Cow<'_, str> {
    // Outside of strings, JSON contains no misleading letters except line breaks; inside, line breaks are already
    // escaped.
    let hides = |letter: char| letter != '\n' && misleads(letter);
    if !text.contains(hides) {
        return text.into();
    }
    let mut shown = String::new();
    for letter in text.chars() {
        match hides(letter) {
            true => {
                let mut units = [0; 2];
                let units = letter.encode_utf16(&mut units);
                shown.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            }
            false => shown.push(letter),
        }
    }
    shown.into()
}
