//! Errors of reading a file or a directory of files.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::advice;
use crate::excerpt;

/// The reason for which a file cannot be read. The message omits the path, which the issue contains as its
/// origin.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The file does not exist, or is a dangling link.
    #[error("no file at {}{}", Shown(.path), Dangling(.link_to.as_deref()))]
    Missing {
        /// Absolute, so that a wrong working directory is visible.
        path: PathBuf,
        /// The target of a link at `path`.
        link_to: Option<PathBuf>,
    },
    /// The directory does not exist, or is a dangling link.
    #[error("no directory at {}{}", Shown(.path), Dangling(.link_to.as_deref()))]
    MissingDirectory {
        /// Absolute, so that a wrong working directory is visible.
        path: PathBuf,
        /// The target of a link at `path`.
        link_to: Option<PathBuf>,
    },
    /// A directory, a device, or anything else that is not a regular file.
    #[error("expected a regular file, found {0}")]
    NotRegular(What),
    /// The path of a directory source is not a directory.
    #[error("expected a directory, found something else")]
    NotDirectory,
    /// The user has no permission to read it.
    #[error("permission denied")]
    Denied,
    /// It is larger than the limit.
    #[error("the file is larger than the limit of {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// Some of its bytes are not text.
    #[error("the file is not UTF-8: byte {offset} is not part of any character")]
    NotUtf8 {
        /// Counted from 0.
        offset: usize,
        /// From 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
        /// Whether the file starts like UTF-16.
        utf16: bool,
    },
    /// Links that lead to each other.
    #[error("too many levels of symbolic links")]
    LinkLoop,
    /// Any other error of the system for a file, with its own message.
    #[error("cannot read the file: {0}")]
    Io(Arc<io::Error>),
    /// The same for a directory.
    #[error("cannot list the directory: {0}")]
    Unlisted(Arc<io::Error>),
}

/// The kind of file in place of a regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Directory,
    Fifo,
    Socket,
    Device,
    Unknown,
}

impl ReadError {
    /// Classifies an error of the system for `path`.
    pub fn from_io(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            // With a file in place of a parent directory, the requested file cannot exist.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::missing(path),
            // EPERM has the same kind and another cause: a security policy, not the permissions of the file.
            io::ErrorKind::PermissionDenied if !is_not_permitted(&error) => Self::Denied,
            _ if is_link_loop(&error) => Self::LinkLoop,
            _ => Self::Io(Arc::new(error)),
        }
    }

    pub(crate) fn missing(path: &Path) -> Self {
        Self::Missing {
            path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            link_to: std::fs::read_link(path).ok(),
        }
    }

    /// As [`from_io`](Self::from_io), for a directory.
    pub(crate) fn from_listing(path: &Path, error: io::Error) -> Self {
        match Self::from_io(path, error) {
            Self::Io(error) => Self::Unlisted(error),
            Self::Missing { path, link_to } => Self::MissingDirectory { path, link_to },
            other => other,
        }
    }

    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::MissingDirectory { .. })
    }

    /// Optional advice for the operator of the program.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing { link_to: Some(_), .. } => {
                "create the file that the link names, or correct the link"
            }
            Self::MissingDirectory { .. } => "create the directory, or correct the path",
            Self::Missing { .. } => "create the file, correct the path, or declare the file optional",
            Self::NotRegular(What::Directory) => {
                "name a file in it, or load the whole directory as a directory"
            }
            Self::NotRegular(_) => "name a regular file",
            Self::NotDirectory => "name a directory, or load the path as a file",
            Self::Denied => {
                "let the user that runs the program read the file and enter every directory above it"
            }
            Self::TooLarge { .. } => "make the file smaller, or raise the limit with `max_file_size`",
            Self::NotUtf8 { utf16: true, .. } => "the file looks like UTF-16; save it as UTF-8",
            Self::NotUtf8 { .. } => "save the file as UTF-8",
            Self::LinkLoop => advice::LOOP,
            Self::Io(error) | Self::Unlisted(error) => return advice::on_read(error),
        })
    }

    /// Line and column, both counted from 1, if the error has a position in the text.
    pub(crate) fn line_col(&self) -> Option<(usize, usize)> {
        match self {
            Self::NotUtf8 { line, column, .. } => Some((*line, *column)),
            _ => None,
        }
    }
}

#[cfg(unix)]
fn is_not_permitted(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EPERM)
}

#[cfg(not(unix))]
fn is_not_permitted(_: &io::Error) -> bool {
    false
}

// The standard library has this error kind, but its name is not stable yet.
#[cfg(unix)]
fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

#[cfg(not(unix))]
fn is_link_loop(_: &io::Error) -> bool {
    false
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Fifo => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Unknown => "something else",
        })
    }
}

/// A path for a message: a name may contain a newline or a terminal escape, which must not forge a line.
pub struct Shown<'a>(pub &'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.to_string_lossy();
        if shown.contains(excerpt::misleads) {
            write!(f, "\"{}\"", excerpt::shown(&shown))
        } else {
            f.write_str(&shown)
        }
    }
}

struct Dangling<'a>(Option<&'a Path>);

impl fmt::Display for Dangling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|to| write!(f, ", which is a link to {}", Shown(to)))
    }
}

#[cfg(test)]
mod tests {
    use std::{io, path::Path};

    use super::{ReadError, Shown};

    #[test]
    fn a_missing_file_is_named_absolutely() {
        let error = ReadError::from_io(Path::new("no/such.toml"), io::ErrorKind::NotFound.into());
        let here = std::env::current_dir().unwrap();
        assert_eq!(error.to_string(), format!("no file at {}/no/such.toml", here.display()));
    }

    #[cfg(unix)]
    #[test]
    fn the_text_of_the_system_comes_before_the_advice() {
        let system = |code| ReadError::from_io(Path::new("a"), io::Error::from_raw_os_error(code));
        for (code, text) in [
            (libc::EMFILE, "cannot read the file: Too many open files (os error 24)"),
            (libc::EIO, "cannot read the file: Input/output error (os error 5)"),
            (libc::EPERM, "cannot read the file: Operation not permitted (os error 1)"),
            (libc::EACCES, "permission denied"),
            (libc::ELOOP, "too many levels of symbolic links"),
        ] {
            assert_eq!(system(code).to_string(), text);
            assert!(system(code).help().is_some(), "{text}");
        }
        assert_eq!(system(libc::EINVAL).help(), None);
        let listing = ReadError::from_listing(Path::new("a"), io::Error::from_raw_os_error(libc::EMFILE));
        assert!(listing.to_string().starts_with("cannot list the directory: Too many open files"));
    }

    #[test]
    fn a_name_with_a_newline_stays_on_one_line() {
        assert_eq!(Shown(Path::new("a\nb")).to_string(), r#""a\nb""#);
    }
}
