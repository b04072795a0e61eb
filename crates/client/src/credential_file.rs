//! Files with tokens and certificates for clients of stores. Like any path, they may be pipes or devices by mistake.

use std::path::Path;

use hotswap_core::support::store::{ReadError, open, within};
use zeroize::Zeroizing;

/// Reads the whole file.
///
/// # Errors
/// It is not a regular file, is larger than `max_size`, or cannot be read. The content need not be text.
pub fn read(path: &Path, max_size: u64) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let sorted = |error| ReadError::from_io(path, error);
    let file = open(path)?;
    let size = file.metadata().map_err(sorted)?.len();
    let bytes = within(&file, size, max_size).map_err(sorted)?;
    bytes.map(Zeroizing::new).ok_or(ReadError::TooLarge { limit: max_size })
}
