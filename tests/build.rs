//! Detects the abilities of this machine for tests.
//!
//! A test that cannot run is compiled with `#[ignore]`, so that no runner counts it as passed, and the test
//! `left_out` records its name and the reason for `cargo xtask test` to print.

#[path = "servers/build.rs"]
mod servers;

use std::{
    env, fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The requirements of tests, each with a command that succeeds where the requirement is fulfilled.
/// Each command runs in its own mount namespace, in an empty directory.
const ABILITIES: [(&str, &str); 7] = [
    ("mounts", "mkdir a && mount -t tmpfs none a && umount a && rmdir a"),
    (
        "overlay",
        "mkdir a b c d && mount -t overlay -o lowerdir=a,upperdir=b,workdir=c none d && umount d && rm -r a b c d",
    ),
    ("limits", "unshare --user --map-root-user sh -c 'echo 0 > /proc/sys/user/max_inotify_instances'"),
    ("bindfs", "mkdir a b && bindfs a b && umount b && rmdir a b"),
    // Only root has to switch to another user. That user must have access to the test binary.
    ("nobody", "[ -z \"$ROOT\" ] || setpriv --reuid=65534 --regid=65534 --clear-groups ls \"$PWD\""),
    ("faketime", "faketime -f -1d true"),
    // `script` provides the terminal from which it reads passphrases.
    ("age", "age --version && age-keygen --version && script --version"),
];

/// The official cases of JSON Patch, a folder with this name.
const PATCHES: &str = "json-patch-tests";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let names = ABILITIES.iter().map(|(name, _)| *name).chain([PATCHES]);
    let names: Vec<_> = names.map(|name| format!("{name:?}")).collect();
    println!("cargo::rustc-check-cfg=cfg(without, values({}))", names.join(", "));
    let mut lacks = Vec::new();
    for (name, probe) in ABILITIES {
        if let Err(reason) = can(name, probe) {
            println!("cargo::rustc-cfg=without={name:?}");
            lacks.push(format!("no {name} here ({reason})"));
        }
    }
    let patches = patches();
    println!("cargo::rustc-env=HOTSWAP_JSON_PATCH_TESTS={}", patches.display());
    if !patches.join("tests.json").is_file() {
        println!("cargo::rustc-cfg=without={PATCHES:?}");
        lacks.push(format!("no {PATCHES} in HOTSWAP_JSON_PATCH_TESTS or beside the workspace"));
    }
    println!("cargo::rustc-env=HOTSWAP_LACKS={}", lacks.join("; "));
    servers::look();
}

/// The path of the official cases of JSON Patch, if they exist.
fn patches() -> PathBuf {
    println!("cargo::rerun-if-env-changed=HOTSWAP_JSON_PATCH_TESTS");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(PATCHES);
    env::var_os("HOTSWAP_JSON_PATCH_TESTS").map_or(beside, PathBuf::from)
}

fn can(name: &str, probe: &str) -> Result<(), String> {
    let dir = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
    let root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let rights: &[&str] = if root { &["--mount"] } else { &["--user", "--map-root-user", "--mount"] };
    let mut command = Command::new("unshare");
    command.args(rights).args(["sh", "-c", probe]).current_dir(&dir).stdin(Stdio::null());
    if root {
        command.env("ROOT", "1");
    }
    let output = command.output().map_err(|error| format!("unshare: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().next().unwrap_or("the probe failed").to_owned();
    if output.status.success() { Ok(()) } else { Err(reason) }
}
