//! The form of one file: a header line, and JSON.

use std::{fs::Metadata, path::Path};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    describe::hash::fnv,
    issue::Issue,
    source::{
        read::{open, within},
        read_error::ReadError,
    },
};

/// In bytes. The history contains the content of all sources and is larger than any of them. A file beyond this limit
/// was not written by hotswap, and would only exhaust the memory.
pub(super) const MAX_SIZE: u64 = 256 * 1024 * 1024;

/// Incremented with every change that an older program would misread.
const FORMAT: u32 = 1;
const MAGIC: &str = "hotswap-state";

/// The result of reading a file.
#[derive(Debug, PartialEq)]
pub(super) enum StateFile<T> {
    /// The file does not exist.
    Absent,
    Sound(T),
    /// The file is damaged, and why.
    Damaged(String),
    /// A newer version of hotswap wrote it, in this format.
    Newer(u32),
}

/// The text of a file: `hotswap-state 1 <digest>`, and its content.
///
/// # Errors
/// A value has no form in the file.
pub(super) fn text(content: &impl Serialize) -> Result<String, String> {
    let body = serde_json::to_string(content).map_err(|error| error.to_string())?;
    Ok(format!("{MAGIC} {FORMAT} {:032x}\n{body}\n", fnv(body.as_bytes())))
}

/// The reason for which a file cannot be used.
pub(super) enum Unread {
    /// Its owner or its mode allows others to write it.
    Untrusted(Box<Issue>),
    Failed(ReadError),
}

/// Reads a regular file of bounded size, as configuration files are read. `judge` checks the file that was opened,
/// which may differ from the one that was there before.
///
/// # Errors
/// The file is not trusted, or the system reports an error; invalid content is not an error.
pub(super) fn read<T: DeserializeOwned>(
    path: &Path,
    judge: impl FnOnce(&Metadata) -> Result<(), Box<Issue>>,
) -> Result<StateFile<T>, Unread> {
    let failed = |error| Unread::Failed(ReadError::from_io(path, error));
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.is_missing() => return Ok(StateFile::Absent),
        Err(error) => return Err(Unread::Failed(error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    judge(&metadata).map_err(Unread::Untrusted)?;
    let bytes = within(&file, metadata.len(), MAX_SIZE).map_err(failed)?;
    let bytes = bytes.ok_or(Unread::Failed(ReadError::TooLarge { limit: MAX_SIZE }))?;
    Ok(parse(&bytes))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> StateFile<T> {
    let damaged = |why: &str| StateFile::Damaged(why.to_owned());
    let Ok(text) = std::str::from_utf8(bytes) else { return damaged("it is no text") };
    let Some((head, body)) = text.split_once('\n') else { return damaged("it has no first line") };
    let mut words = head.split(' ');
    let (magic, format, digest) = (words.next(), words.next(), words.next());
    let format = format.filter(|_| magic == Some(MAGIC)).and_then(|format| format.parse().ok());
    let Some(format) = format else { return damaged("its first line is none of ours") };
    if format == 0 {
        return damaged("no format has the number 0");
    }
    if format > FORMAT {
        return StateFile::Newer(format);
    }
    let body = body.strip_suffix('\n').unwrap_or(body);
    if digest != Some(&*format!("{:032x}", fnv(body.as_bytes()))) {
        return damaged("its digest does not match");
    }
    match serde_json::from_str(body) {
        Ok(content) => StateFile::Sound(content),
        Err(error) => StateFile::Damaged(format!("it does not read: {:?}", error.classify())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = text(&vec![1, 2]).unwrap();
        assert_eq!(parse(text.as_bytes()), StateFile::Sound(vec![1, 2]));
    }

    /// Any wrong byte, and truncation at any position.
    #[test]
    fn no_damage_goes_unseen() {
        let text = text(&vec![12, 34]).unwrap().into_bytes();
        for place in 0..text.len() - 1 {
            assert!(!matches!(parse::<Vec<u8>>(&text[..place]), StateFile::Sound(_)), "cut at {place}");
            let mut other = text.clone();
            other[place] ^= 1;
            assert!(!matches!(parse::<Vec<u8>>(&other), StateFile::Sound(_)), "changed at {place}");
        }
        assert!(matches!(parse::<Vec<u8>>(b""), StateFile::Damaged(_)));
    }

    #[test]
    fn a_later_format_is_told_from_damage() {
        assert_eq!(parse::<Vec<u8>>(b"hotswap-state 2 whatever\nelse"), StateFile::Newer(2));
    }
}
