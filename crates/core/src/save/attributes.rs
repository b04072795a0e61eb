//! The metadata of a file: owner, group, mode, access control lists and extended attributes.

use std::{
    fs::{File, Metadata},
    io,
    path::Path,
};

/// Copies the metadata of the file at `path` to a new file. Returns the names of the attributes that the
/// system refused.
///
/// # Errors
/// The permissions cannot be set: a file that others can read must not replace one that they cannot.
pub(super) fn copy_attributes(path: &Path, old: &Metadata, fresh: &File) -> io::Result<Vec<String>> {
    let mut lost = Vec::new();
    let permissions = owner::copy(old, fresh, &mut lost)?;
    fresh.set_permissions(permissions)?;
    extended::copy(path, fresh, &mut lost);
    Ok(lost)
}

#[cfg(unix)]
mod owner {
    use std::{
        fs::{File, Metadata, Permissions},
        io,
        os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown},
    };

    /// Sets owner and group, and returns the permissions that fit them.
    pub(super) fn copy(old: &Metadata, fresh: &File, lost: &mut Vec<String>) -> io::Result<Permissions> {
        let now = fresh.metadata()?;
        let mut mode = old.mode() & 0o7777;
        if (now.uid(), now.gid()) == (old.uid(), old.gid())
            || fchown(fresh, Some(old.uid()), Some(old.gid())).is_ok()
        {
            return Ok(Permissions::from_mode(mode));
        }
        if now.uid() != old.uid() {
            lost.push(format!("its owner (uid {})", old.uid()));
        }
        // The group can often be preserved even if the owner cannot.
        if now.gid() != old.gid() && fchown(fresh, None, Some(old.gid())).is_err() {
            lost.push(format!("its group (gid {})", old.gid()));
            // The permissions of the old group must not be given to another group, which gets only those
            // of all users.
            mode = (mode & !0o070) | ((mode & 0o007) << 3);
        }
        // A setuid program must not run as another owner.
        Ok(Permissions::from_mode(mode & 0o1777))
    }
}

#[cfg(not(unix))]
mod owner {
    use std::{
        fs::{File, Metadata, Permissions},
        io,
    };

    pub(super) fn copy(old: &Metadata, _fresh: &File, _lost: &mut Vec<String>) -> io::Result<Permissions> {
        Ok(old.permissions())
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod extended {
    use std::{collections::BTreeMap, ffi::CString, fs::File, path::Path};

    use rustix::{
        fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr},
        io::{Errno, Result},
    };

    /// Signatures of the content: the system makes its own.
    const OF_CONTENT: [&str; 2] = ["security.ima", "security.evm"];
    const ACCESS: &str = "system.posix_acl_access";

    type Attributes = BTreeMap<CString, Vec<u8>>;

    /// Copies attributes that differ, and removes those that only the new file has, which may come from
    /// the directory.
    pub(super) fn copy(path: &Path, fresh: &File, lost: &mut Vec<String>) {
        let Ok(old) = File::open(path) else { return };
        let (Ok(old), Ok(now)) = (all(&old), all(fresh)) else { return };
        for (name, value) in &old {
            if now.get(name) != Some(value) && fsetxattr(fresh, name, value, XattrFlags::empty()).is_err() {
                lost.push(shown(name));
            }
        }
        for name in now.keys().filter(|name| !old.contains_key(*name)) {
            // An attribute that the system itself set stays.
            let _ = fremovexattr(fresh, name);
        }
    }

    fn shown(name: &CString) -> String {
        match name.to_str() {
            Ok(ACCESS) => "its access control list".to_owned(),
            _ => format!("its extended attribute {:?}", name.to_string_lossy()),
        }
    }

    fn all(file: &File) -> Result<Attributes> {
        let names = match grown(|buffer| flistxattr(file, buffer)) {
            Err(Errno::NOTSUP) => return Ok(Attributes::new()),
            names => names?,
        };
        let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let names = names.filter_map(|name| CString::new(name).ok());
        let names = names.filter(|name| !OF_CONTENT.iter().any(|own| name.to_bytes() == own.as_bytes()));
        // An attribute that was removed in the meantime, or cannot be read, cannot be preserved.
        let value = |name: &CString| grown(|buffer| fgetxattr(file, name, buffer)).ok();
        Ok(names.filter_map(|name| value(&name).map(|value| (name, value))).collect())
    }

    /// The output of a call, with a buffer that is large enough.
    fn grown(call: impl Fn(&mut [u8]) -> Result<usize>) -> Result<Vec<u8>> {
        let mut size = 1024;
        loop {
            let mut buffer = vec![0; size];
            match call(&mut buffer) {
                // The limit of Linux is 64 KiB for each.
                Err(Errno::RANGE) if size < 1 << 20 => size *= 4,
                Err(error) => return Err(error),
                Ok(length) => {
                    buffer.truncate(length);
                    return Ok(buffer);
                }
            }
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod extended {
    use std::{fs::File, path::Path};

    pub(super) fn copy(_path: &Path, _fresh: &File, _lost: &mut Vec<String>) {}
}
