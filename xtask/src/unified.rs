//! Checks that no store enables a feature of a package below the runtime that is disabled without the store, because
//! cargo would build the runtime again.

use std::collections::{BTreeMap, BTreeSet};

use crate::steps::{Outcome, output_of};

/// The runtime, as cargo names it.
const RUNTIME: &str = "hotswap-core ";

/// The features that add packages to the facade.
const ADDED: [&str; 6] = ["cli", "age", "vault", "aws", "gcp", "cli,age,vault,aws,gcp"];

/// Packages with their features. A package has several sets if the host and the target have different ones.
type Packages = BTreeMap<String, BTreeSet<String>>;

pub(crate) fn check() -> Outcome {
    let plain = packages(&[])?;
    let mut problems = Vec::new();
    for added in ADDED {
        let with = packages(&["--features", added])?;
        problems.extend(changed(&plain, &with).map(|package| format!("with `{added}`: {package}")));
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the runtime is built again, because packages below it have other features; add them to crates/core/Cargo.toml:\n{}",
        problems.join("\n")
    ))
}

/// The packages below the runtime, as cargo builds them for the facade with these features.
fn packages(features: &[&str]) -> Result<Packages, String> {
    let tree = "tree --package hotswap --edges normal,build --no-dedupe --prefix depth --format";
    let arguments: Vec<_> = tree.split(' ').chain([" {p} [{f}]"]).chain(features.iter().copied()).collect();
    Ok(parse(&output_of("cargo", &arguments)?))
}

/// Reads lines such as `3 serde v1.0.0 [default,std]` below the runtime's own.
fn parse(tree: &str) -> Packages {
    let mut packages = Packages::new();
    let mut runtime = None;
    for line in tree.lines() {
        let Some((depth, package)) = line.split_once(' ') else { continue };
        let Ok(depth) = depth.parse::<usize>() else { continue };
        if runtime.is_some_and(|runtime| depth <= runtime) {
            runtime = None;
        }
        if package.starts_with(RUNTIME) {
            runtime = Some(depth);
        }
        if let (Some(_), Some((name, features))) = (runtime, package.split_once(" [")) {
            let features = features.split(']').next().unwrap_or_default().to_owned();
            packages.entry(name.to_owned()).or_default().insert(features);
        }
    }
    packages
}

/// The packages that no longer have one of their sets of features.
fn changed(plain: &Packages, with: &Packages) -> impl Iterator<Item = String> {
    plain.iter().flat_map(|(package, sets)| {
        let now = with.get(package).cloned().unwrap_or_default();
        let lost: Vec<_> = sets.difference(&now).cloned().collect();
        lost.into_iter().map(move |features| format!("{package} [{features}], now {now:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_below_the_runtime_with_another_feature_is_named() {
        let plain = parse(
            "0 hotswap v1.0.0 [x]\n1 hotswap-core v1.0.0 []\n2 a v1.0.0 [std]\n3 b v1.0.0 [std]\n1 c v1.0.0 []",
        );
        let with = parse(
            "0 hotswap v1.0.0 [y]\n1 hotswap-core v1.0.0 []\n2 a v1.0.0 [std]\n3 b v1.0.0 [derive]\n1 c v1.0.0 [z]",
        );
        let found: Vec<_> = changed(&plain, &with).collect();
        assert_eq!(found, ["b v1.0.0 [std], now {\"derive\"}"]);
    }
}
