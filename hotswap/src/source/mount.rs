//! Whether a file is mounted by itself.

use std::{fs, path::Path};

/// Whether the file at `real`, a path without links, is a mount of its own: a Kubernetes `subPath`, or a single
/// file given to a container.
///
/// Such a mount goes on showing the file that was there when it was made. Who replaces the original, as almost
/// every tool does, changes nothing that can be seen here; only a write into the original arrives. `false` where
/// the system does not tell.
pub(crate) fn is_mounted_file(real: &Path) -> bool {
    let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
    real.is_file() && is_mount_point(&mounts, real)
}

fn is_mount_point(mounts: &[u8], path: &Path) -> bool {
    let wanted = path.as_os_str().as_encoded_bytes();
    // The fifth column, proc_pid_mountinfo(5).
    let mut points =
        mounts.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    points.any(|point| plain(point) == wanted)
}

/// Undoes what the kernel does to white space and backslashes: `\040` and the like.
fn plain(escaped: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..3).filter(|_| *first == b'\\').and_then(octal);
        plain.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    plain
}

fn octal(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_mount_point, is_mounted_file};

    const MOUNTS: &[u8] = b"22 1 0:21 / /proc rw - proc proc rw\n\
        36 35 98:0 /etc/app.toml /etc/my\\040app.toml rw,noatime master:1 - ext3 /dev/root rw\n";

    #[test]
    fn a_mount_of_its_own_is_found() {
        assert!(is_mount_point(MOUNTS, Path::new("/etc/my app.toml")));
    }

    #[test]
    fn what_is_below_a_mount_is_not_one() {
        assert!(!is_mount_point(MOUNTS, Path::new("/proc/meminfo")));
        assert!(!is_mount_point(MOUNTS, Path::new("/etc/app.toml")));
        assert!(!is_mount_point(b"22 1\n\n\\", Path::new("")));
    }

    #[test]
    fn an_ordinary_file_is_not_mounted() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(!is_mounted_file(&file.path().canonicalize().unwrap()));
    }
}
