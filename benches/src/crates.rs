//! Small crates, generated under `target/`, for measurements of the compiler.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A workspace of its own with the lock file of this one.
pub(crate) struct Crates(PathBuf);

impl Crates {
    /// For each crate: its name, its dependencies as lines of a manifest, the name of its file and its
    /// source.
    pub(crate) fn generate(name: &str, crates: &[(&str, String, &str, String)]) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace around this crate");
        let root = here.join("target/bench-crates").join(name);
        let members: Vec<_> = crates.iter().map(|(name, ..)| *name).collect();
        let workspace = format!(
            "[workspace]\nresolver = \"3\"\nmembers = {members:?}\n[profile.release]\nstrip = true\n"
        );
        write(&root.join("Cargo.toml"), &workspace);
        fs::copy(here.join("Cargo.lock"), root.join("Cargo.lock")).expect("the lock file can be copied");
        for (name, dependencies, file, source) in crates {
            let package = "version = \"0.0.0\"\nedition = \"2024\"\npublish = false";
            let manifest = format!("[package]\nname = \"{name}\"\n{package}\n[dependencies]\n{dependencies}");
            write(&root.join(name).join("Cargo.toml"), &manifest);
            write(&root.join(name).join("src").join(file), source);
        }
        Self(root)
    }

    /// The dependency on this workspace's runtime.
    pub(crate) fn hotswap(features: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("hotswap");
        format!("hotswap = {{ path = {path:?}, default-features = false, features = [{features}] }}\n")
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) {
        let status = Command::new(env!("CARGO"))
            .args(arguments)
            .args(["--quiet", "--offline"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", self.0.join("target"))
            // Incremental compilation would hide the cost.
            .env("CARGO_INCREMENTAL", "0")
            .stdin(Stdio::null())
            .status()
            .expect("cargo can be run");
        assert!(status.success(), "cargo {arguments:?} failed in {}", self.0.display());
    }

    /// Makes cargo think that the crate was edited.
    pub(crate) fn touch(&self, name: &str) {
        let path = self.0.join(name).join("src/lib.rs");
        let source = fs::read(&path).expect("the source can be read");
        fs::write(&path, source).expect("the source can be written");
    }

    pub(crate) fn binary_size(&self, name: &str) -> u64 {
        fs::metadata(self.0.join("target/release").join(name)).expect("the binary was built").len()
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}
