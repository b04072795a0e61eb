//! Files of tokens and certificates that clients of stores need. They may be pipes or devices by mistake, as any file may.

use std::path::Path;

use hotswap_core::support::store::{ReadError, open, within};
use zeroize::Zeroizing;

/// Reads all of it.
///
/// # Errors
/// It is no regular file, is larger, or the system does not give it; what is read need be no text.
pub fn read(path: &Path, max_size: u64) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let sorted = |error| ReadError::from_io(path, error);
    let file = open(path)?;
    let size = file.metadata().map_err(sorted)?.len();
    let bytes = within(&file, size, max_size).map_err(sorted)?;
    bytes.map(Zeroizing::new).ok_or(ReadError::TooLarge { limit: max_size })
}
