//! The state of a file, for comparison.

use std::fs::Metadata;

/// The state of a file according to the file system.
///
/// Two equal stamps do not prove equal content: clocks are coarse and can be set back. They only show that
/// a file did not seem to change while it was read; only its text shows whether it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The device and the inode number; both 0 if the platform does not provide them.
    pub(crate) dev: u64,
    pub(crate) ino: u64,
    /// In bytes; 0 also for files that a kernel generates while they are read.
    pub(crate) len: u64,
    /// Since 1970. A time may be earlier, or invalid, so these types are wider than a duration.
    pub(crate) mtime_ns: i128,
    pub(crate) ctime_ns: i128,
    /// The number of hard links; 0 if the file was deleted, which a bind mount survives.
    pub(crate) nlink: u64,
}

impl Stamp {
    #[cfg(unix)]
    pub(crate) fn from_metadata(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            dev: metadata.dev(),
            ino: metadata.ino(),
            len: metadata.len(),
            mtime_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            ctime_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            nlink: metadata.nlink(),
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn from_metadata(metadata: &Metadata) -> Self {
        let nanoseconds = |time: std::io::Result<std::time::SystemTime>| {
            let since = time.ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            i128::try_from(since.as_nanos()).ok()
        };
        Self {
            dev: 0,
            ino: 0,
            len: metadata.len(),
            mtime_ns: nanoseconds(metadata.modified()).unwrap_or_default(),
            ctime_ns: nanoseconds(metadata.created()).unwrap_or_default(),
            nlink: 1,
        }
    }

    /// Whether both are of one file, whatever happened to it in between.
    pub(crate) fn same_file(&self, other: &Self) -> bool {
        (self.dev, self.ino) == (other.dev, other.ino)
    }

    /// Whether nothing seems to have been written in between. A changed number of hard links is not a
    /// write.
    pub(crate) fn same_state(&self, other: &Self) -> bool {
        Self { nlink: 0, ..*self } == Self { nlink: 0, ..*other }
    }
}
