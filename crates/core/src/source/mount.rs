//! The mounts of the system: whether a file is a mount point, read-only, and its type of file system.

use std::{fs, path::Path};

/// Advice for a mounted file that cannot be replaced.
pub(crate) const WRITE_ADVICE: &str =
    "the file is mounted by itself, so it cannot be replaced: mount the directory that holds it";

/// Whether the file at `real`, a path without links, is itself a mount point: a Kubernetes `subPath`, or a
/// single file that is mounted into a container.
///
/// Such a mount keeps showing the file that existed when it was created. A replacement of the original, as by
/// almost every tool, is not visible through the mount; only a write to the original file is. `false` if the
/// system does not provide this information.
pub(crate) fn is_mounted_file(real: &Path) -> bool {
    real.is_file() && Mounts::read().is_mount_point(real)
}

/// The mounts of this process, as in proc_pid_mountinfo(5); empty if the system does not provide them.
#[derive(Debug)]
pub(crate) struct Mounts(Vec<u8>);

/// One line.
struct Mount<'m> {
    /// Major and minor number of the device.
    device: &'m [u8],
    point: Vec<u8>,
    read_only: bool,
    kind: &'m str,
}

impl Mounts {
    pub(crate) fn read() -> Self {
        Self(fs::read("/proc/self/mountinfo").unwrap_or_default())
    }

    fn each(&self) -> impl Iterator<Item = Mount<'_>> {
        self.0.split(|byte| *byte == b'\n').filter_map(Mount::parse)
    }

    fn is_mount_point(&self, path: &Path) -> bool {
        self.each().any(|mount| mount.point == path.as_os_str().as_encoded_bytes())
    }

    /// Whether `real`, a path without links, is on a read-only mount.
    pub(crate) fn is_read_only(&self, real: &Path) -> bool {
        let above = |mount: &Mount<'_>| real.starts_with(mount.path());
        // Of two mounts at the same path, the later one covers the earlier one.
        let nearest = self.each().filter(above).max_by_key(|mount| mount.point.len());
        nearest.is_some_and(|mount| mount.read_only)
    }

    /// The type of file system of a file, such as `ext4`.
    #[cfg(target_os = "linux")]
    pub(crate) fn kind_of(&self, file: &fs::File) -> Option<&str> {
        use std::os::unix::fs::MetadataExt;
        let device = file.metadata().ok()?.dev();
        let device = format!("{}:{}", libc::major(device), libc::minor(device));
        self.each().find(|mount| mount.device == device.as_bytes()).map(|mount| mount.kind)
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn kind_of(&self, _: &fs::File) -> Option<&str> {
        None
    }
}

impl<'m> Mount<'m> {
    fn parse(line: &'m [u8]) -> Option<Self> {
        let words: Vec<_> = line.split(|byte| *byte == b' ').collect();
        let [_, _, device, _, point, options, ..] = *words.as_slice() else { return None };
        // After any number of optional fields come a dash, the type, the mounted device, and the options of the file
        // system.
        let rest = words.iter().skip(6).position(|word| *word == b"-").map(|at| &words[at + 7..]);
        let kind = rest.and_then(|rest| rest.first()).and_then(|kind| std::str::from_utf8(kind).ok());
        let of_all = rest.and_then(|rest| rest.get(2)).copied().unwrap_or_default();
        let read_only = [options, of_all].iter().any(|options| has(options, b"ro"));
        Some(Self { device, point: plain(point), read_only, kind: kind.unwrap_or_default() })
    }

    #[cfg(unix)]
    fn path(&self) -> &Path {
        use std::os::unix::ffi::OsStrExt;
        Path::new(std::ffi::OsStr::from_bytes(&self.point))
    }

    #[cfg(not(unix))]
    fn path(&self) -> &Path {
        Path::new(std::str::from_utf8(&self.point).unwrap_or_default())
    }
}

fn has(options: &[u8], wanted: &[u8]) -> bool {
    options.split(|byte| *byte == b',').any(|option| option == wanted)
}

/// Decodes the kernel's escapes of white space and backslashes, such as `\040`.
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

    use super::{Mounts, is_mounted_file};

    fn mounts(text: &[u8]) -> Mounts {
        Mounts(text.to_vec())
    }

    const MOUNTS: &[u8] = b"22 1 0:21 / /proc rw - proc proc rw\n\
        36 35 98:0 /etc/app.toml /etc/my\\040app.toml rw,noatime master:1 - ext3 /dev/root rw\n\
        37 35 0:40 / /etc/config ro,relatime master:2 shared:3 - ext4 /dev/sda1 rw\n\
        38 35 0:41 / /etc/config/open rw - tmpfs tmpfs rw,size=10k\n\
        39 35 0:42 / /iso rw - iso9660 /dev/sr0 ro\n";

    #[test]
    fn a_mount_of_its_own_is_found() {
        assert!(mounts(MOUNTS).is_mount_point(Path::new("/etc/my app.toml")));
    }

    #[test]
    fn what_is_below_a_mount_is_not_one() {
        assert!(!mounts(MOUNTS).is_mount_point(Path::new("/proc/meminfo")));
        assert!(!mounts(MOUNTS).is_mount_point(Path::new("/etc/app.toml")));
        assert!(!mounts(b"22 1\n\n\\").is_mount_point(Path::new("")));
    }

    #[test]
    fn the_nearest_mount_says_whether_it_is_read_only() {
        let mounts = mounts(MOUNTS);
        for read_only in ["/etc/config", "/etc/config/..data/x", "/iso/a"] {
            assert!(mounts.is_read_only(Path::new(read_only)), "{read_only}");
        }
        for writable in ["/proc/1", "/etc/config/open/a", "/etc/configs", "/"] {
            assert!(!mounts.is_read_only(Path::new(writable)), "{writable}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_kind_of_a_file_system_is_known_by_its_device() {
        let file = std::fs::File::open("/proc/self/status").unwrap();
        assert_eq!(Mounts::read().kind_of(&file), Some("proc"));
        assert_eq!(mounts(b"").kind_of(&file), None);
    }

    #[test]
    fn an_ordinary_file_is_not_mounted() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(!is_mounted_file(&file.path().canonicalize().unwrap()));
    }
}
