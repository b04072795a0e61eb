//! Rejects phrases that are not plain technical English in comments, documentation and messages.
//!
//! Files written before the rule have an allowance, which can only shrink: a count above it fails the check, and a
//! count below it asks for `cargo xtask prose`, which lowers the number. New files have no allowance.

mod allowance;
mod phrases;

use std::{fs, path::Path};

use crate::steps::{Outcome, output_of, root};
use allowance::Allowance;
use phrases::Finding;

/// Files that list the phrases themselves.
const EXEMPT: [&str; 1] = ["xtask/src/prose/phrases.rs"];

/// Fails if a file has more findings than its allowance, or fewer, which means that the allowance is out of date.
pub(crate) fn check() -> Outcome {
    let allowance = Allowance::read()?;
    let mut problems = Vec::new();
    let found = findings()?;
    for (path, findings) in &found {
        let allowed = allowance.of(path);
        if findings.len() > allowed {
            problems.push(format!("{path}: {} phrases to rewrite, {allowed} allowed", findings.len()));
            problems.extend(findings.iter().map(Finding::to_string));
        }
    }
    let counts: Vec<_> = found.iter().map(|(path, findings)| (path.as_str(), findings.len())).collect();
    if problems.is_empty() && allowance.exceeds(&counts) {
        problems.push("files have improved: run `cargo xtask prose` to lower their allowance".to_owned());
    }
    if problems.is_empty() { Ok(()) } else { Err(format!("prose:\n{}", problems.join("\n"))) }
}

/// Lowers the allowance to the current counts. It never raises a number.
pub(crate) fn lower() -> Outcome {
    let found = findings()?;
    let counts: Vec<_> = found.iter().map(|(path, findings)| (path.as_str(), findings.len())).collect();
    Allowance::read()?.lowered(&counts).write()?;
    check()
}

/// The findings of every text file under version control that has any.
fn findings() -> Result<Vec<(String, Vec<Finding>)>, String> {
    let files = output_of("git", &["ls-files", "*.rs", "*.md"])?;
    let mut found = Vec::new();
    for path in files.lines().filter(|path| !EXEMPT.contains(path)) {
        let Some(text) = read(&root().join(path))? else { continue };
        let findings = phrases::find(path, &text);
        if !findings.is_empty() {
            found.push((path.to_owned(), findings));
        }
    }
    Ok(found)
}

/// A deleted file whose deletion is not committed yet has no text.
fn read(path: &Path) -> Result<Option<String>, String> {
    if !path.exists() {
        return Ok(None);
    }
    fs::read_to_string(path).map(Some).map_err(|error| format!("{}: {error}", path.display()))
}
