//! Owner and attributes of a file, and files that cannot be replaced.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
};

use super::support::Saved;
use crate::support::{Folder, under, with_mounts};

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn owned(folder: &Folder, file: &str) -> (u32, u32, u32) {
    let metadata = fs::metadata(folder.path(file)).unwrap();
    (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777)
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs to become nobody")]
fn owner_group_and_mode_stay() {
    if !is_root() {
        return;
    }
    for (file, text) in [("app.toml", "n = 5\n"), ("app.yaml", "n: 5\n"), ("app.json", "{\"n\": 5}")] {
        let saved = Saved::with(file, text);
        chown(saved.folder.path(file), Some(65534), Some(60)).unwrap();
        fs::set_permissions(saved.folder.path(file), fs::Permissions::from_mode(0o640)).unwrap();
        saved.config.set_n(6).unwrap();
        saved.save_overrides();
        assert_eq!(owned(&saved.folder, file), (65534, 60, 0o640));
        saved.save();
        assert_eq!(owned(&saved.folder, file), (65534, 60, 0o640));
        assert_eq!(saved.again().n, 6);
    }
}

/// Version 2, one entry each: tag, permissions, id.
fn access_list(user: u32) -> Vec<u8> {
    let none = u32::MAX;
    let entries = [(1, 6, none), (2, 4, user), (4, 4, none), (0x10, 4, none), (0x20, 0, none)];
    let entry = |(tag, allowed, id): (u16, u16, u32)| {
        [&tag.to_le_bytes()[..], &allowed.to_le_bytes(), &id.to_le_bytes()].concat()
    };
    [2u32.to_le_bytes().to_vec()].into_iter().chain(entries.map(entry)).flatten().collect()
}

#[test]
fn access_lists_and_extended_attributes_stay() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let saved = Saved::with("app.toml", "n = 5\n");
    let path = saved.folder.path("app.toml");
    let long = vec![b'x'; 3000];
    let set = |name: &str, value: &[u8]| setxattr(&path, name, value, XattrFlags::empty());
    if set("user.origin", &long).is_err() || set("system.posix_acl_access", &access_list(65534)).is_err() {
        // The file system has neither.
        return;
    }
    let before = owned(&saved.folder, "app.toml");
    saved.config.set_n(6).unwrap();
    saved.save_overrides();
    let get = |name: &str| {
        let mut buffer = vec![0; 4096];
        let length = getxattr(&path, name, &mut buffer[..]).unwrap();
        buffer[..length].to_vec()
    };
    assert_eq!(get("user.origin"), long);
    assert_eq!(get("system.posix_acl_access"), access_list(65534));
    assert_eq!(owned(&saved.folder, "app.toml"), before);
}

#[test]
#[cfg_attr(without = "nobody", ignore = "needs to become nobody")]
fn a_warning_names_what_the_system_did_not_let_keep() {
    if !is_root() {
        return;
    }
    const FOLDER: &str = "HOTSWAP_TEST_OWNED";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = Folder::in_place(folder.into());
        let config = super::support::builder(&folder, "app.toml").load().unwrap();
        let (sent, heard) = std::sync::mpsc::channel();
        let _on = config.on_warning(move |warning| drop(sent.send(warning.to_string())));
        config.set_n(6).unwrap();
        config.save_overrides(folder.path("app.toml")).unwrap();
        let warning = heard.recv_timeout(crate::support::BOUND).unwrap();
        assert!(warning.contains("its owner (uid 1)") && warning.contains("its group (gid 60)"), "{warning}");
        assert!(warning.contains("app.toml"), "{warning}");
        // The permissions of the old group must not be given to another one.
        assert_eq!(owned(&folder, "app.toml"), (65534, 65534, 0o604));
        return;
    }
    let folder = Folder::with("app.toml", "n = 5\n");
    fs::set_permissions(folder.root(), fs::Permissions::from_mode(0o777)).unwrap();
    chown(folder.path("app.toml"), Some(1), Some(60)).unwrap();
    fs::set_permissions(folder.path("app.toml"), fs::Permissions::from_mode(0o664)).unwrap();
    let variable = format!("{FOLDER}={}", folder.root().display());
    under(&["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", &variable], || {
        unreachable!("the child sees the variable")
    });
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn a_file_that_is_a_mount_point_is_refused_with_advice() {
    with_mounts(|| {
        for (file, text) in [("app.toml", "n = 5\n"), ("app.yaml", "n: 5\n")] {
            let saved = Saved::with(file, text);
            saved.folder.write(&format!("host-{file}"), text);
            let script = format!("mount --bind host-{file} {file}");
            let mut mount = std::process::Command::new("sh");
            mount.args(["-c", &script]).current_dir(saved.folder.root());
            assert!(mount.status().unwrap().success());
            saved.config.set_n(6).unwrap();
            let path = saved.folder.path(file);
            for error in [saved.config.save_overrides(&path), saved.config.save(&path)] {
                let error = error.unwrap_err();
                let report = error.report().to_string();
                assert!(report.contains("busy") && report.contains("mounted by itself"), "{report}");
                assert!(report.contains("mount the directory"), "{report}");
            }
            assert_eq!(saved.text(), text);
            assert_eq!(fs::read_dir(saved.folder.root()).unwrap().count(), 2, "nothing is left behind");
        }
    });
}
