//! Decrypts age files.

use std::io::{self, Read as _};

use ::age::{DecryptError, Decryptor, Identity, scrypt, stream::StreamReader};
use hotswap_core::secrets::{FetchError, FetchErrorKind};
use zeroize::Zeroizing;

use super::{Identities, text};

/// A plaintext, and whether a passphrase decrypted it.
pub(super) struct Opened {
    pub(super) plaintext: Zeroizing<Vec<u8>>,
    pub(super) by_passphrase: bool,
}

impl Identities {
    /// Decrypts a file, armored or not.
    pub fn open_file(&self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, FetchError> {
        Ok(self.open(&text::of_file(bytes)?)?.plaintext)
    }

    /// Decrypts an age file.
    ///
    /// # Errors
    /// It is not an age file, it is damaged, no identity matches, or its work factor is too high.
    pub(super) fn open(&self, ciphertext: &[u8]) -> Result<Opened, FetchError> {
        let parsed = parse(ciphertext)?;
        let by_passphrase = parsed.is_scrypt();
        let stream = if by_passphrase { self.by_passphrase(ciphertext)? } else { self.by_key(parsed)? };
        // Never longer than its ciphertext, so the buffer does not grow and leave unwiped copies.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(ciphertext.len()));
        let limit = ciphertext.len() as u64;
        stream.take(limit).read_to_end(&mut plaintext).map_err(|error| damaged(&error))?;
        Ok(Opened { plaintext, by_passphrase })
    }

    fn by_key<'c>(&self, file: Decryptor<&'c [u8]>) -> Result<StreamReader<&'c [u8]>, FetchError> {
        if self.keys.is_empty() {
            return Err(self.no_identity("no identity is given to decrypt it with"));
        }
        let keys = self.keys.iter().map(|key| key as &dyn Identity);
        file.decrypt(keys).map_err(|error| self.refused(&error))
    }

    /// Tried one after the other, because a wrong passphrase ends the crate's own search.
    fn by_passphrase<'c>(&self, ciphertext: &'c [u8]) -> Result<StreamReader<&'c [u8]>, FetchError> {
        let mut refused = self.no_identity("it is encrypted with a passphrase, and none is given");
        for passphrase in &self.passphrases {
            let mut identity = scrypt::Identity::new(passphrase.clone());
            identity.set_max_work_factor(self.max_work_factor);
            match parse(ciphertext)?.decrypt(std::iter::once(&identity as &dyn Identity)) {
                Ok(stream) => return Ok(stream),
                Err(error) => refused = self.refused(&error),
            }
        }
        Err(refused)
    }

    fn refused(&self, error: &DecryptError) -> FetchError {
        match error {
            DecryptError::NoMatchingKeys => FetchError::denied("it is encrypted for other identities")
                .with_help(format!(
                    "give the identity that it was encrypted for, or encrypt it for {}",
                    self.recipients().join(" or ")
                )),
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                FetchError::denied("the passphrase is wrong")
                    .with_help("give the one that it was encrypted with")
            }
            DecryptError::ExcessiveWork { required, .. } => FetchError::invalid(format!(
                "its passphrase costs work of 2^{required}, more than the limit of 2^{}",
                self.max_work_factor
            ))
            .with_help("encrypt it with less, or raise the limit with `max_work_factor`"),
            DecryptError::InvalidMac => changed(),
            DecryptError::Io(error) => damaged(error),
            _ => no_age_file(),
        }
    }

    fn no_identity(&self, message: &str) -> FetchError {
        FetchError::new(FetchErrorKind::Unauthenticated, message).with_help(
            "set HOTSWAP_AGE_IDENTITY_FILE to the file that `age-keygen` wrote, or give one to `Age`; for a passphrase, \
             HOTSWAP_AGE_PASSPHRASE_FILE",
        )
    }
}

fn parse(ciphertext: &[u8]) -> Result<Decryptor<&[u8]>, FetchError> {
    Decryptor::new_buffered(ciphertext).map_err(|error| match error {
        DecryptError::Io(error) => damaged(&error),
        DecryptError::UnknownFormat => {
            FetchError::invalid("it is an age file of a version that is not known")
        }
        _ => no_age_file(),
    })
}

fn no_age_file() -> FetchError {
    FetchError::invalid("it is no age file, or its header is damaged")
        .with_help("encrypt it with the command `encrypt`, or with `age`")
}

fn changed() -> FetchError {
    FetchError::invalid("the ciphertext is damaged, or was changed")
        .with_help("copy it again, or encrypt it anew")
}

fn damaged(error: &io::Error) -> FetchError {
    if error.kind() == io::ErrorKind::UnexpectedEof { text::cut() } else { changed() }
}
