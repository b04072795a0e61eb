//! Ciphertexts as texts, and plaintexts as texts.

use std::string::FromUtf8Error;

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hotswap_core::secrets::{FetchError, Payload};
use zeroize::{Zeroize as _, Zeroizing};

pub(super) const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
pub(super) const END: &str = "-----END AGE ENCRYPTED FILE-----";

/// Decodes an age file, armored or in any kind of base64. Line breaks are ignored, because formats
/// fold lines, and shells and editors add some.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, FetchError> {
    let text = text.trim();
    let text = match text.strip_prefix(BEGIN) {
        Some(armored) => armored.strip_suffix(END).ok_or_else(cut)?,
        None => text,
    };
    let mut letters: Vec<u8> = text.bytes().filter(|letter| !letter.is_ascii_whitespace()).collect();
    if letters.is_empty() {
        return Err(no_base64("there is nothing behind `age:`"));
    }
    let url = letters.iter().any(|letter| matches!(letter, b'-' | b'_'));
    let alphabet = if url { URL_SAFE } else { STANDARD };
    let settings = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&alphabet, settings).decode(&letters);
    // The text may be the secret itself by mistake.
    letters.zeroize();
    decoded.map_err(|_| no_base64("what stands behind `age:` is no base64, or is cut short"))
}

/// The ciphertext in the bytes of a file.
pub(super) fn of_file(bytes: &[u8]) -> Result<Vec<u8>, FetchError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim_start().starts_with(BEGIN) => decode(text),
        _ => Ok(bytes.to_vec()),
    }
}

/// The plaintext: a text without the newline that ends it, or bytes.
pub(super) fn payload(plaintext: Zeroizing<Vec<u8>>) -> Payload {
    text(plaintext).map_or_else(Payload::bytes, Payload::text)
}

/// The plaintext as a text, without the newline that ends it.
pub(super) fn from_plaintext(plaintext: Zeroizing<Vec<u8>>) -> Result<String, FetchError> {
    text(plaintext).map_err(|mut bytes| {
        bytes.zeroize();
        FetchError::invalid("what was encrypted is not UTF-8 text").with_help("encrypt a text")
    })
}

fn text(mut plaintext: Zeroizing<Vec<u8>>) -> Result<String, Vec<u8>> {
    let mut text = String::from_utf8(std::mem::take(&mut plaintext)).map_err(FromUtf8Error::into_bytes)?;
    let line_end = ["\r\n", "\n"].into_iter().find(|end| text.ends_with(end)).map_or(0, str::len);
    text.truncate(text.len() - line_end);
    Ok(text)
}

pub(super) fn no_base64(message: &str) -> FetchError {
    FetchError::invalid(message).with_help("put the whole line there that the command `encrypt` prints")
}

/// The error of a truncated age file.
pub(super) fn cut() -> FetchError {
    FetchError::invalid("the ciphertext is cut short").with_help("copy all of it, or encrypt the value anew")
}
