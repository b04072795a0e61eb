//! One file, opened once and read once.

use std::{
    fs::{self, File, FileType, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::source::{
    read_error::{ReadError, What},
    sealed::is_sealed,
    stamp::Stamp,
};

/// The number of immediate retries if a file is swapped while its path is resolved.
const TRIES: usize = 4;
const CHUNK: usize = 8 * 1024;

/// The content of a file.
#[derive(Debug)]
pub(crate) struct FileContent {
    /// Wiped, because it may contain a secret.
    pub(crate) text: Zeroizing<String>,
    /// The bytes of an encrypted file, whose text is not known yet.
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) stamp: Stamp,
    /// The path with all links followed; the given path if that cannot be determined.
    pub(crate) real: PathBuf,
    /// Whether the file seemed to change during the read, so that the text may mix two states.
    pub(crate) torn: bool,
}

impl FileContent {
    /// No bytes, or only white space, as in the first half of a rewrite in place.
    pub(crate) fn is_blank(&self) -> bool {
        if let Some(bytes) = &self.sealed {
            return bytes.is_empty();
        }
        self.text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty()
    }

    /// Whether the file has no name any more. A bind mount of a single file keeps showing it after the
    /// original was replaced, so later changes of the original are not visible.
    pub(crate) fn is_deleted(&self) -> bool {
        self.stamp.nlink == 0
    }
}

/// Reads a whole file of at most `max_size` bytes.
///
/// # Errors
/// Every reason of [`ReadError`] except `NotDirectory`.
pub(crate) fn read(path: &Path, max_size: u64) -> Result<FileContent, ReadError> {
    let mut outcome = attempt(path, max_size);
    for _ in 1..TRIES {
        match &outcome {
            // While a link is swapped, the old directory can disappear during the resolution of a path.
            Err(error) if error.is_missing() => {}
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::StaleNetworkFileHandle => {}
            Ok(content) if !still_there(content) => {}
            _ => break,
        }
        outcome = attempt(path, max_size);
    }
    outcome
}

/// Whether the resolved path still leads to the file that was read. A difference does not prove a change,
/// because some file systems invent inode numbers.
fn still_there(content: &FileContent) -> bool {
    fs::metadata(&content.real).is_ok_and(|now| Stamp::from_metadata(&now).same_file(&content.stamp))
}

fn attempt(path: &Path, max_size: u64) -> Result<FileContent, ReadError> {
    let sorted = |error| ReadError::from_io(path, error);
    let file = open(path)?;
    let before = Stamp::from_metadata(&file.metadata().map_err(sorted)?);
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let bytes = within(&file, before.len, max_size)
        .map_err(sorted)?
        .ok_or(ReadError::TooLarge { limit: max_size })?;
    let after = Stamp::from_metadata(&file.metadata().map_err(sorted)?);
    let (text, sealed) =
        if is_sealed(path) { (Zeroizing::default(), Some(bytes)) } else { (text(bytes)?, None) };
    Ok(FileContent { text, sealed, stamp: after, real, torn: !before.same_state(&after) })
}

/// Opens a regular file and nothing else.
pub fn open(path: &Path) -> Result<File, ReadError> {
    let sorted = |error| ReadError::from_io(path, error);
    // Opening a file may have side effects: a pipe's writer wakes up, a tape rewinds. So the type is checked
    // before, and again after opening, because the path may lead to another file by then.
    regular(fs::metadata(path).map_err(sorted)?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Without O_NONBLOCK the open of a pipe waits for its writer.
        options.custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC | libc::O_NOCTTY);
    }
    let file = options.open(path).map_err(sorted)?;
    regular(file.metadata().map_err(sorted)?.file_type())?;
    Ok(file)
}

/// # Errors
/// `NotRegular`.
pub(crate) fn regular(kind: FileType) -> Result<(), ReadError> {
    if kind.is_file() { Ok(()) } else { Err(ReadError::NotRegular(what(kind))) }
}

fn what(kind: FileType) -> What {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return What::Fifo;
        }
        if kind.is_socket() {
            return What::Socket;
        }
        if kind.is_block_device() || kind.is_char_device() {
            return What::Device;
        }
    }
    if kind.is_dir() { What::Directory } else { What::Unknown }
}

/// Reads everything up to the end; `None` if that is more than `max_size` bytes. Never reads more than one
/// byte above the limit, even if the file grows. A reported size of 0 is ignored, because /proc always reports
/// it.
pub fn within(mut file: impl Read, expected: u64, max_size: u64) -> io::Result<Option<Vec<u8>>> {
    if expected > max_size {
        return Ok(None);
    }
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX).saturating_add(1);
    let limit = size(max_size);
    let mut step = if expected == 0 { CHUNK } else { size(expected) };
    let (mut bytes, mut filled) = (Zeroizing::new(Vec::new()), 0);
    while filled < limit {
        if filled == bytes.len() {
            let room = step.min(limit - filled);
            // A growing vector may be moved, and its old memory is not wiped.
            let mut roomier = Zeroizing::new(Vec::with_capacity(filled + room));
            roomier.extend_from_slice(&bytes);
            roomier.resize(filled + room, 0);
            bytes = roomier;
            step = bytes.len().max(CHUNK);
        }
        match file.read(&mut bytes[filled..]) {
            Ok(0) => {
                bytes.truncate(filled);
                return Ok(Some(std::mem::take(&mut *bytes)));
            }
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn text(bytes: Vec<u8>) -> Result<Zeroizing<String>, ReadError> {
    String::from_utf8(bytes).map(Zeroizing::new).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let bytes = Zeroizing::new(error.into_bytes());
        not_utf8(&bytes, offset)
    })
}

fn not_utf8(bytes: &[u8], offset: usize) -> ReadError {
    let before = String::from_utf8_lossy(&bytes[..offset]);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    ReadError::NotUtf8 {
        offset,
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        utf16: bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]),
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
