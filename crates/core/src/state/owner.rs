//! Checks whether another user could have written the files of a state directory.
//!
//! A file counts as ours if a file that this process creates in the same directory gets the same owner, and no other
//! user may write it. Comparing with a new file, and not with the user of the process, supports file systems that give
//! every file one owner or one mode: NFS with root_squash, CIFS, FAT.

use std::{fs::Metadata, path::Path};

use crate::issue::Issue;

#[cfg(not(unix))]
pub(super) use elsewhere::Ownership;
#[cfg(unix)]
pub(super) use unix::Ownership;

#[cfg(unix)]
mod unix {
    use std::{fs, os::unix::fs::MetadataExt as _};

    use super::{Issue, Metadata, Path};
    use crate::{
        issue::{IssueKind, Origin},
        keys::Keys,
        save::atomic,
    };

    const GROUP: u32 = 0o020;
    const OTHERS: u32 = 0o022;
    const SETGID: u32 = 0o2000;
    const STICKY: u32 = 0o1000;
    const ROOT: u32 = 0;

    /// The owner and mode of files that this process creates in the directory.
    #[derive(Debug)]
    pub(in crate::state) struct Ownership {
        /// `None` if it cannot be determined.
        owner: Option<u32>,
        /// Whether the owner differs from the user of the process.
        is_other: bool,
        /// The write permissions that every file gets, however it is created.
        forced: u32,
        /// The group that the directory gives to every file, with write permission.
        group: Option<u32>,
    }

    impl Ownership {
        pub(in crate::state) fn read(dir: &Path) -> Self {
            let process = fs::metadata("/proc/self").ok().map(|process| process.uid());
            // Removed when it is dropped. `None` in a directory that is full or read-only.
            let probe = atomic::empty(dir).ok();
            let probe = probe.and_then(|probe| probe.as_file().metadata().ok());
            let owner = probe.as_ref().map(Metadata::uid).or(process);
            Self {
                owner,
                is_other: process.is_some_and(|process| owner != Some(process)),
                forced: probe.as_ref().map_or(0, |probe| probe.mode() & OTHERS),
                group: probe.as_ref().and_then(|probe| shared_group(dir, probe)),
            }
        }

        /// # Errors
        /// Another user owns the file, or may write it.
        pub(in crate::state) fn judge(&self, path: &Path, file: &Metadata) -> Result<(), Box<Issue>> {
            let writable = file.mode() & OTHERS & !self.forced & !self.granted(file);
            let foreign = self.owner.filter(|owner| *owner != file.uid());
            if writable == 0 && foreign.is_none() {
                return Ok(());
            }
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let message = format!(
                "the state file is not trusted: it belongs to user {} and has mode {:04o}, so somebody else could have \
                 written it",
                file.uid(),
                file.mode() & 0o7777
            );
            let help = format!(
                "if its content is yours, run `{}`, otherwise delete it; `trust_state_dir(true)` skips this check",
                repair(&path, foreign, (writable != 0).then_some("600"))
            );
            let issue = Issue::new(IssueKind::State, Keys::root(), message);
            Err(Box::new(issue.at(Origin::file(path)).with_help(help)))
        }

        /// Whether the file counts as ours only because the file system forces its owner or mode.
        pub(in crate::state) fn is_lenient(&self, file: &Metadata) -> bool {
            self.is_other || file.mode() & (self.forced | self.granted(file)) != 0
        }

        /// A warning if another user may replace the files of the directory, whatever their owner.
        pub(in crate::state) fn exposure_of(&self, dir: &Path) -> Option<Issue> {
            let there = fs::metadata(dir).ok()?;
            let is_ours = |owner: u32| there.uid() == owner || there.uid() == ROOT;
            let foreign = self.owner.filter(|owner| !is_ours(*owner));
            // In a directory with the sticky bit, only owners can rename and remove files.
            let writable =
                if there.mode() & STICKY == 0 { there.mode() & OTHERS & !self.shared(&there) } else { 0 };
            if foreign.is_none() && writable == 0 {
                return None;
            }
            let path = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
            let message = format!(
                "the state directory belongs to user {} and has mode {:04o}, so somebody else may replace the state files",
                there.uid(),
                there.mode() & 0o7777
            );
            let help = format!(
                "run `{}`, or say that this is intended with `trust_state_dir(true)`",
                repair(&path, foreign, (writable != 0).then_some("go-w"))
            );
            Some(Issue::new(IssueKind::State, Keys::root(), message).with_help(help))
        }

        /// The write permission that the directory gives to the group with which it is shared.
        fn shared(&self, dir: &Metadata) -> u32 {
            if self.group == Some(dir.gid()) { GROUP } else { 0 }
        }

        /// A volume that is shared by a group, as Kubernetes makes one with `fsGroup`: every file gets the group of the
        /// directory, and mode 0660 each time the volume is mounted. Members of the group may replace files anyway.
        fn granted(&self, file: &Metadata) -> u32 {
            if self.group == Some(file.gid()) { file.mode() & GROUP } else { 0 }
        }
    }

    fn shared_group(dir: &Path, probe: &Metadata) -> Option<u32> {
        let dir = fs::metadata(dir).ok()?;
        let shared = dir.mode() & SETGID != 0 && dir.mode() & GROUP != 0;
        (shared && dir.gid() == probe.gid()).then(|| probe.gid())
    }

    fn repair(path: &Path, owner: Option<u32>, mode: Option<&str>) -> String {
        let path = quoted(path);
        let chown = owner.map(|owner| format!("chown {owner} {path}"));
        let chmod = mode.map(|mode| format!("chmod {mode} {path}"));
        chown.into_iter().chain(chmod).collect::<Vec<_>>().join(" && ")
    }

    /// Quoted for a shell.
    fn quoted(path: &Path) -> String {
        let text = path.to_string_lossy();
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
        if text.chars().all(plain) { text.into_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
    }

    #[cfg(test)]
    mod tests {
        use std::{
            fs::{File, Permissions},
            os::unix::fs::PermissionsExt as _,
            path::PathBuf,
        };

        use super::*;

        fn file(folder: &tempfile::TempDir, mode: u32) -> (PathBuf, Metadata) {
            let path = folder.path().join("overrides.json");
            File::create(&path).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let metadata = fs::metadata(&path).unwrap();
            (path, metadata)
        }

        fn judged(ownership: &Ownership, mode: u32) -> Result<(), String> {
            let folder = tempfile::tempdir().unwrap();
            let (path, metadata) = file(&folder, mode);
            ownership.judge(&path, &metadata).map_err(|issue| issue.to_string())
        }

        #[test]
        fn files_that_others_may_write_are_refused() {
            let folder = tempfile::tempdir().unwrap();
            let ownership = Ownership::read(folder.path());
            for mode in [0o600, 0o644, 0o400, 0o755] {
                assert_eq!(judged(&ownership, mode), Ok(()), "{mode:o}");
            }
            for mode in [0o620, 0o602, 0o666, 0o777] {
                let refused = judged(&ownership, mode).unwrap_err();
                assert!(
                    refused.contains(&format!("mode {mode:04o}")) && refused.contains("chmod 600"),
                    "{refused}"
                );
                assert!(!refused.contains("chown"), "{refused}");
            }
        }

        #[test]
        fn another_owner_is_refused_and_named() {
            let folder = tempfile::tempdir().unwrap();
            let ours = Ownership::read(folder.path());
            let owner = ours.owner.map(|owner| owner + 1);
            let refused = judged(&Ownership { owner, ..ours }, 0o600).unwrap_err();
            assert!(refused.contains("chown ") && !refused.contains("chmod"), "{refused}");
        }

        #[test]
        fn what_the_file_system_forces_counts_as_ours() {
            let folder = tempfile::tempdir().unwrap();
            let forced = Ownership { forced: 0o022, is_other: true, ..Ownership::read(folder.path()) };
            assert_eq!(judged(&forced, 0o666), Ok(()));
            assert!(forced.is_lenient(&file(&folder, 0o600).1));
        }

        #[test]
        fn a_volume_that_a_group_shares_keeps_working() {
            let folder = tempfile::tempdir().unwrap();
            fs::set_permissions(folder.path(), Permissions::from_mode(0o2770)).unwrap();
            let ownership = Ownership::read(folder.path());
            assert_eq!(judged(&ownership, 0o660), Ok(()));
            assert!(ownership.is_lenient(&file(&folder, 0o660).1));
            assert!(!ownership.is_lenient(&file(&folder, 0o600).1));
            assert!(judged(&ownership, 0o662).is_err());
        }

        #[test]
        fn a_command_can_be_pasted() {
            assert_eq!(quoted(Path::new("/var/lib/app/lock")), "/var/lib/app/lock");
            assert_eq!(quoted(Path::new("/a b/it's")), r"'/a b/it'\''s'");
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use super::{Issue, Metadata, Path};

    /// Owners and modes exist only on Unix.
    #[derive(Debug)]
    pub(in crate::state) struct Ownership;

    impl Ownership {
        pub(in crate::state) fn read(_: &Path) -> Self {
            Self
        }

        pub(in crate::state) fn judge(&self, _: &Path, _: &Metadata) -> Result<(), Box<Issue>> {
            Ok(())
        }

        pub(in crate::state) fn is_lenient(&self, _: &Metadata) -> bool {
            false
        }

        pub(in crate::state) fn exposure_of(&self, _: &Path) -> Option<Issue> {
            None
        }
    }
}
