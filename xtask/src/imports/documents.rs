//! The files that the documents of the project name exist.

use super::read;
use crate::steps::root;

const DOCUMENTS: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "DESIGN.md"];

/// Where a path may begin, beside the folders that its line names before it.
const BASES: [&str; 3] = ["", "crates/core/src", "tests"];

/// Looks like a path, and is one of the interface of Vault.
const OF_VAULT: &str = "sys/";

/// One problem for each path that leads nowhere.
pub(super) fn problems() -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for document in DOCUMENTS {
        let missing = missing(&read(document)?, &|path| root().join(path).exists());
        problems.extend(missing.into_iter().map(|path| format!("{document}: `{path}` does not exist")));
    }
    Ok(problems)
}

/// The paths between backticks, and those of drawings, for which `exists` finds nothing.
fn missing(document: &str, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let (mut fence, mut missing) = (None, Vec::new());
    for line in document.lines() {
        if let Some(language) = line.strip_prefix("```") {
            fence = if fence.is_none() { Some(language) } else { None };
            continue;
        }
        let named: Vec<&str> = match fence {
            None => line.split('`').skip(1).step_by(2).filter(|code| is_path(code)).collect(),
            Some("text") => line.split([' ', ',']).filter(|code| code.contains('/')).collect(),
            Some(_) => continue,
        };
        for (place, path) in named.iter().enumerate() {
            let above = named[..place].iter().flat_map(|named| ancestors(named));
            let bases: Vec<&str> = BASES.into_iter().chain(above).collect();
            if !bases.iter().any(|base| is_there(base, path, exists)) {
                missing.push((*path).to_owned());
            }
        }
    }
    missing
}

/// A folder, a file or a module.
fn is_there(base: &str, path: &str, exists: &dyn Fn(&str) -> bool) -> bool {
    let whole = format!("{base}/{path}");
    let whole = whole.trim_matches('/');
    exists(whole) || exists(&format!("{whole}.rs"))
}

fn is_path(code: &str) -> bool {
    let is_plain = code.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
    let is_file = [".rs", ".md", ".toml"].iter().any(|extension| code.ends_with(extension));
    is_plain && (code.contains('/') || is_file) && !code.starts_with('/') && !code.starts_with(OF_VAULT)
}

/// The path itself and every folder above it.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let path = path.trim_end_matches('/');
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}

#[cfg(test)]
mod tests {
    use super::*;

    const THERE: [&str; 5] =
        ["crates/core/src/load", "crates/core/src/load/plan.rs", "a/src", "a/src/x.rs", "README.md"];

    fn found(document: &str) -> Vec<String> {
        missing(document, &|path| THERE.contains(&path))
    }

    #[test]
    fn a_file_a_folder_and_a_module_are_found() {
        assert!(
            found("`load/`, `load/plan`, `a/src/x.rs`, `README.md`, `plain`, `/etc/x`, `a/<b>`").is_empty()
        );
        assert!(found("in `a/src/`: `x.rs`, then `src/x.rs`").is_empty());
        assert!(found("```text\nmerge    load/plan, load/   words\n```\n```rust\na/b\n```").is_empty());
    }

    #[test]
    fn a_path_that_leads_nowhere_is_reported() {
        assert_eq!(found("`load/nothing`, `x.rs`"), ["load/nothing", "x.rs"]);
        assert_eq!(found("```text\nmerge load/nothing\n```"), ["load/nothing"]);
    }
}
