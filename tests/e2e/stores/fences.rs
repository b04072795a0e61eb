//! The files that a reference may name, and the users that may change them.

use std::{fs, os::fd::AsRawFd, os::unix::fs::PermissionsExt, path::Path, process::Command};

use hotswap::{HotConfig, Secret, secrets::File};
use serde::Deserialize;

use crate::{
    files::stage::publish_config_map,
    support::{Folder, with_mounts, with_variables},
};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    token: Option<Secret<String>>,
    #[hot(default = [])]
    tokens: Vec<Secret<String>>,
    #[hot(default = 1)]
    number: u32,
}

const REFUSED: &str = "which shows the system and holds no secrets";

fn naming(path: &str) -> Folder {
    Folder::with("app.toml", &format!("token = 'file:{path}'"))
}

#[track_caller]
fn outcome(path: &str, provider: File) -> Result<String, String> {
    let folder = naming(path);
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("file", provider);
    let app = builder.check().map_err(|error| error.to_string())?;
    Ok(app.token.unwrap().expose().clone())
}

#[track_caller]
fn refused(path: &str, provider: File) {
    let report = outcome(path, provider).expect_err(path);
    assert!(report.contains(REFUSED), "{path}: {report}");
    assert!(!report.contains("PATH="), "{path}: {report}");
}

#[test]
fn the_system_is_refused_however_it_is_spelled() {
    for path in [
        "/proc/self/environ",
        "//proc/self/environ",
        "///proc//self/./environ",
        "/proc/../proc/self/environ",
        "/tmp/../proc/self/environ",
        "/../proc/self/status",
        "/proc/thread-self/environ",
        "/proc/1/cmdline",
        "/proc/version",
        "/sys/kernel/uevent_seqnum",
        "/sys/../sys/kernel/uevent_seqnum",
        "/dev/fd/0",
        "/dev/stdin",
        "/dev/null",
        "/dev/urandom",
        "/dev/shm/../null",
    ] {
        refused(path, File::new());
        refused(path, File::new().private());
    }
}

#[test]
fn a_link_does_not_lead_there() {
    let folder = Folder::with("secret", "hunter2");
    let link = |name: &str, goal: &str| {
        std::os::unix::fs::symlink(goal, folder.path(name)).unwrap();
        folder.path(name).display().to_string()
    };
    refused(&link("file", "/proc/self/environ"), File::new());
    refused(&format!("{}/environ", link("dir", "/proc/self")), File::new());
    refused(&format!("{}/self/environ", link("root", "//proc")), File::new());
    refused(&link("again", "file"), File::new());
    refused(&format!("{}/../proc/self/environ", link("up", "/tmp")), File::new());
    refused(&link("descriptor", "/dev/fd/0"), File::new());
    // Out of `/proc` again, by a kernel link.
    refused(&format!("/proc/self/root{}", folder.path("secret").display()), File::new());
    refused(&format!("/proc/self/cwd/{}", "Cargo.toml"), File::new());
}

#[test]
fn a_relative_path_does_not_lead_there() {
    let up = "../".repeat(40);
    refused(&format!("{up}proc/self/environ"), File::new());
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn the_processes_of_another_mount_are_refused() {
    with_mounts(|| {
        let folder = Folder::new();
        fs::create_dir(folder.path("host")).unwrap();
        mount(&["--bind", "/proc"], &folder.path("host"));
        refused(&folder.path("host/self/environ").display().to_string(), File::new());
        fs::write(folder.path("status"), "x").unwrap();
        mount(&["--bind", "/proc/self/status"], &folder.path("status"));
        refused(&folder.path("status").display().to_string(), File::new());
    });
}

#[track_caller]
fn mount(words: &[&str], at: &Path) {
    assert!(Command::new("mount").args(words).arg(at).status().unwrap().success());
}

#[test]
fn shared_memory_is_a_place_for_secrets() {
    let shared = tempfile::NamedTempFile::new_in("/dev/shm").unwrap();
    fs::write(shared.path(), "hunter2\n").unwrap();
    assert_eq!(outcome(&shared.path().display().to_string(), File::new()).unwrap(), "hunter2");
}

#[test]
fn every_position_and_entrance_is_fenced() {
    with_variables(
        "stores::fences::every_position_and_entrance_is_fenced",
        &[("WHERE", "proc/self/environ")],
        || {
            let folder = Folder::with("app.toml", "tokens = ['file:/${WHERE}']");
            let error = App::hot_builder().file(folder.path("app.toml")).load().unwrap_err().to_string();
            assert!(error.contains("tokens[0]: ") && error.contains(REFUSED), "{error}");
            folder.write("app.toml", "number = 2");
            let app = App::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
            folder.write("app.toml", "number = 3\ntoken = 'file:/${WHERE}'");
            let error = app.reload().unwrap_err().to_string();
            assert!(error.contains("token: ") && error.contains(REFUSED), "{error}");
            assert_eq!(app.number(), 2);
        },
    );
}

#[test]
fn an_allowed_directory_is_open_and_nothing_beside_it() {
    let folder = Folder::with("secret", "hunter2");
    let open = fs::File::open(folder.path("secret")).unwrap();
    let descriptor = format!("/dev/fd/{}", open.as_raw_fd());
    refused(&descriptor, File::new());
    assert_eq!(outcome(&descriptor, File::new().allow("/dev/fd")).unwrap(), "hunter2");
    assert_eq!(outcome(&descriptor, File::new().allow("/dev/fd/")).unwrap(), "hunter2");
    assert_eq!(outcome(&format!("/{descriptor}"), File::new().allow("/dev/fd")).unwrap(), "hunter2");
    fs::remove_file(folder.path("secret")).unwrap();
    assert_eq!(outcome(&descriptor, File::new().allow("/dev/fd")).unwrap(), "hunter2");
    for path in
        ["/proc/self/environ", "/dev/null", "/dev/fd/../null", "/dev/fd/../fd/../../proc/self/environ"]
    {
        refused(path, File::new().allow("/dev/fd"));
    }
    assert!(outcome("/proc/self/status", File::new().allow("/proc/self/status")).unwrap().contains("Pid:"));
}

#[test]
fn only_files_below_a_directory_are_taken() {
    let folder = Folder::with("secrets/token", "hunter2");
    folder.write("secrets/deep/token", "deep");
    folder.write("secrets-of-others/token", "other");
    folder.write("token", "beside");
    let link = |name: &str, goal: &Path| std::os::unix::fs::symlink(goal, folder.path(name)).unwrap();
    link("secrets/out", &folder.path("token"));
    link("secrets/in", &folder.path("secrets/deep/token"));
    link("into", &folder.path("secrets"));
    let under = || File::under(folder.path("secrets"));
    let at = |name: &str| folder.path(name).display().to_string();
    assert_eq!(outcome(&at("secrets/token"), under()).unwrap(), "hunter2");
    assert_eq!(outcome(&at("secrets/deep/../token"), under()).unwrap(), "hunter2");
    assert_eq!(outcome(&at("secrets/in"), under()).unwrap(), "deep");
    assert_eq!(outcome(&at("into/token"), under()).unwrap(), "hunter2");
    assert_eq!(outcome(&at("secrets/token"), File::under(folder.path("into"))).unwrap(), "hunter2");
    for outside in ["secrets/out", "secrets/../token", "token", "secrets-of-others/token", "into/out"] {
        let report = outcome(&at(outside), under()).expect_err(outside);
        assert!(report.contains("it is outside of "), "{outside}: {report}");
        assert!(!report.contains("beside"), "{report}");
    }
    assert!(outcome("/etc/passwd", under()).unwrap_err().contains("it is outside of "));
    refused("/proc/self/environ", under());
    assert_eq!(outcome(&at("token"), under().allow(folder.path("token"))).unwrap(), "beside");
    assert!(outcome(&at("secrets/token"), File::under(folder.path("nowhere"))).is_err());
}

#[test]
fn a_mount_of_kubernetes_is_below_itself() {
    let folder = Folder::new();
    fs::create_dir(folder.path("mount")).unwrap();
    publish_config_map(&folder.path("mount"), 1, &[("token", "one")]);
    let path = folder.path("mount/token").display().to_string();
    assert_eq!(outcome(&path, File::under(folder.path("mount"))).unwrap(), "one");
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The warnings for a token in a directory with this mode.
fn warnings(folder: &Folder, provider: File) -> Vec<String> {
    let path = folder.path("open/inner/token");
    folder.write("app.toml", &format!("number = 2\ntoken = 'file:{}'", path.display()));
    let builder = App::hot_builder().file(folder.path("app.toml")).secrets("file", provider).watch(false);
    builder.load().unwrap().status().warnings
}

#[test]
fn a_directory_that_others_may_write_is_a_warning() {
    let folder = Folder::with("open/inner/token", "hunter2");
    for (mode, warned) in [(0o777, true), (0o1777, false), (0o755, false), (0o775, false), (0o1775, false)] {
        for dir in ["open", "open/inner"] {
            set_mode(&folder.path(dir), mode);
            let warnings = warnings(&folder, File::new());
            assert_eq!(warnings.len(), usize::from(warned), "{dir} {mode:o}: {warnings:?}");
            if warned {
                let text = &warnings[0];
                let what = format!(
                    "everybody may replace files in {}, a directory on its path",
                    folder.path(dir).display()
                );
                assert!(
                    text.contains(&what) && text.contains("0777") && text.contains("app.toml:2:9"),
                    "{text}"
                );
            }
            set_mode(&folder.path(dir), 0o755);
        }
    }
    set_mode(&folder.path("open"), 0o775);
    set_mode(&folder.path("open/inner/token"), 0o600);
    assert_eq!(warnings(&folder, File::new().private()).len(), 1);
}

#[test]
#[cfg_attr(without = "mounts", ignore = "needs a mount namespace")]
fn a_directory_that_is_mounted_read_only_is_no_warning() {
    with_mounts(|| {
        let folder = Folder::with("open/inner/token", "hunter2");
        set_mode(&folder.path("open/inner"), 0o777);
        assert_eq!(warnings(&folder, File::new()).len(), 1);
        mount(&["--bind", folder.path("open/inner").to_str().unwrap()], &folder.path("open/inner"));
        mount(&["-o", "remount,bind,ro"], &folder.path("open/inner"));
        assert_eq!(warnings(&folder, File::new()), Vec::<String>::new());
    });
}
