//! References inside a file. Only they change, in any format.

use std::path::Path;

use hotswap_age::{
    Identities,
    seal::{encode, is_age_file, reference},
};
use hotswap_core::{Issue, support::command_line::References};

use super::{Refusal, keys::Lock, unopened};

/// The text of the file with every `age:` reference encrypted again, and their number.
///
/// # Errors
/// Every reference that cannot be decrypted, with its position.
pub(super) fn rotate(
    path: &Path,
    bytes: &[u8],
    identities: &Identities,
    lock: &Lock,
) -> Result<(String, usize), Vec<Issue>> {
    let references = References {
        scheme: "age:",
        is_reference: &is_reference,
        location: &|old| encrypted_again(old, identities, lock),
        help: "write it on one line, as the command `encrypt` prints it",
    };
    references.replace(path, bytes)
}

fn encrypted_again(old: &str, identities: &Identities, lock: &Lock) -> Result<String, Refusal> {
    let opened = reference(old.as_bytes()).and_then(|ciphertext| identities.open_file(&ciphertext));
    let ciphertext = lock.encrypt(&opened.map_err(|error| unopened(&error))?)?;
    Ok(encode(&ciphertext))
}

/// Another text may also begin like a reference.
fn is_reference(text: &str) -> bool {
    reference(text.as_bytes()).is_ok_and(|ciphertext| is_age_file(&ciphertext))
}
