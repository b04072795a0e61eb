//! Arguments for recipients and identities.

use std::{path::PathBuf, str::FromStr};

use age::{secrecy::SecretString, x25519};
use hotswap_age::{Age, ExposedKeys, Identities, seal};
use hotswap_core::{Origin, support::command_line::MakeIssue as _};

use super::{Refusal, read, refusal, unopened};

/// Arguments for the identities to decrypt with.
#[derive(Clone, Debug, Default, clap::Args)]
#[non_exhaustive]
pub struct IdentityFiles {
    /// Decrypt with the identities in this file; may be repeated. Without it the variables count that the program reads
    #[arg(short = 'I', long = "identity-file", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

impl IdentityFiles {
    pub(super) fn read(&self) -> Result<Identities, Refusal> {
        let age = self.paths.iter().fold(Age::new(), Age::identity_file);
        age.identities().map_err(|error| unopened(&error))
    }
}

/// Arguments for the recipients to encrypt for.
#[derive(Clone, Debug, Default, clap::Args)]
#[non_exhaustive]
pub struct Recipients {
    /// Encrypt for this recipient, `age1..`; may be repeated
    #[arg(short = 'r', long = "recipient", value_name = "RECIPIENT")]
    pub recipients: Vec<String>,
    /// Encrypt for the recipients in this file, one a line; may be repeated
    #[arg(short = 'R', long = "recipients-file", value_name = "PATH")]
    pub recipients_files: Vec<PathBuf>,
    /// Encrypt with the passphrase in HOTSWAP_AGE_PASSPHRASE, or in the file HOTSWAP_AGE_PASSPHRASE_FILE
    #[arg(short = 'p', long, conflicts_with_all = ["recipients", "recipients_files"])]
    pub passphrase: bool,
}

/// The recipients or the passphrase.
pub(super) enum Lock {
    Recipients(Vec<x25519::Recipient>),
    Passphrase(SecretString),
}

impl Recipients {
    pub(super) fn read(&self) -> Result<Lock, Refusal> {
        if self.passphrase {
            return seal::passphrase(ExposedKeys::Warn)
                .map(Lock::Passphrase)
                .map_err(|error| unopened(&error));
        }
        let mut recipients = Vec::new();
        for text in &self.recipients {
            recipients.push(
                recipient(text.trim())
                    .map_err(|(what, help)| refusal(format!("`--recipient` was given {what}"), help))?,
            );
        }
        for path in &self.recipients_files {
            let content = read(path)?;
            let lines = String::from_utf8_lossy(&content);
            for (number, line) in lines.lines().map(str::trim).enumerate() {
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let place = Origin::File { path: path.clone(), line: Some(number + 1), column: None };
                recipients.push(recipient(line).map_err(|(what, help)| {
                    Refusal::from(refusal(format!("the line is {what}"), help).at(place))
                })?);
            }
        }
        match recipients.is_empty() {
            true => Err(refusal(
                "nobody is named who may decrypt it",
                "name a recipient with `--recipient age1..`, a file of them with `--recipients-file`, or use \
                 `--passphrase`",
            )),
            false => Ok(Lock::Recipients(recipients)),
        }
    }
}

/// Describes the kind of a text without quoting it.
fn recipient(text: &str) -> Result<x25519::Recipient, (&'static str, &'static str)> {
    x25519::Recipient::from_str(text).map_err(|_| {
        if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
            (
                "an identity, which is secret",
                "give its recipient, `age1..`, and make a new identity if others saw it",
            )
        } else if text.starts_with("ssh-") {
            ("an SSH key, which is not supported", "give a recipient, `age1..`, as `age-keygen` prints it")
        } else {
            ("no recipient", "a recipient begins with `age1`, and is printed by `age-keygen -y`")
        }
    })
}

impl Lock {
    pub(super) fn encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Refusal> {
        let sealed = match self {
            Self::Recipients(recipients) => seal::encrypt(plaintext, recipients),
            Self::Passphrase(passphrase) => seal::encrypt_with_passphrase(plaintext, passphrase),
        };
        sealed.map_err(|error| refusal(format!("it cannot be encrypted: {error}"), "check the recipients"))
    }

    /// The description for messages.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Recipients(recipients) if recipients.len() == 1 => "for 1 recipient".to_owned(),
            Self::Recipients(recipients) => format!("for {} recipients", recipients.len()),
            Self::Passphrase(_) => "with a passphrase".to_owned(),
        }
    }

    pub(super) fn recipients(&self) -> Vec<String> {
        match self {
            Self::Recipients(recipients) => recipients.iter().map(ToString::to_string).collect(),
            Self::Passphrase(_) => Vec::new(),
        }
    }
}
