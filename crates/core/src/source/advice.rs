//! Advice on errors of the system, for operators of the program.
//!
//! Advice is only given if the error has one usual remedy, because wrong advice is misleading.

use std::io;

/// Advice on an error of reading a file or a directory.
pub(crate) fn on_read(error: &io::Error) -> Option<&'static str> {
    common(error).or_else(|| by_kind(error))
}

/// Advice on an error of writing a file.
pub(crate) fn on_write(error: &io::Error) -> Option<&'static str> {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull => Some("free space on the file system"),
        QuotaExceeded => Some("free space, or raise the quota of the user that runs the program"),
        ReadOnlyFilesystem => Some("mount the file system writable, or use a directory on another one"),
        PermissionDenied => Some("let the user that runs the program write to the directory"),
        _ => on_read(error),
    }
}

/// The error and its advice in one text.
pub(crate) fn with_advice_on_write(error: &io::Error) -> String {
    on_write(error).map_or_else(|| error.to_string(), |advice| format!("{error}; {advice}"))
}

fn by_kind(error: &io::Error) -> Option<&'static str> {
    use io::ErrorKind::{
        InvalidFilename, InvalidInput, OutOfMemory, PermissionDenied, StaleNetworkFileHandle, TimedOut,
    };
    match error.kind() {
        PermissionDenied => {
            Some("let the user that runs the program read the file and enter every directory above it")
        }
        InvalidFilename => Some("shorten the path, or the name of the file"),
        // Not EINVAL, which file systems use for anything: a path with a zero byte in it.
        InvalidInput if error.raw_os_error().is_none() => Some("correct the path"),
        OutOfMemory => Some("free memory, or raise the memory limit of the process"),
        StaleNetworkFileHandle => Some("mount the network file system again"),
        TimedOut => Some(NETWORK),
        _ => None,
    }
}

const NETWORK: &str = "check the server of the network file system, and the connection to it";

/// Errors that have no kind of their own in the standard library, or one that is too broad.
#[cfg(unix)]
fn common(error: &io::Error) -> Option<&'static str> {
    match error.raw_os_error()? {
        libc::EMFILE => Some(
            "raise the limit of open files of the process (`ulimit -n`, `LimitNOFILE=`), or look for a leak",
        ),
        libc::ENFILE => Some("raise the limit of open files of the system (`sysctl fs.file-max`)"),
        libc::EIO => Some("check the disk or the mount that holds the file; the kernel log says more"),
        libc::ENXIO | libc::ENODEV => Some("check that the device that holds the file is there"),
        libc::EPERM => Some("check the security policy of the system (seccomp, SELinux, AppArmor)"),
        libc::ELOOP => Some(LOOP),
        libc::ENOTCONN => Some("mount the file system again: the process that serves it has ended"),
        libc::EHOSTDOWN | libc::EHOSTUNREACH | libc::ENETDOWN | libc::ENETUNREACH => Some(NETWORK),
        libc::ECONNREFUSED | libc::ECONNRESET | libc::ECONNABORTED => Some(NETWORK),
        _ => corruption(error),
    }
}

#[cfg(target_os = "linux")]
fn corruption(error: &io::Error) -> Option<&'static str> {
    match error.raw_os_error()? {
        libc::EUCLEAN | libc::EBADMSG => Some("check the file system for damage (`fsck`)"),
        libc::ENOKEY | libc::EKEYEXPIRED | libc::EKEYREVOKED => {
            Some("unlock the encrypted directory that holds the file")
        }
        _ => None,
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn corruption(_: &io::Error) -> Option<&'static str> {
    None
}

#[cfg(not(unix))]
fn common(_: &io::Error) -> Option<&'static str> {
    None
}

/// `ELOOP` is also the error of a chain with more links than the system follows.
pub(crate) const LOOP: &str =
    "a symbolic link leads back to itself, or too many follow one another; let the link name a file";

#[cfg(all(test, unix))]
mod tests {
    use std::io;

    use super::{on_read, on_write};

    fn read(code: i32) -> &'static str {
        on_read(&io::Error::from_raw_os_error(code)).unwrap_or_default()
    }

    #[test]
    fn the_advice_fits_the_error() {
        for (code, part) in [
            (libc::EMFILE, "ulimit -n"),
            (libc::ENFILE, "fs.file-max"),
            (libc::EIO, "check the disk"),
            (libc::ESTALE, "mount the network file system again"),
            (libc::ENAMETOOLONG, "shorten"),
            (libc::ELOOP, "a symbolic link"),
            (libc::EACCES, "let the user that runs the program read"),
            (libc::EPERM, "security policy"),
            (libc::ENOMEM, "memory"),
            (libc::ENOTCONN, "mount the file system again"),
            (libc::ETIMEDOUT, "server"),
        ] {
            assert!(read(code).contains(part), "{code}: {}", read(code));
        }
    }

    #[test]
    fn an_error_without_a_usual_remedy_has_no_advice() {
        for code in [libc::EINVAL, libc::EAGAIN, libc::EBUSY, libc::EINTR] {
            assert_eq!(read(code), "", "{code}");
        }
    }

    #[test]
    fn a_failed_write_has_advice_of_its_own() {
        for (code, part) in [
            (libc::ENOSPC, "free space"),
            (libc::EDQUOT, "quota"),
            (libc::EROFS, "writable"),
            (libc::EACCES, "write to the directory"),
            (libc::EIO, "check the disk"),
        ] {
            let advice = on_write(&io::Error::from_raw_os_error(code)).unwrap_or_default();
            assert!(advice.contains(part), "{code}: {advice}");
        }
    }
}
