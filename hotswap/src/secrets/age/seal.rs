//! From a plaintext to an age file.

use std::io::{self, Write as _};

use ::age::{EncryptError, Encryptor, Recipient, scrypt, secrecy::SecretString, x25519};
use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};

/// What the tool `age` takes; measuring the machine, as the crate does by itself, gives a weak one on a busy machine.
const WORK_FACTOR: u8 = 18;

/// Encrypts for recipients, each of which can decrypt it alone.
///
/// # Errors
/// There is no recipient.
pub(crate) fn encrypt(plaintext: &[u8], recipients: &[x25519::Recipient]) -> Result<Vec<u8>, EncryptError> {
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|one| one as &dyn Recipient))?;
    Ok(written(encryptor, plaintext)?)
}

/// Encrypts with a passphrase.
///
/// # Errors
/// None that is known: memory takes everything.
pub(crate) fn encrypt_with_passphrase(
    plaintext: &[u8],
    passphrase: &SecretString,
) -> Result<Vec<u8>, EncryptError> {
    let mut recipient = scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn Recipient))?;
    Ok(written(encryptor, plaintext)?)
}

fn written(encryptor: Encryptor, plaintext: &[u8]) -> io::Result<Vec<u8>> {
    let mut ciphertext = Vec::new();
    let mut writer = encryptor.wrap_output(&mut ciphertext)?;
    writer.write_all(plaintext)?;
    writer.finish()?;
    Ok(ciphertext)
}

/// As it stands behind `age:`.
pub(crate) fn encode(ciphertext: &[u8]) -> String {
    BASE64_STANDARD_NO_PAD.encode(ciphertext)
}
