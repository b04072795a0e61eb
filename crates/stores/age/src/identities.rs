//! The identities for decryption.

use std::{env, path::PathBuf};

use ::age::{secrecy::SecretString, x25519};
use hotswap_core::{
    Secret,
    secrets::{FetchError, FetchErrorKind},
    support::store::WorkingDirectory,
};
use zeroize::{Zeroize as _, Zeroizing};

use super::{ExposedKeys, key_file, text as texts};

/// One way in which identities are given.
#[derive(Clone, Debug)]
pub(super) enum KeySource {
    File(PathBuf),
    Identities(Secret<String>),
    PassphraseFile(PathBuf),
    Passphrase(Secret<String>),
}

impl KeySource {
    /// The same with an absolute path.
    pub(super) fn resolved(self, directory: &WorkingDirectory) -> Self {
        match self {
            Self::File(path) => Self::File(directory.resolve(&path)),
            Self::PassphraseFile(path) => Self::PassphraseFile(directory.resolve(&path)),
            other @ (Self::Identities(_) | Self::Passphrase(_)) => other,
        }
    }

    pub(super) fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::File(path) | Self::PassphraseFile(path) => Some(path),
            Self::Identities(_) | Self::Passphrase(_) => None,
        }
    }
}

/// The identities of the environment: from the variables of this crate, or else those of sops.
pub(super) fn variables() -> Vec<KeySource> {
    let own = [
        path("HOTSWAP_AGE_IDENTITY_FILE").map(KeySource::File),
        text("HOTSWAP_AGE_IDENTITY").map(KeySource::Identities),
        path("HOTSWAP_AGE_PASSPHRASE_FILE").map(KeySource::PassphraseFile),
        text("HOTSWAP_AGE_PASSPHRASE").map(KeySource::Passphrase),
    ];
    let sops =
        || [path("SOPS_AGE_KEY_FILE").map(KeySource::File), text("SOPS_AGE_KEY").map(KeySource::Identities)];
    let own: Vec<_> = own.into_iter().flatten().collect();
    if own.is_empty() { sops().into_iter().flatten().collect() } else { own }
}

fn path(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn text(variable: &str) -> Option<Secret<String>> {
    env::var(variable).ok().filter(|text| !text.is_empty()).map(Secret::new)
}

/// All given identities, loaded.
pub struct Identities {
    pub(super) keys: Vec<x25519::Identity>,
    pub(super) passphrases: Vec<SecretString>,
    pub(super) max_work_factor: u8,
}

impl Identities {
    pub(super) fn read(
        given: &[KeySource],
        exposed: ExposedKeys,
        max_work_factor: u8,
    ) -> Result<Self, FetchError> {
        let mut read = Self { keys: Vec::new(), passphrases: Vec::new(), max_work_factor };
        // An identity file may need a passphrase.
        for given in given {
            match given {
                KeySource::Passphrase(passphrase) => {
                    read.passphrases.push(passphrase.expose().as_str().into())
                }
                KeySource::PassphraseFile(path) => {
                    let name = path.display().to_string();
                    let mut text =
                        texts::from_plaintext(key_file::read(path, exposed)?).map_err(|_| no_text(&name))?;
                    read.passphrases.push(text.as_str().into());
                    text.zeroize();
                }
                KeySource::File(_) | KeySource::Identities(_) => {}
            }
        }
        for given in given {
            match given {
                KeySource::File(path) => {
                    let name = format!("the identity file {}", path.display());
                    let content = read.unlocked(key_file::read(path, exposed)?, &name)?;
                    read.add(std::str::from_utf8(&content).map_err(|_| no_text(&name))?, &name)?;
                }
                KeySource::Identities(text) => read.add(text.expose(), "the identity")?,
                KeySource::Passphrase(_) | KeySource::PassphraseFile(_) => {}
            }
        }
        Ok(read)
    }

    /// Their public keys.
    pub fn recipients(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.to_public().to_string()).collect()
    }

    /// The content of an identity file that may itself be encrypted with a passphrase.
    fn unlocked(&self, content: Zeroizing<Vec<u8>>, name: &str) -> Result<Zeroizing<Vec<u8>>, FetchError> {
        let ciphertext = texts::of_file(&content)?;
        if !ciphertext.starts_with(b"age-encryption.org/") {
            return Ok(content);
        }
        let locked = Self { keys: Vec::new(), passphrases: self.passphrases.clone(), ..*self };
        locked.open_file(&ciphertext).map_err(|error| {
            let renamed = FetchError::new(error.kind(), format!("{name} does not open: {error}"));
            error.help().map(|help| renamed.clone().with_help(help)).unwrap_or(renamed)
        })
    }

    fn add(&mut self, text: &str, name: &str) -> Result<(), FetchError> {
        let before = self.keys.len();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = line.parse().map_err(|_| not_an_identity(line, name, number + 1))?;
            self.keys.push(key);
        }
        if self.keys.len() == before {
            return Err(unusable(format!("{name} holds no identity")).with_help("make one with `age-keygen`"));
        }
        Ok(())
    }
}

pub(super) fn unusable(message: String) -> FetchError {
    FetchError::new(FetchErrorKind::Unauthenticated, message)
}

fn no_text(name: &str) -> FetchError {
    unusable(format!("{name} is no text")).with_help("name a file that `age-keygen` wrote")
}

/// Describes the kind of a line without quoting it.
fn not_an_identity(line: &str, name: &str, number: usize) -> FetchError {
    let (what, help) = if line.starts_with("AGE-PLUGIN-") {
        ("the identity of a plugin, which is not supported", "make an identity of its own with `age-keygen`")
    } else if line.starts_with("-----BEGIN") {
        ("an SSH key, which is not supported", "make an identity with `age-keygen`")
    } else if line.starts_with("age1") {
        ("a recipient, which only encrypts", "give the identity that belongs to it, `AGE-SECRET-KEY-1..`")
    } else {
        ("no identity", "an identity begins with `AGE-SECRET-KEY-1`; make one with `age-keygen`")
    };
    unusable(format!("line {number} of {name} is {what}")).with_help(help)
}
