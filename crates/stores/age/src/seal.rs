//! Encrypts age files, for the command line only.

use std::io::{self, Write as _};

use ::age::{EncryptError, Encryptor, Recipient, scrypt, secrecy::SecretString, x25519};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD},
};
use hotswap_core::secrets::FetchError;

use super::{
    ExposedKeys, Identities,
    identities::{KeySource, unusable, variables},
    text::{BEGIN, END, decode, no_base64},
};

/// The work factor of the tool `age`. The crate's default measures the machine, which gives a weak factor on a busy
/// machine.
const WORK_FACTOR: u8 = 18;

/// Encrypts for recipients, each of which can decrypt it alone.
///
/// # Errors
/// There is no recipient.
pub fn encrypt(plaintext: &[u8], recipients: &[x25519::Recipient]) -> Result<Vec<u8>, EncryptError> {
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|one| one as &dyn Recipient))?;
    Ok(written(encryptor, plaintext)?)
}

/// Encrypts with a passphrase.
///
/// # Errors
/// No known error, because writing to memory does not fail.
pub fn encrypt_with_passphrase(plaintext: &[u8], passphrase: &SecretString) -> Result<Vec<u8>, EncryptError> {
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

/// The form after `age:`.
pub fn encode(ciphertext: &[u8]) -> String {
    BASE64_STANDARD_NO_PAD.encode(ciphertext)
}

/// The form of `age --armor`.
pub fn armored(ciphertext: &[u8]) -> Vec<u8> {
    let text = BASE64_STANDARD.encode(ciphertext);
    let mut armored = format!("{BEGIN}\n");
    let mut rest = &*text;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        armored.push_str(line);
        armored.push('\n');
        rest = after;
    }
    armored.push_str(END);
    armored.push('\n');
    armored.into_bytes()
}

pub fn is_armored(file: &[u8]) -> bool {
    file.trim_ascii_start().starts_with(BEGIN.as_bytes())
}

/// Whether the file looks like an age file.
pub fn is_age_file(file: &[u8]) -> bool {
    file.starts_with(b"age-encryption.org/") || is_armored(file)
}

/// The ciphertext of a whole reference, with or without its scheme and its key.
pub fn reference(text: &[u8]) -> Result<Vec<u8>, FetchError> {
    let text =
        std::str::from_utf8(text).map_err(|_| no_base64("it is neither an age file nor a reference"))?;
    let text = text.trim();
    let text = text.strip_prefix("age:").unwrap_or(text);
    decode(text.split_once('#').map_or(text, |(location, _)| location))
}

/// The passphrase of the environment, for encryption.
pub fn passphrase(exposed: ExposedKeys) -> Result<SecretString, FetchError> {
    let given: Vec<_> = variables()
        .into_iter()
        .filter(|given| matches!(given, KeySource::Passphrase(_) | KeySource::PassphraseFile(_)))
        .collect();
    let mut passphrases = Identities::read(&given, exposed, 0)?.passphrases;
    passphrases.pop().ok_or_else(|| {
        unusable("no passphrase is given".to_owned()).with_help(
            "set HOTSWAP_AGE_PASSPHRASE_FILE to a file that holds it, or HOTSWAP_AGE_PASSPHRASE to it",
        )
    })
}
