//! `encrypt`, `decrypt` and `rotate-recipients`.

mod decrypt;
mod encrypt;
mod inline_values;
mod keys;
mod rotate;

use std::{
    io::{self, IsTerminal as _, Read},
    path::Path,
};

use hotswap_core::{
    Error, Issue, IssueKind,
    secrets::FetchError,
    support::{
        command_line::{self, Keys, MakeIssue as _, file, write_private},
        store::{ReadError, open, within},
    },
};
use zeroize::Zeroizing;

pub use self::{
    decrypt::Decrypt,
    encrypt::Encrypt,
    keys::{IdentityFiles, Recipients},
    rotate::RotateRecipients,
};

use super::output::{End, Output};

/// Commands for encrypted secrets: subcommands for clap, which need no configuration.
///
/// They are part of [`ConfigCommand`](super::ConfigCommand). Secrets are never arguments of the command line, which
/// all users of the machine can see.
#[derive(Clone, Debug, clap::Subcommand)]
#[non_exhaustive]
pub enum SecretCommand {
    /// Encrypt a value from the standard input, or a whole file
    Encrypt(Encrypt),
    /// Decrypt a reference from the standard input, or a whole file
    Decrypt(Decrypt),
    /// Encrypt files, and values inside of files, for other recipients
    RotateRecipients(RotateRecipients),
}

impl SecretCommand {
    pub(super) fn run(&self, output: &mut Output<'_>) -> io::Result<End> {
        self.read_from(&mut io::stdin().lock(), output)
    }

    fn read_from(&self, input: &mut impl Read, output: &mut Output<'_>) -> io::Result<End> {
        let ended = match self {
            Self::Encrypt(command) => command.run(input, output),
            Self::Decrypt(command) => command.run(input, output),
            Self::RotateRecipients(command) => command.run(output),
        };
        let ended = ended.and_then(|()| Ok(output.out.flush()?));
        match ended {
            Ok(()) => Ok(End::Done),
            Err(Failed::Refused(error)) => {
                error.issues().try_for_each(|issue| writeln!(output.err, "{issue}"))?;
                Ok(End::Failed)
            }
            Err(Failed::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Err(error),
            // The output would be lost.
            Err(Failed::Output(error)) => {
                writeln!(output.err, "the output cannot be written: {error}").map(|()| End::Failed)
            }
        }
    }
}

/// The reason for which a command failed.
enum Failed {
    Refused(Error),
    /// The output cannot be written.
    Output(io::Error),
}

impl From<Refusal> for Failed {
    fn from(issue: Refusal) -> Self {
        Self::Refused((*issue).into())
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

type Ended = Result<(), Failed>;

type Refusal = Box<Issue>;

/// Larger than any configuration file.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

fn refusal(message: impl Into<String>, help: impl Into<String>) -> Refusal {
    Issue::new(IssueKind::Setup, Keys::root(), message).with_help(help).into()
}

/// The refusal of a ciphertext by a provider.
fn unopened(error: &FetchError) -> Refusal {
    let issue = Issue::new(IssueKind::Unreadable, Keys::root(), error.to_string());
    match error.help() {
        Some(help) => issue.with_help(help).into(),
        None => issue.into(),
    }
}

/// Reads a file within the usual limit. It is wiped when dropped, because it may contain secrets.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let refuse = |message: String| Issue::new(IssueKind::Unreadable, Keys::root(), message).at(file(path));
    let file = open(path).map_err(|error| refuse(error.to_string()).with_any_help(error.help()))?;
    let failed = |error| {
        let error = ReadError::from_io(path, error);
        refuse(error.to_string()).with_any_help(error.help())
    };
    let length = file.metadata().map_err(failed)?.len();
    let content = within(&file, length, MAX_SIZE).map_err(failed)?;
    let large = || refuse(format!("the file is larger than {MAX_SIZE} bytes")).into();
    content.map(Zeroizing::new).ok_or_else(large)
}

/// Reads the standard input to its end.
fn read_input(
    input: &mut impl Read,
    output: &mut Output<'_>,
    what: &str,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    if output.standard && io::stdin().is_terminal() {
        writeln!(output.err, "type {what}, end with Enter and Ctrl-D:")?;
    }
    let failed = |error| refusal(format!("the input cannot be read: {error}"), "give it again");
    let content = within(input, 0, MAX_SIZE).map_err(failed)?;
    let large = || refusal("the input is larger than 16 MiB", "encrypt it as a file with `--in`").into();
    content.map(Zeroizing::new).ok_or_else(large)
}

/// Writes a file that is accessible only to its owner.
fn write(path: &Path, content: &[u8]) -> Result<(), Refusal> {
    write_private(path, content).map_err(|error| unwritten(path, &error))
}

fn unwritten(path: &Path, error: &io::Error) -> Refusal {
    command_line::unwritten(path, error).into()
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
